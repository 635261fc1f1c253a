// GET /v1/stores/{store}/collections, …/{id}, …/by-handle/{handle}, …/{id}/products
#include "api/read_route.h"
#include "api/routes.h"
#include "api/service.h"

namespace stoa::api {

void add_collection_routes(Service& service) {
  using model::Kind;
  service.add_read("/collections", [](const http::Params&, std::string_view text) -> Parsed<Read> {
    auto query = parse_collection_query(text);
    if (!query) return std::unexpected(std::move(query.error()));
    return list_read(kOfCollections, "/collections", std::move(*query),
                     [](const StoreReader& in, const CollectionQuery& q) { return in.collections(q); });
  });
  service.add_read("/collections/{id}", [](const http::Params& params, std::string_view query) {
    auto id = canonical_id(Kind::collections, params["id"]);
    return object_read(
        Kind::collections, kOfCollections, "/collections/" + percent_encode(id), query,
        [id](const StoreReader& in, const Fields& fields) { return in.by_id(Kind::collections, id, fields); });
  });
  service.add_read("/collections/by-handle/{handle}", [](const http::Params& params, std::string_view query) {
    const auto& handle = params["handle"];
    return object_read(Kind::collections, kOfCollections, "/collections/by-handle/" + percent_encode(handle), query,
                       [handle](const StoreReader& in, const Fields& fields) {
                         return in.by_handle(Kind::collections, handle, fields);
                       });
  });
  service.add_read("/collections/{id}/products", [](const http::Params& params, std::string_view text) -> Parsed<Read> {
    auto query = parse_member_query(text);
    if (!query) return std::unexpected(std::move(query.error()));
    auto id = canonical_id(Kind::collections, params["id"]);
    auto path = "/collections/" + percent_encode(id) + "/products";
    auto read = list_read(kOfMembers, std::move(path), std::move(*query), [id](const StoreReader& in, ProductQuery q) {
      q.collection = id;
      return in.collection_products(q);
    });
    return read;
  });
}

}  // namespace stoa::api
