// Where the walk of one kind stands: what a pass keeps as its cursor, so that whoever resumes it goes on (rule S3).
// Plain value.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"

namespace stoa::sync {

enum class Phase { count, walk, sweep, finished };

struct WalkState {
  Phase phase = Phase::count;
  std::string after;             // endCursor of the last page stored
  std::size_t first = 0;         // page size; halved when Shopify finds a page too dear
  std::int64_t id_above = 0;     // the window of rule S1: only ids above this
  std::int64_t window_seen = 0;  // nodes walked in this window
  std::int64_t id_last = 0;      // the highest id walked
  std::optional<Time> since;     // incremental: only what changed since
  bool may_delete =
      true;  // false: incremental, another API version answered (rule S10), or the walk is not proven complete
  bool proven = true;              // false: it is known that the walk missed something
  std::string withheld;            // why deletes are withheld
  std::vector<std::string> types;  // of a kind that is listed by type: those still to be walked, the current one last
  std::vector<std::string> done;   // themes whose files are all here
};

std::string to_cursor(const WalkState& state);
// corrupt: not written by to_cursor().
Result<WalkState> from_cursor(std::string_view cursor);

}  // namespace stoa::sync
