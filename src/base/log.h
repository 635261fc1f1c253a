// The log: JSON lines (text on a terminal) on stderr. Thread-safe. Over spdlog.
// Fields are name and text; values are escaped, so a shop's name cannot forge a line. Secrets never go in (rule K2).
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace stoa::log {

enum class Level { trace, debug, info, warn, error };
using Field = std::pair<std::string_view, std::string>;
using Fields = std::initializer_list<Field>;

// `text`: lines for people instead of JSON. Before the first call: info, JSON.
void start(Level level, bool text);
void set_level(Level level);
Result<Level> parse_level(std::string_view name);

void write(Level level, std::string_view message, Fields fields);
inline void trace(std::string_view message, Fields fields = {}) { write(Level::trace, message, fields); }
inline void debug(std::string_view message, Fields fields = {}) { write(Level::debug, message, fields); }
inline void info(std::string_view message, Fields fields = {}) { write(Level::info, message, fields); }
inline void warn(std::string_view message, Fields fields = {}) { write(Level::warn, message, fields); }
inline void error(std::string_view message, Fields fields = {}) { write(Level::error, message, fields); }

}  // namespace stoa::log
