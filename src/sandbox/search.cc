#include "sandbox/search.h"

#include "base/text.h"

namespace stoa::sandbox {
namespace {

template <class V>
bool compare(Term::Compare how, const V& value, const V& wanted) {
  switch (how) {
    case Term::Compare::equal: return value == wanted;
    case Term::Compare::less: return value < wanted;
    case Term::Compare::less_equal: return value <= wanted;
    case Term::Compare::greater: return value > wanted;
    case Term::Compare::greater_equal: return value >= wanted;
  }
  return false;
}

// any := all (OR all)*    all := one (AND? one)*    one := (NOT | -) one | ( any ) | term
class SearchParser {
 public:
  explicit SearchParser(std::string_view text) : text_(text) {}

  Search any() {
    Search out{.kind = Search::Kind::any, .parts = {}, .term = {}};
    do out.parts.push_back(all());
    while (word("OR"));
    return single(std::move(out));
  }

 private:
  Search all() {
    Search out{.kind = Search::Kind::all, .parts = {}, .term = {}};
    while (!done() && text_[at_] != ')' && !next_is("OR")) {
      if (word("AND")) continue;
      out.parts.push_back(one());
    }
    return out.parts.empty() ? Search{} : single(std::move(out));
  }

  Search one() {
    if (word("NOT") || symbol('-')) {
      Search out{.kind = Search::Kind::not_, .parts = {}, .term = {}};
      out.parts.push_back(done() ? Search{} : one());
      return out;
    }
    if (depth_ < 50 && symbol('(')) {
      ++depth_;
      Search out = any();
      --depth_;
      symbol(')');
      return out;
    }
    return term();
  }

  Search term() {
    Search out{.kind = Search::Kind::term, .parts = {}, .term = {}};
    std::string text = quoted() ? take_quoted() : take_bare(true);
    if (at_ < text_.size() && text_[at_] == ':') {
      ++at_;
      out.term.field = std::move(text);
      if (symbol('<'))
        out.term.compare = symbol('=') ? Term::Compare::less_equal : Term::Compare::less;
      else if (symbol('>'))
        out.term.compare = symbol('=') ? Term::Compare::greater_equal : Term::Compare::greater;
      else
        symbol('=');
      text = quoted() ? take_quoted() : take_bare(false);
    }
    if (text.empty() && !done() && at_ == started_) ++at_;  // a stray sign: always move on
    started_ = at_;
    out.term.value = std::move(text);
    return out;
  }

  static Search single(Search search) {
    return search.parts.size() == 1 ? std::move(search.parts.front()) : std::move(search);
  }
  void skip() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n')) ++at_;
  }
  bool done() {
    skip();
    return at_ >= text_.size();
  }
  bool symbol(char c) {
    if (done() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool next_is(std::string_view wanted) {
    if (done() || !text_.substr(at_).starts_with(wanted)) return false;
    const auto end = at_ + wanted.size();
    return end == text_.size() || text_[end] == ' ' || text_[end] == '(';
  }
  bool word(std::string_view wanted) {
    if (!next_is(wanted)) return false;
    at_ += wanted.size();
    return true;
  }
  bool quoted() { return !done() && (text_[at_] == '"' || text_[at_] == '\''); }
  std::string take_quoted() {
    const char quote = text_[at_++];
    std::string out;
    while (at_ < text_.size() && text_[at_] != quote) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
      out += text_[at_++];
    }
    if (at_ < text_.size()) ++at_;
    return out;
  }
  std::string take_bare(bool until_colon) {
    std::string out;
    while (at_ < text_.size() && std::string_view(" \t\n()").find(text_[at_]) == std::string_view::npos) {
      if (until_colon && text_[at_] == ':') break;
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
      out += text_[at_++];
    }
    return out;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t started_ = 0;
  int depth_ = 0;
};

}  // namespace

Search Search::parse(std::string_view query) { return SearchParser(query).any(); }

bool match_text(const Term& term, std::string_view value) {
  if (term.value == "*") return !value.empty();
  const std::string seen = fold(value), wanted = fold(term.value);
  if (term.compare != Term::Compare::equal) return compare(term.compare, seen, wanted);
  if (wanted.ends_with('*')) return seen.starts_with(std::string_view(wanted).substr(0, wanted.size() - 1));
  return seen == wanted;
}

bool match_number(const Term& term, std::int64_t value) {
  if (term.value == "*") return true;
  const auto id = parse_gid(term.value);
  const auto wanted = id ? std::optional(id->id) : parse_int(term.value);
  return wanted && compare(term.compare, value, *wanted);
}

bool match_time(const Term& term, std::optional<Time> value) {
  if (!value) return false;
  if (term.value == "*") return true;
  auto wanted = parse_iso(term.value);
  if (!wanted) wanted = parse_iso(term.value + "Z");           // no offset
  if (!wanted) wanted = parse_iso(term.value + "T00:00:00Z");  // a day
  return wanted && compare(term.compare, *value, *wanted);
}

}  // namespace stoa::sandbox
