#include "base/json_flatten.h"

#include <simdjson.h>

#include <algorithm>
#include <cstring>
#include <deque>

#include "base/json_text.h"
#include "base/json_token.h"

namespace stoa::json {
namespace {

namespace od = simdjson::ondemand;

constexpr int kDepthMax = 64;

// Writes canonical text while it reads. Every function answers false once something is wrong; fault() then says what.
class Walker {
 public:
  Walker(Flat& flat, const char* end, std::span<const std::string_view> id_lists)
      : out_(flat.text), open_(flat.open), top_(flat.members), end_(end), id_lists_(id_lists) {}

  bool value(od::value value, std::string_view name, int depth);
  const std::string& fault() const { return fault_; }

 private:
  enum class Shape { connection, plain, broken };

  bool fail(std::string_view why) {
    if (fault_.empty()) fault_ = why;
    return false;
  }
  bool fail(simdjson::error_code code) { return fail(std::string_view(simdjson::error_message(code))); }

  bool object(od::object object, std::string_view name, int depth);
  bool members(od::object& object, bool& looks_like_connection, int depth);
  Shape connection(od::object& object, std::string_view name, int depth);
  bool array(od::array array, int depth);
  bool edges(od::array array, bool ids_only, int depth);
  bool nodes(od::array array, bool ids_only, int depth);
  bool item(od::value item, bool ids_only, int depth);
  bool page_info(od::value value);
  bool key(od::field& field, std::string_view& key);
  bool string(std::string_view token);
  bool scalar(std::string_view token, od::json_type type);

