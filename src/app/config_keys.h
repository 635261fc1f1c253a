// The table behind the configuration: each key's name, meaning, and its way into and out of Config. Pure.
#pragma once

#include <span>

#include "app/config.h"

namespace stoa::app {

enum class KeyType { text, number, duration, list, flag };

struct Key {
  std::string name;  // "http.listen"
  KeyType type;
  std::string help;
  std::function<Result<void>(Config&, std::string_view)> set;
  std::function<std::string(const Config&)> get;
};
std::span<const Key> config_keys();
const Key* find_key(std::string_view name);
// STOA_HTTP_LISTEN of http.listen.
std::string variable_of(std::string_view key);

}  // namespace stoa::app
