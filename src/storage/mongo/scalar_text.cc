#include "storage/mongo/scalar_text.h"

#include <charconv>
#include <chrono>
#include <cstring>

namespace stoa::storage::mongo {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::milliseconds;
using std::chrono::sys_time;
using std::chrono::year_month_day;

// Ruby's Float#to_s writes a value of that many digits before the point in full, else with an exponent.
constexpr int kPointMin = -3, kPointMax = 16;

char* put_zeros(char* out, int count) {
  for (; count > 0; --count) *out++ = '0';
  return out;
}
char* put(char* out, std::string_view text) {
  std::memcpy(out, text.data(), text.size());
  return out + text.size();
}

// `count` digits, zeros first.
char* put_number(char* out, unsigned value, int count) {
  for (int i = count - 1; i >= 0; --i, value /= 10) out[i] = static_cast<char>('0' + value % 10);
  return out + count;
}

// Reads `count` digits of `text` at `at`; a value no field can have when one of them is none.
unsigned digits(std::string_view text, std::size_t at, std::size_t count) {
  unsigned value = 0;
  for (const char c : text.substr(at, count)) {
    if (c < '0' || c > '9') return 1'000'000;
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  return value;
}

}  // namespace

char* write_double(char* out, double value) {
  char shortest[kScalarBytesMax];  // "d.ddde-05", its digits the fewest
  const auto end = std::to_chars(shortest, shortest + sizeof shortest, value, std::chars_format::scientific).ptr;
  const char* at = shortest;
  if (*at == '-') *out++ = *at++;
  char digit[kScalarBytesMax];
  int count = 0;
  for (; *at != 'e'; ++at)
    if (*at != '.') digit[count++] = *at;
  ++at;
  if (*at == '+') ++at;
  int exponent = 0;
  std::from_chars(at, end, exponent);

  const std::string_view all(digit, static_cast<std::size_t>(count));
  const int point = exponent + 1;  // digits before the point
  if (point < kPointMin || point > kPointMax) {
    *out++ = digit[0];
    *out++ = '.';
    out = put(out, count > 1 ? all.substr(1) : "0");
    *out++ = 'e';
    *out++ = exponent < 0 ? '-' : '+';
    const auto size = static_cast<unsigned>(exponent < 0 ? -exponent : exponent);
    return put_number(out, size, size > 99 ? 3 : 2);
  }
  if (point <= 0) return put(put_zeros(put(out, "0."), -point), all);
  if (count <= point) return put(put_zeros(put(out, all), point - count), ".0");
  const auto whole = static_cast<std::size_t>(point);
  return put(put(put(out, all.substr(0, whole)), "."), all.substr(whole));
}

char* write_date(char* out, std::int64_t value) {
  const sys_time<milliseconds> time{milliseconds(value)};
  const auto day = floor<days>(time);
  constexpr std::int64_t kYear0 = -62'167'219'200'000, kYear10000 = 253'402'300'800'000;
  if (value < kYear0 || value >= kYear10000) return nullptr;
  const year_month_day date(day);
  const auto of_day = static_cast<unsigned>((time - day).count());
  const auto seconds = of_day / 1000, fraction = of_day % 1000;
  out = put_number(out, static_cast<unsigned>(static_cast<int>(date.year())), 4);
  *out++ = '-';
  out = put_number(out, static_cast<unsigned>(date.month()), 2);
  *out++ = '-';
  out = put_number(out, static_cast<unsigned>(date.day()), 2);
  *out++ = 'T';
  out = put_number(out, seconds / 3600, 2);
  *out++ = ':';
  out = put_number(out, seconds / 60 % 60, 2);
  *out++ = ':';
  out = put_number(out, seconds % 60, 2);
  if (fraction != 0) {
    *out++ = '.';
    out = put_number(out, fraction, 3);
  }
  *out++ = 'Z';
  return out;
}

std::optional<std::int64_t> read_date(std::string_view text) {
  constexpr std::size_t kSeconds = std::string_view("2026-11-22T13:39:40Z").size(), kMillis = kSeconds + 4;
  const bool has_millis = text.size() == kMillis;
  if ((text.size() != kSeconds && !has_millis) || text.back() != 'Z') return std::nullopt;
  if (text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':') return std::nullopt;
  if (has_millis && text[19] != '.') return std::nullopt;
  const auto year = digits(text, 0, 4);
  if (year > 9999) return std::nullopt;
  const year_month_day date{std::chrono::year(static_cast<int>(year)), std::chrono::month(digits(text, 5, 2)),
                            std::chrono::day(digits(text, 8, 2))};
  const auto hour = digits(text, 11, 2), minute = digits(text, 14, 2), second = digits(text, 17, 2);
  const auto millis = has_millis ? digits(text, 20, 3) : 0;
  if (!date.ok() || hour > 23 || minute > 59 || second > 59 || millis > 999 || (has_millis && millis == 0))
    return std::nullopt;
  const std::int64_t in_day = ((hour * 60 + minute) * 60 + second) * 1000 + millis;
  return milliseconds(std::chrono::sys_days(date).time_since_epoch()).count() + in_day;
}

}  // namespace stoa::storage::mongo
