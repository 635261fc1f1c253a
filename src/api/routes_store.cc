// GET /v1/stores/{store}: the store itself.
#include "api/read_route.h"
#include "api/routes.h"
#include "api/service.h"

namespace stoa::api {

void add_store_routes(Service& service) {
  service.add_read("", [](const http::Params&, std::string_view query) -> Parsed<Read> {
    if (auto nothing = parse_no_query(query); !nothing) return std::unexpected(std::move(nothing.error()));
    Read read;
    read.caching = Read::Caching::changing;
    read.build = [](const StoreReader& reader) -> Result<ReadAnswer> {
      STOA_TRY_ASSIGN(auto store, reader.store());
      return object_answer(std::move(store));
    };
    return read;
  });
}

}  // namespace stoa::api
