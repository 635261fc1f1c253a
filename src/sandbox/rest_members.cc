#include "sandbox/rest_members.h"

#include <fstream>
#include <sstream>

namespace stoa::sandbox {
namespace {

std::vector<std::string> split_tags(std::string_view text) {
  std::vector<std::string> out;
  for (const auto tag : split(text, ','))
    if (!trim(tag).empty()) out.emplace_back(trim(tag));
  return out;
}

}  // namespace

void read_tags(Members& in, std::vector<std::string>& out) {
  const auto* tags = in.find("tags");
  if (!tags) return;
  out.clear();
  if (tags->is_string())
    out = split_tags(std::string_view(tags->get_string()));
  else if (tags->is_array())
    for (const auto& tag : tags->get_array())
      tag.is_string() ? out.emplace_back(tag.get_string()) : (in.wrong("tags", "strings"), out.emplace_back());
  else
    in.wrong("tags", "a comma-separated string, or a list");
}

void read_metafields(Members& in, Catalog& catalog, std::vector<Metafield>& out, std::string_view owner, Time now) {
  std::vector<Metafield> made;
  const bool given = in.objects("metafields", [&](Members& m) {
    Metafield metafield{.id = catalog.next_id(),
                        .owner_type = owner,
                        .ns = "custom",
                        .key = {},
                        .type = "single_line_text_field",
                        .value = {},
                        .created_at = now,
                        .updated_at = now};
    m.number("id", metafield.id);
    m.text("namespace", metafield.ns);
    m.text("key", metafield.key);
    m.text("type", metafield.type);
    m.text("value", metafield.value);
    m.time("created_at", metafield.created_at);
    m.time("updated_at", metafield.updated_at);
    made.push_back(std::move(metafield));
  });
  if (given) out = std::move(made);
}

void read_image(Members& in, std::optional<Image>& out, std::int64_t owner) {
  const auto* given = in.find("image");
  if (!given) return;
  if (given->is_null()) return out.reset();
  if (!given->is_object()) return in.wrong("image", "an object or null");
  Members m(given->get_object(), "image");
  Image image{.id = owner, .url = {}, .alt = {}};
  m.number("id", image.id);
  m.text("src", image.url);
  m.text("alt", image.alt);
  m.number("width", image.width);
  m.number("height", image.height);
  if (const auto done = m.done(); !done || image.url.empty()) return in.wrong("image", "{src, alt, width, height}");
  out = std::move(image);
}

Result<json::Value> read_json(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(Code::not_found, "sandbox: cannot read {}", path.string());
  std::ostringstream text;
  text << file.rdbuf();
  auto parsed = json::parse(text.view());
  if (!parsed) return fail(std::move(parsed).error().in(path.string()));
  return parsed;
}

Result<const json::Array*> list_of(const json::Value& json, std::string_view key) {
  if (json.is_array()) return &json.get_array();
  const auto* found = json::find(json, key);
  if (!found || !found->is_array())
    return fail(Code::invalid, "sandbox: {}: not found, wanted a list or an object with it", key);
  return &found->get_array();
}

std::int64_t own_id(const json::Object& json) {
  const auto* id = json.if_contains("id");
  return id && id->is_int64() ? id->get_int64() : 0;
}

}  // namespace stoa::sandbox
