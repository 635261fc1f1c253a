#include "sync/walk_state.h"

#include <array>

#include "base/json.h"

namespace stoa::sync {
namespace {
constexpr std::array<std::string_view, 4> kPhases{"count", "walk", "sweep", "finished"};
}  // namespace

std::string to_cursor(const WalkState& state) {
  json::Object out{{"phase", kPhases[static_cast<std::size_t>(state.phase)]},
                   {"after", state.after},
                   {"first", state.first},
                   {"idAbove", state.id_above},
                   {"windowSeen", state.window_seen},
                   {"idLast", state.id_last},
                   {"mayDelete", state.may_delete},
                   {"proven", state.proven},
                   {"withheld", state.withheld}};
  if (!state.done.empty()) out["done"] = json::Array(state.done.begin(), state.done.end());
  if (!state.types.empty()) out["types"] = json::Array(state.types.begin(), state.types.end());
  if (state.since) out["since"] = micros(*state.since);
  return json::write(out);
}

Result<WalkState> from_cursor(std::string_view cursor) {
  const auto value = json::parse(cursor);
  const auto phase =
      value ? std::find(kPhases.begin(), kPhases.end(), json::string_or(*value, "phase")) : kPhases.end();
  if (phase == kPhases.end()) return fail(Code::corrupt, "sync: a stored cursor cannot be read");
  WalkState state{.phase = static_cast<Phase>(phase - kPhases.begin())};
  state.after = json::string_or(*value, "after");
  state.first = static_cast<std::size_t>(json::int_or(*value, "first"));
  state.id_above = json::int_or(*value, "idAbove");
  state.window_seen = json::int_or(*value, "windowSeen");
  state.id_last = json::int_or(*value, "idLast");
  state.may_delete = json::bool_or(*value, "mayDelete");
  state.proven = json::bool_or(*value, "proven", true);
  state.withheld = json::string_or(*value, "withheld");
  if (const auto* done = json::find(*value, "done"); done && done->is_array())
    for (const auto& id : done->get_array())
      if (id.is_string()) state.done.emplace_back(id.get_string());
  if (const auto* types = json::find(*value, "types"); types && types->is_array())
    for (const auto& type : types->get_array())
      if (type.is_string()) state.types.emplace_back(type.get_string());
  if (const auto* since = json::find(*value, "since")) state.since = from_micros(since->as_int64());
  return state;
}

}  // namespace stoa::sync
