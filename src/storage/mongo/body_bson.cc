#include "storage/mongo/body_bson.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json_text.h"
#include "base/json_token.h"
#include "storage/mongo/plain_run.h"
#include "storage/mongo/scalar_text.h"

namespace stoa::storage::mongo {
namespace {

constexpr int kDepthMax = 100;  // MongoDB's own limit
static_assert(kDepthMax < BsonWriter::kLevelsMax);

// The members of a kind that are dates, as a tree of names.
struct DateNode {
  std::string_view name;
  bool is_date = false;
  std::vector<DateNode> below = {};

  const DateNode* find(std::string_view key) const {
    for (const auto& node : below)
      if (node.name == key) return &node;
    return nullptr;
  }
};

void add_date(DateNode& root, std::string_view path) {
  DateNode* node = &root;
  for (;;) {
    const auto dot = path.find('.');
    const auto name = path.substr(0, dot);
    auto at = std::ranges::find(node->below, name, &DateNode::name);
    if (at == node->below.end()) at = node->below.insert(at, {.name = name});
    node = &*at;
    if (dot == std::string_view::npos) break;
    path.remove_prefix(dot + 1);
  }
  node->is_date = true;
}

const DateNode& dates_of(model::Kind kind) {
  static const auto all = [] {
    std::array<DateNode, model::kKindCount> trees;
    for (const auto each : model::all_kinds()) {
      auto& tree = trees[static_cast<std::size_t>(each)];
      for (const auto path : model::spec(each).date_paths) add_date(tree, path);
      // What is indexed as a time must be a date, or a filter would compare it with none.
      for (const auto& field : model::spec(each).index)
        if (field.type == model::FieldType::time && !field.place.empty()) add_date(tree, field.place);
    }
    return trees;
  }();
  return all[static_cast<std::size_t>(kind)];
}

// What MongoDB refuses as the name of a document's member, or what stands there already.
bool can_be_member(std::string_view key) { return !key.starts_with('$') && key != "_id" && key != "_m" && key != "_x"; }

bool is_digit(std::uint8_t c) { return c >= '0' && c <= '9'; }

// Reads the text once, forward. Every function answers false once something is wrong or the document is too large.
class BodyReader {
 public:
  BodyReader(BsonWriter& out, std::string_view body, std::size_t bytes_max)
      : out_(out),
        start_(reinterpret_cast<const std::uint8_t*>(body.data())),
        at_(start_),
        end_(start_ + body.size()),
        bytes_max_(bytes_max) {}

  Result<BodyForm> read(const DateNode& dates) {
    const bool whole =
        at('{') ? members(&dates, 1) && (at_ == end_ || fail("bytes after the object")) : fail("wanted a JSON object");
    if (too_large_) return BodyForm::too_large;
    if (!whole) return stoa::fail(Code::corrupt, "body: {} at byte {}", fault_, at_ - start_);
    return exact_ ? BodyForm::exact : BodyForm::inexact;
  }

 private:
  bool at(char c) const { return at_ < end_ && *at_ == static_cast<std::uint8_t>(c); }
  bool skip(char c) {
    if (!at(c)) return false;
    ++at_;
    return true;
  }
  bool fail(std::string_view why) {
    fault_ = why;
    return false;
  }
  std::string_view text_from(const std::uint8_t* from) const {
    return {reinterpret_cast<const char*>(from), static_cast<std::size_t>(at_ - from)};
  }

  bool members(const DateNode* dates, int depth);
  bool elements(const DateNode* dates, int depth);
  bool member(const DateNode* dates, int depth);
  bool escaped_member(const std::uint8_t* token, const DateNode* dates, int depth);
  bool named(std::string_view key, const DateNode* dates, int depth);
  bool left_out(int depth);
  bool value(std::string_view key, const DateNode* dates, int depth);
  bool container(std::string_view key, const DateNode* dates, int depth);
  bool date_or_text(std::string_view key);
  bool text(std::string_view key);
  bool escape(std::uint8_t*& to);
  bool unicode_escape(std::uint8_t*& to);
  bool number(std::string_view key);
  bool other_number(std::string_view key);
  bool literal(std::string_view word);

