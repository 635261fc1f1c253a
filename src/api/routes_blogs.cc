// GET /v1/stores/{store}/blogs, …/{id}, …/by-handle/{handle}, …/{id}/articles, …/{id}/articles/by-handle/{handle}
#include "api/read_route.h"
#include "api/routes.h"
#include "api/service.h"

namespace stoa::api {

void add_blog_routes(Service& service) {
  using model::Kind;
  service.add_read("/blogs", [](const http::Params&, std::string_view text) -> Parsed<Read> {
    auto query = parse_blog_query(text);
    if (!query) return std::unexpected(std::move(query.error()));
    return list_read(kOfBlogs, "/blogs", std::move(*query),
                     [](const StoreReader& in, const BlogQuery& q) { return in.blogs(q); });
  });
  service.add_read("/blogs/{id}", [](const http::Params& params, std::string_view query) {
    auto id = canonical_id(Kind::blogs, params["id"]);
    return object_read(Kind::blogs, kOfBlogs, "/blogs/" + percent_encode(id), query,
                       [id](const StoreReader& in, const Fields& fields) { return in.by_id(Kind::blogs, id, fields); });
  });
  service.add_read("/blogs/by-handle/{handle}", [](const http::Params& params, std::string_view query) {
    const auto& handle = params["handle"];
    return object_read(
        Kind::blogs, kOfBlogs, "/blogs/by-handle/" + percent_encode(handle), query,
        [handle](const StoreReader& in, const Fields& fields) { return in.by_handle(Kind::blogs, handle, fields); });
  });
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
