// GET /v1/stores/{store}/pages, …/{id}, …/by-handle/{handle}
#include "api/read_route.h"
#include "api/routes.h"

namespace stoa::api {

void add_page_routes(Service& service) {
  using model::Kind;
  service.add_read("/pages", [](const http::Params&, std::string_view text) -> Parsed<Read> {
    auto query = parse_page_query(text);
    if (!query) return std::unexpected(std::move(query.error()));
    return list_read(kOfPages, "/pages", std::move(*query),
                     [](const StoreReader& in, const PageQuery& q) { return in.pages(q); });
  });
  add_by_id(service, Kind::pages, kOfPages);
  add_by_handle(service, Kind::pages, kOfPages);
}

}  // namespace stoa::api
