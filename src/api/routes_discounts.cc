// GET /v1/stores/{store}/discounts, …/{id}, …/by-code/{code}
#include "api/read_route.h"
#include "api/routes.h"

namespace stoa::api {

void add_discount_routes(Service& service) {
  using model::Kind;
  service.add_read("/discounts", [](const http::Params&, std::string_view text) -> Parsed<Read> {
    auto query = parse_discount_query(text);
    if (!query) return std::unexpected(std::move(query.error()));
    return list_read(kOfDiscounts, "/discounts", std::move(*query),
                     [](const StoreReader& in, const DiscountQuery& q) { return in.discounts(q); });
  });
  add_by_id(service, Kind::discounts, kOfDiscounts);
  service.add_read("/discounts/by-code/{code}", [](const http::Params& params, std::string_view query) {
    const auto code = fold(params["code"]);  // all its spellings are one question
    auto read =
        object_read(Kind::discounts, kOfDiscounts, "/discounts/by-code/" + percent_encode(code), query,
                    [code](const StoreReader& in, const Fields& fields) { return in.discount_by_code(code, fields); });
    if (read) read->guessable = true;
    return read;
  });
}

}  // namespace stoa::api