  std::string& out_;
  std::vector<OpenConnection>& open_;
  std::vector<Flat::Place>& top_;
  const char* end_;
  std::span<const std::string_view> id_lists_;
  std::deque<std::string> unescaped_keys_;  // owns the few names that are not views of the input
  std::string fault_;
};

bool is_connection_key(std::string_view key) { return key == "nodes" || key == "pageInfo" || key == "edges"; }

bool Walker::value(od::value value, std::string_view name, int depth) {
  if (depth > kDepthMax) return fail("nested deeper than 64");
  od::json_type type;
  if (auto code = value.type().get(type)) return fail(code);
  if (type == od::json_type::object) {
    od::object inner;
    if (auto code = value.get_object().get(inner)) return fail(code);
    return object(inner, name, depth);
  }
  if (type == od::json_type::array) {
    od::array inner;
    if (auto code = value.get_array().get(inner)) return fail(code);
    return array(inner, depth);
  }
  return scalar(trim_space(value.raw_json_token()), type);
}

bool Walker::scalar(std::string_view token, od::json_type type) {
  if (type == od::json_type::string) return string(token);
  const bool sound = type == od::json_type::number    ? is_number(token)
                     : type == od::json_type::boolean ? token == "true" || token == "false"
                                                      : token == "null";
  if (!sound) return fail("a value that is not JSON");
  out_ += token;
  return true;
}

// simdjson has checked the bytes: UTF-8, no raw controls, a closing quote.
bool Walker::string(std::string_view token) {
  if (token.size() < 2 || token.back() != '"') return fail("a string without its end");
  if (!std::memchr(token.data(), '\\', token.size())) {
    out_ += token;
    return true;
  }
  if (const char* why = escape_fault(token.substr(1, token.size() - 2))) return fail(std::string_view(why));
  append_string(out_, unquoted(token));
  return true;
}

// The key as it will be written, without quotes; valid as long as the walk.
bool Walker::key(od::field& field, std::string_view& key) {
  const char* const start = field.key().raw();
  const char* stop = start;
  while (stop < end_ && *stop != '"' && *stop != '\\') ++stop;
  if (stop == end_) return fail("a key without its end");
  key = {start, static_cast<std::size_t>(stop - start)};
  if (*stop == '"') return true;
  while (stop < end_ && *stop != '"') stop += *stop == '\\' ? 2 : 1;
  if (stop >= end_) return fail("a key without its end");
  const std::string_view token(start - 1, static_cast<std::size_t>(stop - start + 2));
  if (const char* why = escape_fault(token.substr(1, token.size() - 2))) return fail(std::string_view(why));
  key = unescaped_keys_.emplace_back(unquoted(token));
  return quoted(key).size() == key.size() + 2 || fail("a key that needs an escape");
}

bool Walker::object(od::object object, std::string_view name, int depth) {
  const auto out_start = out_.size(), open_start = open_.size();
  bool may_be_connection = !name.empty();
  if (!members(object, may_be_connection, depth)) return false;
  if (!may_be_connection) return true;
  // Its first key is one of a connection: read it as that, and if it then is something else, as it stands.
  if (auto reset = object.reset(); reset.error()) return fail(reset.error());
  const Shape shape = connection(object, name, depth);
  if (shape != Shape::plain) return shape == Shape::connection;
  out_.resize(out_start);
  open_.resize(open_start);
  if (auto reset = object.reset(); reset.error()) return fail(reset.error());
  return members(object, may_be_connection = false, depth);
}

// Writes the object member by member. With `may_be_connection` it stops before writing when the first key is a
// connection's, and leaves it set; otherwise clears it.
bool Walker::members(od::object& object, bool& may_be_connection, int depth) {
  const auto open_start = open_.size();
  std::size_t id_begin = 0, id_end = 0;
  bool first = true;
  for (auto result : object) {
    od::field field;
    if (auto code = std::move(result).get(field)) return fail(code);
    std::string_view name;
    if (!key(field, name)) return false;
    if (first) {
      may_be_connection = may_be_connection && is_connection_key(name);
      if (may_be_connection) return true;
    }
    out_ += first ? "{\"" : ",\"";
    first = false;
    out_ += name;
    out_ += "\":";
    const auto value_at = out_.size();
    const auto inside = open_.size();
    if (!value(field.value(), name, depth + 1)) return false;
    if (depth == 1) top_.push_back({value_at - 2 - name.size(), name.size(), value_at, out_.size() - value_at});
    // What is still without an owner stands below this member.
    for (auto i = inside; i < open_.size(); ++i)
      if (open_[i].owner.empty())
        open_[i].name = std::string(name) + (open_[i].name.empty() ? "" : "." + open_[i].name);
    if (name == "id" && out_[value_at] == '"') id_begin = value_at, id_end = out_.size();
  }
  if (first) may_be_connection = false, out_ += '{';
  out_ += '}';
  if (id_end == 0) return true;
  for (auto i = open_start; i < open_.size(); ++i)
    if (open_[i].owner.empty()) open_[i].owner = unquoted(std::string_view(out_).substr(id_begin, id_end - id_begin));
  return true;
}

Walker::Shape Walker::connection(od::object& object, std::string_view name, int depth) {
  const bool ids_only = std::ranges::find(id_lists_, name) != id_lists_.end();
  int lists = 0;
  for (auto result : object) {
    od::field field;
    if (auto code = std::move(result).get(field)) return fail(code), Shape::broken;
    std::string_view part;
    if (!key(field, part)) return Shape::broken;
    if (!is_connection_key(part)) return Shape::plain;
    if (part == "pageInfo") {
      if (!page_info(field.value())) return fault_.empty() ? Shape::plain : Shape::broken;
      continue;
    }
    const bool through_edges = part == "edges";
    od::array array;
    if (field.value().get_array().get(array) || ++lists > 1) return Shape::plain;
    if (!(through_edges ? edges(array, ids_only, depth) : nodes(array, ids_only, depth))) return Shape::broken;
  }
  return lists == 1 ? Shape::connection : Shape::plain;
}

// False without a fault: not what a connection's pageInfo looks like.
bool Walker::page_info(od::value value) {
  od::object info;
  if (value.get_object().get(info)) return false;
  bool has_next = false;
  std::string cursor;
  for (auto result : info) {
    od::field field;
    if (auto code = std::move(result).get(field)) return fail(code);
    std::string_view part;
    if (!key(field, part)) return false;
    const bool is_next = part == "hasNextPage", is_cursor = part == "endCursor";
    const auto token = trim_space(field.value().raw_json_token());
    if (is_next && token != "true" && token != "false") return fail("a hasNextPage that is not a boolean");
    if (is_next) has_next = token == "true";
    if (is_cursor && token.starts_with('"')) cursor = unquoted(token);
  }
  if (!has_next) return true;
  if (cursor.empty()) return fail("hasNextPage without an endCursor");
  open_.push_back({"", "", std::move(cursor)});
  return true;
}

bool Walker::array(od::array array, int depth) { return nodes(array, false, depth); }

bool Walker::nodes(od::array array, bool ids_only, int depth) {
  out_ += '[';
  bool first = true;
  for (auto result : array) {
    od::value element;
    if (auto code = std::move(result).get(element)) return fail(code);
    if (!first) out_ += ',';
    first = false;
    if (!item(element, ids_only, depth + 1)) return false;
  }
  out_ += ']';
  return true;
}

bool Walker::edges(od::array array, bool ids_only, int depth) {
  out_ += '[';
  bool first = true;
  for (auto result : array) {
    od::object edge;
    if (auto code = result.get_object().get(edge)) return fail(code);
    od::value node;
    if (edge.find_field_unordered("node").get(node)) return fail("an edge without its node");
    if (!first) out_ += ',';
    first = false;
    if (!item(node, ids_only, depth + 1)) return false;
  }
  out_ += ']';
  return true;
}

bool Walker::item(od::value element, bool ids_only, int depth) {
  if (!ids_only) return value(element, {}, depth);
  std::string_view id;
  od::value member;
  if (element.find_field_unordered("id").get(member)) return fail("a node without its id");
  id = trim_space(member.raw_json_token());
  return id.starts_with('"') ? string(id) : fail("an id that is not a string");
}

// The raw text of any value, consumed.
simdjson::error_code raw_text(od::value value, std::string_view& raw) {
  od::json_type type;
  if (auto code = value.type().get(type)) return code;
  simdjson::error_code code = simdjson::SUCCESS;
  if (type == od::json_type::object) {
    od::object inner;
    if (!(code = value.get_object().get(inner))) code = inner.raw_json().get(raw);
  } else if (type == od::json_type::array) {
    od::array inner;
    if (!(code = value.get_array().get(inner))) code = inner.raw_json().get(raw);
  } else {
    raw = value.raw_json_token();
  }
  raw = trim_space(raw);
  return code;
}

std::unexpected<Error> corrupt(std::string_view why) { return stoa::fail(Code::corrupt, "json: {}", why); }
std::unexpected<Error> corrupt(simdjson::error_code code) { return corrupt(simdjson::error_message(code)); }

}  // namespace

std::string_view Flat::find(std::string_view key) const {
  const std::string_view whole = text;
  for (const auto& place : members)
    if (whole.substr(place.key, place.key_size) == key) return whole.substr(place.value, place.value_size);
  return {};
}

struct Reader::Impl {
  od::parser parser;
  std::string padded;  // the text with the bytes behind it that simdjson may read
  std::string_view text;

