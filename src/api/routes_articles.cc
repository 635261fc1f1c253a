// GET /v1/stores/{store}/articles, …/{id}
#include "api/read_route.h"
#include "api/routes.h"
#include "api/service.h"

namespace stoa::api {

void add_article_routes(Service& service) {
  using model::Kind;
  service.add_read("/articles", [](const http::Params&, std::string_view text) -> Parsed<Read> {
    auto query = parse_article_query(text);
    if (!query) return std::unexpected(std::move(query.error()));
    return list_read(kOfArticles, "/articles", std::move(*query),
                     [](const StoreReader& in, const ArticleQuery& q) { return in.articles(q); });
  });
  service.add_read("/articles/{id}", [](const http::Params& params, std::string_view query) {
    auto id = canonical_id(Kind::articles, params["id"]);
    return object_read(
        Kind::articles, kOfArticles, "/articles/" + percent_encode(id), query,
        [id](const StoreReader& in, const Fields& fields) { return in.by_id(Kind::articles, id, fields); });
  });
}

}  // namespace stoa::api
