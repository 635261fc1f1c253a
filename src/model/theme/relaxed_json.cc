#include "model/theme/relaxed_json.h"

#include <algorithm>
#include <unordered_map>
#include <vector>

#include "base/json_text.h"
#include "base/json_token.h"
#include "base/text.h"

namespace stoa::model::theme {
namespace {

constexpr std::size_t kDepthMax = 64;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

class Relaxed {
 public:
  explicit Relaxed(std::string_view text) : text_(text) { out_.reserve(text.size()); }

  Result<std::string> read() {
    if (!valid_utf8(text_)) return fail(Code::corrupt, "bytes that are not UTF-8");
    if (text_.starts_with(kByteOrderMark)) at_ = kByteOrderMark.size();
    STOA_TRY(space());
    STOA_TRY(value());
    STOA_TRY(space());
    if (at_ < text_.size()) return wrong("more after the end");
    return std::move(out_);
  }

 private:
  // One member of the object being read: where its text stands in out_, without the comma before it.
  struct Span {
    std::size_t begin, end;
  };

  std::unexpected<Error> wrong(std::string_view what) const {
    const auto before = text_.substr(0, std::min(at_, text_.size()));
    const auto lines = std::ranges::count(before, '\n');
    const auto start = before.rfind('\n') + 1;  // npos + 1 is 0
    return fail(Code::corrupt, "line {}, column {}: {}", lines + 1, before.size() - start + 1, what);
  }

  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  // White space and comments.
  Result<> space() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
        ++at_;
      } else if (text_.substr(at_, 2) == "//") {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (text_.substr(at_, 2) == "/*") {
        const auto end = text_.find("*/", at_ + 2);
        if (end == std::string_view::npos) return wrong("a comment without an end");
        at_ = end + 2;
      } else {
        break;
      }
    }
    return {};
  }

  Result<> value() {
    switch (peek()) {
      case '{': return object();
      case '[': return array();
      case '"': return string();
      case '\0': return wrong(at_ < text_.size() ? "a NUL, a value wanted" : "the end, a value wanted");
      default: return word();
    }
  }

  // A number, true, false or null.
  Result<> word() {
    const auto end = std::min(text_.find_first_of(" \t\r\n,]}:/\"[{", at_), text_.size());
    const auto token = text_.substr(at_, end - at_);
    if (token != "true" && token != "false" && token != "null" && !json::is_number(token))
      return wrong("no value: a string, number, object, list, true, false or null wanted");
    out_ += token;
    at_ = end;
    return {};
  }

  Result<> string() {
    const auto start = at_++;
    while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
    if (at_ >= text_.size()) return at_ = start, wrong("a string without an end");
    const auto token = text_.substr(start, ++at_ - start);
    if (const char* fault = json::escape_fault(token.substr(1, token.size() - 2))) return at_ = start, wrong(fault);
    json::append_string(out_, json::unquoted(token));
    return {};
  }

  Result<> array() {
    STOA_TRY(enter('['));
    for (bool first = true;; first = false) {
      STOA_TRY(space());
      if (peek() == ']') break;
      if (!first) out_ += ',';
      STOA_TRY(value());
      STOA_TRY(space());
      if (peek() == ',') {
        ++at_;
      } else if (peek() != ']') {
        return wrong("a comma or ] wanted");
      }
    }
    return leave(']');
  }

  Result<> object() {
    STOA_TRY(enter('{'));
    std::vector<Span> members;
    std::unordered_map<std::string, std::size_t> positions;  // of the keys in `members`
    for (;;) {
      STOA_TRY(space());
      if (peek() == '}') break;
      if (peek() != '"') return wrong("a key in quotes or } wanted");
      if (!members.empty()) out_ += ',';
      Span member{.begin = out_.size(), .end = 0};
      STOA_TRY(string());
      const auto key = out_.substr(member.begin);
      STOA_TRY(space());
      if (peek() != ':') return wrong("a colon wanted");
      ++at_;
      out_ += ':';
      STOA_TRY(space());
      STOA_TRY(value());
      member.end = out_.size();
      members.push_back(member);
      if (const auto [known, added] = positions.try_emplace(key, members.size() - 1); !added) {
        cut(members, known->second);
        positions.clear();
        for (std::size_t i = 0; i < members.size(); ++i) positions[key_of(members[i])] = i;
      }
      STOA_TRY(space());
      if (peek() == ',') {
        ++at_;
      } else if (peek() != '}') {
        return wrong("a comma or } wanted");
      }
    }
    return leave('}');
  }

  std::string key_of(const Span& member) const {
    json::Cursor cursor(std::string_view(out_).substr(member.begin));
    return std::string(cursor.take());  // a string's token, whatever stands behind it
  }

  // Takes a member out again; another one follows it.
  void cut(std::vector<Span>& members, std::size_t which) {
    const auto length = members[which].end + 1 - members[which].begin;
    out_.erase(members[which].begin, length);
    members.erase(members.begin() + static_cast<std::ptrdiff_t>(which));
    for (auto i = which; i < members.size(); ++i) members[i].begin -= length, members[i].end -= length;
  }

  Result<> enter(char bracket) {
    if (++depth_ > kDepthMax) return wrong("nested deeper than 64");
    ++at_;
    out_ += bracket;
    return {};
  }
  Result<> leave(char bracket) {
    --depth_;
    ++at_;
    out_ += bracket;
    return {};
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  std::string out_;
};

}  // namespace

Result<std::string> canonical_relaxed(std::string_view text) { return Relaxed(text).read(); }

}  // namespace stoa::model::theme
