#include "api/discount_status.h"

#include "base/json_text.h"
#include "base/text.h"

namespace stoa::api {
namespace {
using storage::Condition;

std::optional<Time> time_of(std::string_view body, std::string_view name) {
  const auto text = json::find_string(body, {"discount", name});
  const auto time = text ? parse_iso(*text) : fail(Code::invalid, "");
  return time ? std::optional(*time) : std::nullopt;
}
}  // namespace

std::string_view discount_status(std::string_view body, Time now) {
  if (const auto ends = time_of(body, "endsAt"); ends && *ends <= now) return "EXPIRED";
  const auto starts = time_of(body, "startsAt");
  return starts && *starts <= now ? "ACTIVE" : "SCHEDULED";
}

std::string with_status(std::string_view body, Time now) {
  const auto id = json::find_raw(body, {"id"});
  const auto behind_id = static_cast<std::size_t>(id.data() + id.size() - body.data());
  return fmt::format(R"({},"status":"{}"{})", body.substr(0, behind_id), discount_status(body, now),
                     body.substr(behind_id));
}

std::vector<Condition> status_conditions(std::string_view status, Time now) {
  using enum Condition::Op;
  if (status == "any") return {};
  if (status == "EXPIRED") return {{.field = "activeUntil", .op = less_equal, .values = {micros(now)}}};
  return {{.field = "startsAt", .op = status == "SCHEDULED" ? greater : less_equal, .values = {micros(now)}},
          {.field = "activeUntil", .op = greater, .values = {micros(now)}}};
}

bool is_automatic(std::string_view body) {
  return json::find_string(body, {"discount", "__typename"}).value_or("").starts_with("DiscountAutomatic");
}

std::string find_code(std::string_view body, std::string_view code) {
  const auto codes = json::find_raw(body, {"discount", "codes"});
  if (!codes.starts_with('[')) return {};
  const auto wanted = fold(code);
  json::Cursor in(codes);
  in.enter_array();
  while (in.next_element()) {
    auto own = json::find_string(in.take(), {"code"});
    if (own && fold(*own) == wanted) return *std::move(own);
  }
  return {};
}

}  // namespace stoa::api
