// GET /v1/stores/{store}/products, …/{id}, …/by-handle/{handle}
#include "api/read_route.h"
#include "api/routes.h"
#include "api/service.h"

namespace stoa::api {

void add_product_routes(Service& service) {
  using model::Kind;
  service.add_read("/products", [](const http::Params&, std::string_view text) -> Parsed<Read> {
    auto query = parse_product_query(text);
    if (!query) return std::unexpected(std::move(query.error()));
    const auto kinds =
        query->collection.empty() ? std::span<const Kind>(kOfProducts) : std::span<const Kind>(kOfMembers);
    return list_read(kinds, "/products", std::move(*query),
                     [](const StoreReader& in, const ProductQuery& q) { return in.products(q); });
  });
  service.add_read("/products/{id}", [](const http::Params& params, std::string_view query) {
    auto id = canonical_id(Kind::products, params["id"]);
    return object_read(
        Kind::products, kOfProducts, "/products/" + percent_encode(id), query,
        [id](const StoreReader& in, const Fields& fields) { return in.by_id(Kind::products, id, fields); });
  });
  service.add_read("/products/by-handle/{handle}", [](const http::Params& params, std::string_view query) {
    const auto& handle = params["handle"];
    return object_read(
        Kind::products, kOfProducts, "/products/by-handle/" + percent_encode(handle), query,
        [handle](const StoreReader& in, const Fields& fields) { return in.by_handle(Kind::products, handle, fields); });
  });
}

}  // namespace stoa::api
