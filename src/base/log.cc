#include "base/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "base/clock.h"
#include "base/json_text.h"

namespace stoa::log {
namespace {

std::atomic<bool> as_text{false};

spdlog::logger& logger() {
  // Never destroyed: threads may log until the process is gone.
  static auto* const kLogger = [] {
    auto* made = new spdlog::logger("stoa", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern("%v");
    made->flush_on(spdlog::level::info);
    return made;
  }();
  return *kLogger;
}

spdlog::level::level_enum native(Level level) { return static_cast<spdlog::level::level_enum>(level); }
constexpr std::array<std::string_view, 5> kNames{"trace", "debug", "info", "warn", "error"};

void append_plain(std::string& out, std::string_view text) {
  for (const char c : text) out += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? ' ' : c;
}

}  // namespace

void start(Level level, bool text) {
  as_text = text;
  set_level(level);
}

void set_level(Level level) { logger().set_level(native(level)); }

Result<Level> parse_level(std::string_view name) {
  for (std::size_t i = 0; i < kNames.size(); ++i)
    if (kNames[i] == name) return static_cast<Level>(i);
  return fail(Code::invalid, "log.level: '{}', want trace, debug, info, warn or error", name);
}

void write(Level level, std::string_view message, Fields fields) {
  if (!logger().should_log(native(level))) return;
  const auto name = kNames[static_cast<std::size_t>(level)];
  const auto now = SystemClock().wall();
  std::string line;
  if (as_text) {
    line = fmt::format("{} {:5} ", iso_seconds(now), name);
    append_plain(line, message);
    for (const auto& [key, value] : fields) {
      line += fmt::format(" {}=", key);
      append_plain(line, value);
    }
  } else {
    line = fmt::format(R"({{"ts":"{}","level":"{}","msg":)", iso_micros(now), name);
    json::append_string(line, message);
    for (const auto& [key, value] : fields) {
      line += fmt::format(R"(,"{}":)", key);
      json::append_string(line, value);
    }
    line += '}';
  }
  logger().log(native(level), line);
}

}  // namespace stoa::log
