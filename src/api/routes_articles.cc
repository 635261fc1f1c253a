// GET /v1/stores/{store}/articles, …/{id}
#include "api/read_route.h"
#include "api/routes.h"

namespace stoa::api {

void add_article_routes(Service& service) {
  using model::Kind;
  service.add_read("/articles", [](const http::Params&, std::string_view text) -> Parsed<Read> {
    auto query = parse_article_query(text);
    if (!query) return std::unexpected(std::move(query.error()));
    return list_read(kOfArticles, "/articles", std::move(*query),
                     [](const StoreReader& in, const ArticleQuery& q) { return in.articles(q); });
  });
  add_by_id(service, Kind::articles, kOfArticles);
}

}  // namespace stoa::api
