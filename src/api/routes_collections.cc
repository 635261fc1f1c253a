// GET /v1/stores/{store}/collections, …/{id}, …/by-handle/{handle}, …/{id}/products
#include "api/read_route.h"
#include "api/routes.h"

namespace stoa::api {

void add_collection_routes(Service& service) {
  using model::Kind;
  service.add_read("/collections", [](const http::Params&, std::string_view text) -> Parsed<Read> {
    auto query = parse_collection_query(text);
    if (!query) return std::unexpected(std::move(query.error()));
    return list_read(kOfCollections, "/collections", std::move(*query),
                     [](const StoreReader& in, const CollectionQuery& q) { return in.collections(q); });
  });
  add_by_id(service, Kind::collections, kOfCollections);
  add_by_handle(service, Kind::collections, kOfCollections);
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