  BsonWriter& out_;
  const std::uint8_t* const start_;
  const std::uint8_t* at_;
  const std::uint8_t* const end_;
  const std::size_t bytes_max_;
  bool exact_ = true, too_large_ = false;
  std::string fault_;
};

// ---- objects and arrays

// The members of the object at `at_`, into the open document.
bool BodyReader::members(const DateNode* dates, int depth) {
  ++at_;
  if (skip('}')) return true;
  for (;;) {
    if (!member(dates, depth)) return false;
    if (skip('}')) return true;
    if (!skip(',')) return fail("wanted ',' or '}'");
  }
}

bool BodyReader::elements(const DateNode* dates, int depth) {
  ++at_;
  if (skip(']')) return true;
  for (;;) {
    if (!value(kItem, dates, depth)) return false;
    if (skip(']')) return true;
    if (!skip(',')) return fail("wanted ',' or ']'");
  }
}

bool BodyReader::member(const DateNode* dates, int depth) {
  if (!at('"')) return fail("wanted a key");
  const auto* const token = at_;
  at_ = find_special(token + 1, end_);
  if (at('\\')) return escaped_member(token, dates, depth);
  if (!at('"')) return fail("a key has no end");
  const auto key = text_from(token + 1);
  ++at_;
  return named(key, dates, depth);
}

// A key with escapes, which Shopify never sends.
bool BodyReader::escaped_member(const std::uint8_t* token, const DateNode* dates, int depth) {
  while (at('\\')) {
    if (end_ - at_ < 2) return fail("a key has no end");
    at_ = find_special(at_ + 2, end_);
  }
  if (!at('"')) return fail("a key has no end");
  if (const char* fault = json::escape_fault(text_from(token + 1)); fault != nullptr) return fail(fault);
  ++at_;
  const auto key = json::unquoted(text_from(token));
  if (key.contains('\0')) return left_out(depth);
  if (json::quoted(key) != text_from(token)) exact_ = false;
  return named(key, dates, depth);
}

// Behind a key.
bool BodyReader::named(std::string_view key, const DateNode* dates, int depth) {
  if (depth == 1 && !can_be_member(key)) return left_out(depth);
  if (!skip(':')) return fail("wanted ':'");
  return value(key, dates == nullptr ? nullptr : dates->find(key), depth);
}

// Behind the key of a member that MongoDB cannot hold: reads it, keeps nothing.
bool BodyReader::left_out(int depth) {
  exact_ = false;
  if (!skip(':')) return fail("wanted ':'");
  const auto before = out_.size();
  if (!value({}, nullptr, depth)) return false;
  out_.drop_to(before);
  return true;
}

bool BodyReader::container(std::string_view key, const DateNode* dates, int depth) {
  if (depth == kDepthMax) return fail("nested deeper than 100");
  if (at('{')) {
    out_.begin_document(key);
    if (!members(dates, depth + 1)) return false;
  } else {
    out_.begin_array(key);
    if (!elements(dates, depth + 1)) return false;
  }
  out_.end();
  return true;
}

// ---- values

bool BodyReader::value(std::string_view key, const DateNode* dates, int depth) {
  if (out_.size() > bytes_max_) {
    too_large_ = true;
    return false;
  }
  if (at_ == end_) return fail("the text ends too early");
  switch (*at_) {
    case '"': return dates != nullptr && dates->is_date ? date_or_text(key) : text(key);
    case '{':
    case '[': return container(key, dates, depth);
    case 't': out_.boolean(key, true); return literal("true");
    case 'f': out_.boolean(key, false); return literal("false");
    case 'n': out_.null(key); return literal("null");
    default: return number(key);
  }
}

bool BodyReader::literal(std::string_view word) {
  if (static_cast<std::size_t>(end_ - at_) < word.size() || std::memcmp(at_, word.data(), word.size()) != 0)
    return fail("wanted a value");
  at_ += word.size();
  return true;
}

bool BodyReader::date_or_text(std::string_view key) {
  const auto* const token = at_;
  at_ = find_special(token + 1, end_);
  if (at('"')) {
    const auto date = text_from(token + 1);
    ++at_;
    if (const auto exact = read_date(date)) {
      out_.date(key, *exact);
      return true;
    }
    if (const auto time = parse_iso(date)) {
      exact_ = false;
      out_.date(key, std::chrono::floor<std::chrono::milliseconds>(*time).time_since_epoch().count());
      return true;
    }
  }
  at_ = token;
  return text(key);
}

bool BodyReader::text(std::string_view key) {
  ++at_;
  std::uint8_t* const from = out_.begin_utf8(key, static_cast<std::size_t>(end_ - at_));  // escapes only shrink
  std::uint8_t* to = from;
  for (;;) {
    at_ = copy_plain(at_, end_, to);
    if (at('"')) break;
    if (!at('\\')) return fail(at_ == end_ ? "a string has no end" : "a control character in a string");
    if (!escape(to)) return false;
  }
  ++at_;
  out_.end_utf8(static_cast<std::size_t>(to - from));
  return true;
}

bool BodyReader::escape(std::uint8_t*& to) {
  if (end_ - at_ < 2) return fail("a string has no end");
  switch (at_[1]) {
    case '"':
    case '\\': *to++ = at_[1]; break;
    case 'b': *to++ = '\b'; break;
    case 'f': *to++ = '\f'; break;
    case 'n': *to++ = '\n'; break;
    case 'r': *to++ = '\r'; break;
    case 't': *to++ = '\t'; break;
    default: return unicode_escape(to);
  }
  at_ += 2;
  return true;
}

// \uXXXX, a pair of them, or an escape that canonical text does not have.
bool BodyReader::unicode_escape(std::uint8_t*& to) {
  constexpr std::ptrdiff_t kUnit = 6;
  const bool is_unit = at_[1] == 'u' && end_ - at_ >= kUnit;
  const bool is_surrogate = is_unit && (at_[2] | 0x20) == 'd' && at_[3] >= '8';
  const auto size = is_surrogate ? std::min(2 * kUnit, end_ - at_) : is_unit ? kUnit : 2;
  const std::string_view escaped(reinterpret_cast<const char*>(at_), static_cast<std::size_t>(size));
  if (const char* fault = json::escape_fault(escaped); fault != nullptr) return fail(fault);
  const auto token = fmt::format("\"{}\"", escaped);
  const auto plain = json::unquoted(token);
  if (json::quoted(plain) != token) exact_ = false;
  to = std::copy(plain.begin(), plain.end(), to);
  at_ += size;
  return true;
}

// ---- numbers

bool BodyReader::number(std::string_view key) {
  constexpr int kSafeDigits = 18;  // no number of so few digits passes int64
  const bool negative = *at_ == '-';
  const auto* const first = at_ + (negative ? 1 : 0);
  const auto* to = first;
  std::int64_t value = 0;
  for (; to < end_ && is_digit(*to) && to - first < kSafeDigits; ++to) value = value * 10 + (*to - '0');
  const bool is_end = to == end_ || *to == ',' || *to == '}' || *to == ']';
  if (to == first || !is_end) return other_number(key);
  if (*first == '0' && (negative || to - first > 1)) return other_number(key);  // "-0", "01"
  at_ = to;
  out_.int64(key, negative ? -value : value);
  return true;
}

bool BodyReader::other_number(std::string_view key) {
  const auto* const from = at_;
  while (at_ < end_ && *at_ != ',' && *at_ != '}' && *at_ != ']') ++at_;
  const auto token = text_from(from);
  if (!json::is_number(token)) {
    at_ = from;
    return fail("wanted a value");
  }
  const char* const end = token.data() + token.size();
  std::int64_t integer = 0;
  if (const auto read = std::from_chars(token.data(), end, integer); read.ec == std::errc() && read.ptr == end) {
    if (token == "-0") exact_ = false;
    out_.int64(key, integer);
    return true;
  }
  double real = 0;
  if (std::from_chars(token.data(), end, real).ec != std::errc()) {  // beyond what a double can say
    exact_ = false;
    out_.utf8(key, token);
    return true;
  }
  char written[kScalarBytesMax];
  const char* const written_end = write_double(written, real);
  if (std::string_view(written, static_cast<std::size_t>(written_end - written)) != token) exact_ = false;
  out_.float64(key, real);
  return true;
}

}  // namespace

Result<BodyForm> append_body(BsonWriter& out, model::Kind kind, std::string_view body, std::size_t bytes_max) {
  return BodyReader(out, body, bytes_max).read(dates_of(kind));
}

}  // namespace stoa::storage::mongo
