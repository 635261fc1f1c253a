// GET /v1/stores/{store}/menus, …/{id}, …/by-handle/{handle}
#include "api/read_route.h"
#include "api/routes.h"

namespace stoa::api {

void add_menu_routes(Service& service) {
  using model::Kind;
  service.add_read("/menus", [](const http::Params&, std::string_view text) -> Parsed<Read> {
    auto query = parse_menu_query(text);
    if (!query) return std::unexpected(std::move(query.error()));
    return list_read(kOfMenus, "/menus", std::move(*query),
                     [](const StoreReader& in, const MenuQuery& q) { return in.menus(q); });
  });
  add_by_id(service, Kind::menus, kOfMenus);
  add_by_handle(service, Kind::menus, kOfMenus);
}

}  // namespace stoa::api
