// Who asks. Plain values.
#pragma once

#include <optional>

#include "storage/records.h"

namespace stoa::api {

// For whose eyes an answer is made: a read key is public (it ships inside an app), an operator sees all.
enum class Audience : std::uint8_t { read_key, operators };

struct Principal {
  std::optional<storage::KeyRecord> key;  // nothing: the operator

  bool is_operator() const { return !key.has_value(); }
  Audience audience() const { return key ? Audience::read_key : Audience::operators; }
};

}  // namespace stoa::api
