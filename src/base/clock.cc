#include "base/clock.h"

#include <array>
#include <charconv>
#include <ctime>

namespace stoa {

Time SystemClock::wall() const {
  return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}
Tick SystemClock::mono() const { return std::chrono::steady_clock::now(); }

namespace {
struct Parts {
  std::chrono::year_month_day date;
  std::chrono::hh_mm_ss<std::chrono::microseconds> clock;
};
Parts split(Time time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  return {std::chrono::year_month_day(day), std::chrono::hh_mm_ss<std::chrono::microseconds>(time - day)};
}

// Reads exactly `count` digits at `pos`, moves past them.
bool digits(std::string_view text, std::size_t& pos, std::size_t count, int& out) {
  if (pos + count > text.size()) return false;
  out = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const char c = text[pos + i];
    if (c < '0' || c > '9') return false;
    out = out * 10 + (c - '0');
  }
  pos += count;
  return true;
}
bool literal(std::string_view text, std::size_t& pos, char wanted) {
  if (pos >= text.size() || text[pos] != wanted) return false;
  ++pos;
  return true;
}
}  // namespace

std::string iso_seconds(Time time) {
  const auto [date, clock] = split(time);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", int(date.year()), unsigned(date.month()),
                     unsigned(date.day()), clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

std::string iso_micros(Time time) {
  const auto [date, clock] = split(time);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", int(date.year()), unsigned(date.month()),
                     unsigned(date.day()), clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

std::string http_date(Time time) {
  static constexpr std::array<const char*, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto [date, clock] = split(time);
  const std::chrono::weekday weekday(std::chrono::sys_days{date});
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kDays[weekday.c_encoding()], unsigned(date.day()),
                     kMonths[unsigned(date.month()) - 1], int(date.year()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count());
}

Result<Time> parse_iso(std::string_view text) {
  using namespace std::chrono;
  const auto bad = [&] {
    return fail(Code::invalid, "time: '{}' is not an ISO 8601 date-time with offset", text.substr(0, 40));
  };
  std::size_t pos = 0;
  int y, mo, d, h, mi, s;
  if (!digits(text, pos, 4, y) || !literal(text, pos, '-') || !digits(text, pos, 2, mo) || !literal(text, pos, '-') ||
      !digits(text, pos, 2, d))
    return bad();
  if (pos >= text.size() || (text[pos] != 'T' && text[pos] != 't' && text[pos] != ' ')) return bad();
  ++pos;
  if (!digits(text, pos, 2, h) || !literal(text, pos, ':') || !digits(text, pos, 2, mi) || !literal(text, pos, ':') ||
      !digits(text, pos, 2, s))
    return bad();
  std::int64_t fraction = 0;
  if (literal(text, pos, '.')) {
    std::size_t seen = 0;
    for (; pos < text.size() && text[pos] >= '0' && text[pos] <= '9'; ++pos, ++seen)
      if (seen < 6) fraction = fraction * 10 + (text[pos] - '0');
    if (seen == 0 || seen > 9) return bad();
    for (; seen < 6; ++seen) fraction *= 10;
  }
  minutes offset{0};
  if (pos < text.size() && (text[pos] == 'Z' || text[pos] == 'z')) {
    ++pos;
  } else if (pos < text.size() && (text[pos] == '+' || text[pos] == '-')) {
    const int sign = text[pos] == '-' ? -1 : 1;
    ++pos;
    int oh, om;
    if (!digits(text, pos, 2, oh) || !literal(text, pos, ':') || !digits(text, pos, 2, om) || oh > 23 || om > 59)
      return bad();
    offset = sign * (hours(oh) + minutes(om));
  } else {
    return bad();
  }
  const year_month_day date{year(y), month(unsigned(mo)), day(unsigned(d))};
  if (pos != text.size() || !date.ok() || h > 23 || mi > 59 || s > 60) return bad();
  return Time(sys_days(date)) + hours(h) + minutes(mi) + seconds(s) + microseconds(fraction) - offset;
}

}  // namespace stoa
