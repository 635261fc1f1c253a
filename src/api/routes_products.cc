// GET /v1/stores/{store}/products, …/{id}, …/by-handle/{handle}
#include "api/read_route.h"
#include "api/routes.h"

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
  add_by_id(service, Kind::products, kOfProducts);
  add_by_handle(service, Kind::products, kOfProducts);
}

}  // namespace stoa::api
