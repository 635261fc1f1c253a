// Clock: the only source of time (seam). Thread-safe. SystemClock lives as long as the process; tests use
// testing::ManualClock.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/result.h"

namespace stoa {

// A moment of the wall clock, UTC, in microseconds since 1970: what is stored and shown.
using Time = std::chrono::sys_time<std::chrono::microseconds>;
// A moment of the monotonic clock: for deadlines and durations only.
using Tick = std::chrono::steady_clock::time_point;

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time wall() const = 0;
  virtual Tick mono() const = 0;
};

class SystemClock final : public Clock {
 public:
  Time wall() const override;
  Tick mono() const override;
};

// "2026-11-22T13:39:40Z", seconds, as the API shows times.
std::string iso_seconds(Time time);
// "2026-11-22T13:39:40.123456Z", what is stored where sub-second order matters.
std::string iso_micros(Time time);
// "Sun, 22 Nov 2026 13:39:40 GMT" (HTTP).
std::string http_date(Time time);
// Any ISO 8601 / RFC 3339 date-time with offset ("2026-11-22T14:39:40.5+01:00"); up to nanoseconds, which are cut to
// microseconds.
Result<Time> parse_iso(std::string_view text);

inline std::int64_t micros(Time time) { return time.time_since_epoch().count(); }
inline Time from_micros(std::int64_t value) { return Time(std::chrono::microseconds(value)); }

}  // namespace stoa