  simdjson::simdjson_result<od::document> open(std::string_view source) {
    text = source;
    padded.reserve(source.size() + simdjson::SIMDJSON_PADDING);
    padded.assign(source);
    padded.append(simdjson::SIMDJSON_PADDING, ' ');
    return parser.iterate(padded.data(), source.size(), padded.size());
  }
  const char* end() const { return padded.data() + text.size(); }
  // The same bytes in the caller's text.
  std::string_view original(std::string_view raw) const {
    return text.substr(static_cast<std::size_t>(raw.data() - padded.data()), raw.size());
  }

  Result<void> items(od::value list, RawList& into, bool through_edges);
};

Reader::Reader() : impl_(std::make_unique<Impl>()) {}
Reader::~Reader() = default;

Result<std::vector<Member>> Reader::members(std::string_view object) {
  od::document document;
  if (auto code = impl_->open(object).get(document)) return corrupt(code);
  od::object root;
  if (auto code = document.get_object().get(root)) return corrupt(code);
  std::vector<Member> members;
  for (auto result : root) {
    od::field field;
    if (auto code = std::move(result).get(field)) return corrupt(code);
    std::string_view key, raw;
    if (auto code = field.unescaped_key().get(key)) return corrupt(code);
    std::string owned(key);
    if (auto code = raw_text(field.value(), raw)) return corrupt(code);
    members.push_back({std::move(owned), impl_->original(raw)});
  }
  if (document.current_location().error() != simdjson::OUT_OF_BOUNDS)
    return corrupt("bytes after the end of the object");
  return members;
}

Result<void> Reader::Impl::items(od::value list, RawList& into, bool through_edges) {
  od::array array;
  if (auto code = list.get_array().get(array)) return corrupt(code);
  for (auto result : array) {
    od::value element;
    if (auto code = std::move(result).get(element)) return corrupt(code);
    od::value node = element;
    if (through_edges)
      if (auto code = element.find_field_unordered("node").get(node)) return corrupt(code);
    std::string_view raw;
    if (auto code = raw_text(node, raw)) return corrupt(code);
    into.items.push_back(original(raw));
  }
  return {};
}

Result<RawList> Reader::list(std::string_view object, const std::vector<std::string_view>& path) {
  od::document document;
  if (auto code = impl_->open(object).get(document)) return corrupt(code);
  od::value at;
  if (auto code = document.get_value().get(at)) return corrupt(code);
  for (const auto key : path) {
    if (at.find_field_unordered(key).get(at)) return corrupt(fmt::format("no member: none seen, {} wanted", key));
    if (at.is_null()) return stoa::fail(Code::not_found, "json: {} is null", key);
  }
  RawList list;
  od::json_type type;
  if (auto code = at.type().get(type)) return corrupt(code);
  if (type == od::json_type::array) {
    STOA_TRY(impl_->items(at, list, false));
    return list;
  }
  od::object connection;
  if (auto code = at.get_object().get(connection)) return corrupt(code);
  bool seen_items = false, seen_info = false;
  for (auto result : connection) {
    od::field field;
    if (auto code = std::move(result).get(field)) return corrupt(code);
    const bool is_nodes = field.key() == "nodes", is_edges = field.key() == "edges",
               is_info = field.key() == "pageInfo";
    if (is_nodes || is_edges) {
      STOA_TRY(impl_->items(field.value(), list, is_edges));
      seen_items = true;
    } else if (is_info) {
      std::string_view cursor;
      bool has_next = false;
      if (auto code = field.value().find_field_unordered("hasNextPage").get(has_next)) return corrupt(code);
      if (!field.value().find_field_unordered("endCursor").get(cursor)) list.end_cursor = cursor;
      list.has_next = has_next;
      seen_info = true;
    }
  }
  if (!seen_items || !seen_info) return corrupt("a list without nodes or without pageInfo");
  if (list.has_next && list.end_cursor.empty()) return corrupt("hasNextPage without an endCursor");
  return list;
}

Result<Flat> Reader::flatten(std::string_view object, std::span<const std::string_view> id_lists) {
  od::document document;
  if (auto code = impl_->open(object).get(document)) return corrupt(code);
  od::value root;
  if (auto code = document.get_value().get(root)) return corrupt(code);
  Flat flat;
  flat.text.reserve(object.size());
  flat.members.reserve(32);  // a product has 29
  Walker walker(flat, impl_->end(), id_lists);
  if (!walker.value(root, {}, 1)) return corrupt(walker.fault());
  if (document.current_location().error() != simdjson::OUT_OF_BOUNDS)
    return corrupt("bytes after the end of the value");
  return flat;
}

}  // namespace stoa::json
