#include "model/theme/liquid_schema.h"

#include <algorithm>
#include <array>

namespace stoa::model::theme {
namespace {

// Tags whose insides are no Liquid.
constexpr std::array<std::string_view, 5> kVerbatim{"comment", "raw", "doc", "javascript", "stylesheet"};

struct Tag {
  std::string_view name;
  std::size_t begin, end;  // of the whole "{%- name … -%}"
};

bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

std::optional<Tag> next_tag(std::string_view text, std::size_t from) {
  for (auto at = text.find("{%", from); at != std::string_view::npos; at = text.find("{%", at + 2)) {
    auto word = at + 2;
    if (word < text.size() && text[word] == '-') ++word;
    word = text.find_first_not_of(" \t\r\n", word);
    const auto close = text.find("%}", at + 2);
    if (word == std::string_view::npos || close == std::string_view::npos) return std::nullopt;
    auto stop = word;
    while (stop < text.size() && is_word(text[stop])) ++stop;
    return Tag{text.substr(word, stop - word), at, close + 2};
  }
  return std::nullopt;
}

// The tag that ends `name`, behind `from`.
std::optional<Tag> end_of(std::string_view text, std::string_view name, std::size_t from) {
  for (auto tag = next_tag(text, from); tag; tag = next_tag(text, tag->begin + 2))
    if (tag->name.starts_with("end") && tag->name.substr(3) == name) return tag;
  return std::nullopt;
}

}  // namespace

Result<std::optional<std::string_view>> find_schema(std::string_view liquid) {
  for (auto tag = next_tag(liquid, 0); tag; tag = next_tag(liquid, tag->end)) {
    if (std::ranges::find(kVerbatim, tag->name) != kVerbatim.end()) {
      tag = end_of(liquid, tag->name, tag->end);
      if (!tag) break;
    } else if (tag->name == "schema") {
      const auto end = end_of(liquid, "schema", tag->end);
      if (!end) return fail(Code::corrupt, "a schema tag without endschema");
      return liquid.substr(tag->end, end->begin - tag->end);
    }
  }
  return std::nullopt;
}

}  // namespace stoa::model::theme
