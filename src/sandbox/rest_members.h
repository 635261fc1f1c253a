// What the readers of REST shapes share: members of an object into fields, and lists out of files.
#pragma once

#include <array>
#include <filesystem>

#include "base/json.h"
#include "base/text.h"
#include "sandbox/catalog.h"

namespace stoa::sandbox {

// Reads the members of an object into fields; remembers the first that does not fit.
class Members {
 public:
  Members(const json::Object& json, std::string where) : json_(json), where_(std::move(where)) {}

  const json::Value* find(std::string_view key) const { return json_.if_contains(key); }

  void text(std::string_view key, std::string& out) {
    if (const auto* v = find(key))
      v->is_string() ? out.assign(v->get_string()) : (v->is_null() ? out.clear() : wrong(key, "a string"), out);
  }
  void text(std::string_view key, std::optional<std::string>& out) {
    const auto* v = find(key);
    if (!v) return;
    if (v->is_null())
      out.reset();
    else if (v->is_string())
      out = std::string(v->get_string());
    else
      wrong(key, "a string or null");
  }
  void number(std::string_view key, std::int64_t& out) {
    if (const auto* v = find(key)) v->is_int64() ? void(out = v->get_int64()) : wrong(key, "an integer");
  }
  void number(std::string_view key, int& out) {
    std::int64_t wide = out;
    number(key, wide);
    out = static_cast<int>(wide);
  }
  void truth(std::string_view key, bool& out) {
    if (const auto* v = find(key)) v->is_bool() ? void(out = v->get_bool()) : wrong(key, "true or false");
  }
  void time(std::string_view key, Time& out) {
    std::optional<Time> read = out;
    time(key, read);
    if (read) out = *read;
  }
  void time(std::string_view key, std::optional<Time>& out) {
    const auto* v = find(key);
    if (!v) return;
    if (v->is_null()) return out.reset();
    const auto parsed = v->is_string() ? parse_iso(std::string_view(v->get_string())) : fail(Code::invalid, "time");
    parsed ? void(out = *parsed) : wrong(key, "an ISO 8601 time with offset, or null");
  }
  template <std::size_t N>
  void constant(std::string_view key, std::string_view& out, const std::array<std::string_view, N>& known) {
    const auto* v = find(key);
    if (!v) return;
    const auto found = v->is_string() ? enum_constant(std::string_view(v->get_string()), known) : std::string_view();
    found.empty() ? wrong(key, "a value Shopify knows") : void(out = found);
  }
  // Calls `each` for every object of a list. Nothing when the member is absent.
  template <class F>
  bool objects(std::string_view key, F&& each) {
    const auto* v = find(key);
    if (!v) return false;
    if (!v->is_array()) return wrong(key, "a list of objects"), false;
    for (const auto& item : v->get_array()) {
      if (!item.is_object()) return wrong(key, "a list of objects"), false;
      Members members(item.get_object(), where_ + "." + std::string(key));
      each(members);
      if (!members.fault_.empty()) fault_ = members.fault_;
    }
    return true;
  }
  void wrong(std::string_view key, std::string_view wanted) {
    if (fault_.empty()) fault_ = fmt::format("{}: {}: not what is wanted: {}", where_, key, wanted);
  }
  Result<void> done() const {
    if (!fault_.empty()) return fail(Code::invalid, "{}", fault_);
    return {};
  }

 private:
  const json::Object& json_;
  std::string where_;
  std::string fault_;
};

// `tags`: a comma-separated string or a list.
void read_tags(Members& in, std::vector<std::string>& out);
// `metafields`: a list that is given replaces the one that was there.
void read_metafields(Members& in, Catalog& catalog, std::vector<Metafield>& out, std::string_view owner, Time now);
// `image` {"src", "alt", "width", "height"}; its id is made from the owner's, so that reading it again changes nothing.
void read_image(Members& in, std::optional<Image>& out, std::int64_t owner);

Result<json::Value> read_json(const std::filesystem::path& path);
// A list, or the one that an object has under `key`.
Result<const json::Array*> list_of(const json::Value& json, std::string_view key);
std::int64_t own_id(const json::Object& json);  // 0: none

}  // namespace stoa::sandbox
