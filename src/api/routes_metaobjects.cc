// GET /v1/stores/{store}/metaobjects, …/{id}, …/by-handle/{type}/{handle}
#include "api/read_route.h"
#include "api/routes.h"

namespace stoa::api {

void add_metaobject_routes(Service& service) {
  using model::Kind;
  service.add_read("/metaobjects", [](const http::Params&, std::string_view text) -> Parsed<Read> {
    auto query = parse_metaobject_query(text);
    if (!query) return std::unexpected(std::move(query.error()));
    return list_read(kOfMetaobjects, "/metaobjects", std::move(*query),
                     [](const StoreReader& in, const MetaobjectQuery& q) { return in.metaobjects(q); });
  });
  add_by_id(service, Kind::metaobjects, kOfMetaobjects);
  service.add_read("/metaobjects/by-handle/{type}/{handle}", [](const http::Params& params, std::string_view query) {
    const auto &type = params["type"], &handle = params["handle"];
    return object_read(Kind::metaobjects, kOfMetaobjects,
                       "/metaobjects/by-handle/" + percent_encode(type) + '/' + percent_encode(handle), query,
                       [type, handle](const StoreReader& in, const Fields& fields) {
                         return in.metaobject_by_handle(type, handle, fields);
                       });
  });
}

}  // namespace stoa::api
