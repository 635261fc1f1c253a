#include "api/content_urls.h"

#include <algorithm>

#include "base/crypto.h"
#include "base/json_text.h"
#include "base/text.h"
#include "media/record.h"
#include "media/source_url.h"

namespace stoa::api {
namespace {

using model::Kind;

// Where documents of the kind have media: an array, or one object; empty: nowhere.
std::string_view place_of(Kind kind) {
  return kind == Kind::products ? "media" : kind == Kind::collections || kind == Kind::articles ? "image" : "";
}

bool asks(Kind kind, const Fields& fields) {
  if (kind != Kind::media && place_of(kind).empty()) return false;
  const auto has = [](const Fields& among, std::string_view name) -> const Fields* {
    const auto found = std::ranges::find(among.children, name, &Fields::name);
    return found == among.children.end() ? nullptr : &*found;
  };
  if (fields.everything()) return true;
  if (kind == Kind::media) return has(fields, "contentUrl") != nullptr;
  const auto* inside = has(fields, place_of(kind));
  return inside != nullptr && (inside->everything() || has(*inside, "contentUrl") != nullptr);
}

// The id of the document of a medium, as it stands in a product (its gid) or elsewhere (an image, by its URL).
std::string id_of(Kind kind, std::string_view medium) {
  if (kind == Kind::products) return json::find_string(medium, {"id"}).value_or("");
  return std::string(media::without_query(json::find_string(medium, {"url"}).value_or("")));
}

template <class Each>
void each_medium(std::string_view value, Each each) {
  if (value.starts_with('{')) return each(value);
  if (!value.starts_with('[')) return;
  json::Cursor in(value);
  in.enter_array();
  while (in.next_element()) each(in.take());
}

std::string url_member(std::string_view prefix, std::string_view hash) {
  return hash.empty() ? std::string(R"(,"contentUrl":null)") : fmt::format(R"(,"contentUrl":"{}{}")", prefix, hash);
}

}  // namespace

std::string media_token(const storage::StoreEntry& entry) {
  const auto hash = content_hash({"media", entry.shop.incarnation, entry.client.key.str()});
  return base64_url({reinterpret_cast<const char*>(hash.data()), 12});
}

ContentUrls::ContentUrls(storage::StoreHandle& store, Kind kind, const Fields& fields)
    : store_(store),
      kind_(kind),
      wanted_(asks(kind, fields)),
      prefix_(wanted_ ? fmt::format("/m/{}/", media_token(*store.entry())) : "") {}

Result<> ContentUrls::load(std::span<const storage::Stored> documents) {
  std::vector<std::string_view> bodies;
  for (const auto& document : documents) bodies.push_back(document.body);
  return load(bodies);
}

Result<> ContentUrls::load(const std::vector<std::string_view>& bodies) {
  if (!wanted_ || kind_ == Kind::media) return {};
  std::vector<std::string> ids;
  for (const auto body : bodies)
    each_medium(json::find_raw(body, {place_of(kind_)}), [&](std::string_view medium) {
      if (auto id = id_of(kind_, medium); !id.empty() && !hashes_.contains(id)) ids.push_back(std::move(id));
    });
  std::ranges::sort(ids);
  const auto repeated = std::ranges::unique(ids);
  ids.erase(repeated.begin(), repeated.end());
  if (ids.empty()) return {};
  STOA_TRY_ASSIGN(const auto found, store_.get_many(Kind::media, ids));
  for (const auto& document : found) hashes_[document.id] = media::record_of(document.body).sha256;
  return {};
}

std::string ContentUrls::member(std::string_view medium) const {
  const auto found = hashes_.find(id_of(kind_, medium));
  return url_member(prefix_, found == hashes_.end() ? std::string_view() : found->second);
}

std::string_view ContentUrls::with(std::string_view body, std::string& scratch) const {
  if (!wanted_) return body;
  scratch.clear();
  if (kind_ == Kind::media) {
    scratch.append(body.substr(0, body.size() - 1)).append(url_member(prefix_, media::record_of(body).sha256)) += '}';
    return scratch;
  }
  const auto value = json::find_raw(body, {place_of(kind_)});
  if (!value.starts_with('{') && !value.starts_with('[')) return body;
  const auto at = static_cast<std::size_t>(value.data() - body.data());
  scratch.append(body.substr(0, at));
  const bool list = value.starts_with('[');
  if (list) scratch += '[';
  each_medium(value, [&](std::string_view medium) {
    if (scratch.back() == '}') scratch += ',';
    scratch.append(medium.substr(0, medium.size() - 1)).append(member(medium)) += '}';
  });
  if (list) scratch += ']';
  scratch.append(body.substr(at + value.size()));
  return scratch;
}

}  // namespace stoa::api
