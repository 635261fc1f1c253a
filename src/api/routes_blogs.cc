// GET /v1/stores/{store}/blogs, …/{id}, …/by-handle/{handle}, …/{id}/articles, …/{id}/articles/by-handle/{handle}
#include "api/read_route.h"
#include "api/routes.h"

namespace stoa::api {

void add_blog_routes(Service& service) {
  using model::Kind;
  service.add_read("/blogs", [](const http::Params&, std::string_view text) -> Parsed<Read> {
    auto query = parse_blog_query(text);
    if (!query) return std::unexpected(std::move(query.error()));
    return list_read(kOfBlogs, "/blogs", std::move(*query),
                     [](const StoreReader& in, const BlogQuery& q) { return in.blogs(q); });
  });
  add_by_id(service, Kind::blogs, kOfBlogs);
  add_by_handle(service, Kind::blogs, kOfBlogs);
  service.add_read("/blogs/{id}/articles", [](const http::Params& params, std::string_view text) -> Parsed<Read> {
    auto query = parse_article_query(text);
    if (!query) return std::unexpected(std::move(query.error()));
    query->blog = canonical_id(Kind::blogs, params["id"]);
    auto path = "/blogs/" + percent_encode(query->blog) + "/articles";
    return list_read(kOfBlogArticles, std::move(path), std::move(*query),
                     [](const StoreReader& in, const ArticleQuery& q) { return in.articles(q); });
  });
  service.add_read("/blogs/{id}/articles/by-handle/{handle}", [](const http::Params& params, std::string_view query) {
    const auto blog = canonical_id(Kind::blogs, params["id"]);
    const auto& handle = params["handle"];
    return object_read(Kind::articles, kOfBlogArticles,
                       "/blogs/" + percent_encode(blog) + "/articles/by-handle/" + percent_encode(handle), query,
                       [blog, handle](const StoreReader& in, const Fields& fields) {
                         return in.article_by_handle(blog, handle, fields);
                       });
  });
}

}  // namespace stoa::api
