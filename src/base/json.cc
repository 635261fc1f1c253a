#include "base/json.h"

#include <unordered_set>

namespace stoa::json {
namespace {

// Boost.JSON keeps the last of repeated keys silently; a repeated key in a request is a fault (contract section 2), so
// the raw text is walked once for them. `text` is known to be valid JSON here.
class RepeatedKeys {
 public:
  explicit RepeatedKeys(std::string_view text) : text_(text) {}

  // The first key that stands twice in one object; keys are compared as they read, however they are spelt.
  std::optional<std::string> find() {
    for (std::size_t i = 0; i < text_.size(); ++i) {
      switch (text_[i]) {
        case '{': open_.push_back({true, true, {}}); break;
        case '[': open_.push_back({false, false, {}}); break;
        case '}':
        case ']': open_.pop_back(); break;
        case ',':
          if (!open_.empty()) open_.back().expects_key = open_.back().is_object;
          break;
        case '"': {
          const auto start = i;
          while (text_[++i] != '"')
            if (text_[i] == '\\') ++i;
          if (!open_.empty() && open_.back().expects_key) {
            auto key = boost::json::parse(text_.substr(start, i - start + 1)).as_string();
            open_.back().expects_key = false;
            if (!open_.back().keys.emplace(key.data(), key.size()).second) return std::string(key);
          }
          break;
        }
        default: break;
      }
    }
    return std::nullopt;
  }

 private:
  struct Level {
    bool is_object, expects_key;
    std::unordered_set<std::string> keys;
  };
  std::string_view text_;
  std::vector<Level> open_;
};

void write_pretty(const Value& value, std::string& out, std::size_t indent) {
  const auto line = [&](std::size_t depth) { out.append("\n").append(depth * 2, ' '); };
  if (const auto* object = value.if_object(); object != nullptr && !object->empty()) {
    out += '{';
    for (bool first = true; const auto& [key, member] : *object) {
      if (!std::exchange(first, false)) out += ',';
      line(indent + 1);
      out += boost::json::serialize(key) + ": ";
      write_pretty(member, out, indent + 1);
    }
    line(indent);
    out += '}';
  } else if (const auto* array = value.if_array(); array != nullptr && !array->empty()) {
    out += '[';
    for (bool first = true; const auto& member : *array) {
      if (!std::exchange(first, false)) out += ',';
      line(indent + 1);
      write_pretty(member, out, indent + 1);
    }
    line(indent);
    out += ']';
  } else {
    out += boost::json::serialize(value);
  }
}

}  // namespace

Result<Value> parse(std::string_view text, std::size_t depth_max) {
  boost::json::parse_options options;
  options.max_depth = depth_max;
  boost::json::parser parser({}, options);
  boost::json::error_code status;
  const auto used = parser.write(text.data(), text.size(), status);
  if (status == boost::json::error::too_deep)
    return fail(Code::invalid, "json: nested deeper than {} levels at byte {}", depth_max, used);
  if (status) return fail(Code::invalid, "json: {} at byte {}", status.message(), used);
  if (auto key = RepeatedKeys(text).find())
    return fail(Code::invalid, "json: the key '{}' stands twice in one object", *key);
  return parser.release();
}

std::string write(const Value& value) { return boost::json::serialize(value); }

std::string write_pretty(const Value& value) {
  std::string out;
  write_pretty(value, out, 0);
  return out;
}

const Value* find(const Object& object, std::string_view key) { return object.if_contains(key); }

const Value* find(const Value& value, std::string_view key) {
  const auto* object = value.if_object();
  return object == nullptr ? nullptr : find(*object, key);
}

namespace {

std::string_view as_string(const Value* member, std::string_view otherwise) {
  const auto* text = member == nullptr ? nullptr : member->if_string();
  return text == nullptr ? otherwise : std::string_view(text->data(), text->size());
}

std::int64_t as_int(const Value* member, std::int64_t otherwise) {
  if (member == nullptr || !member->is_number()) return otherwise;
  boost::json::error_code status;
  const auto number = member->to_number<std::int64_t>(status);
  return status ? otherwise : number;
}

bool as_bool(const Value* member, bool otherwise) {
  return member != nullptr && member->is_bool() ? member->get_bool() : otherwise;
}

}  // namespace

std::string_view string_or(const Value& value, std::string_view key, std::string_view otherwise) {
  return as_string(find(value, key), otherwise);
}
std::string_view string_or(const Object& object, std::string_view key, std::string_view otherwise) {
  return as_string(find(object, key), otherwise);
}
std::int64_t int_or(const Value& value, std::string_view key, std::int64_t otherwise) {
  return as_int(find(value, key), otherwise);
}
std::int64_t int_or(const Object& object, std::string_view key, std::int64_t otherwise) {
  return as_int(find(object, key), otherwise);
}
bool bool_or(const Value& value, std::string_view key, bool otherwise) { return as_bool(find(value, key), otherwise); }
bool bool_or(const Object& object, std::string_view key, bool otherwise) {
  return as_bool(find(object, key), otherwise);
}

Value null_if_empty(std::string_view text) { return text.empty() ? Value(nullptr) : Value(text); }

}  // namespace stoa::json
