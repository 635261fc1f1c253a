#include "sync/media_uses.h"

#include <algorithm>
#include <cstring>

#include "base/crypto.h"
#include "base/ids.h"
#include "base/json_text.h"
#include "media/source_url.h"

namespace stoa::sync {
namespace {

std::uint64_t short_hash(std::string_view text) {
  const auto hash = content_hash({text});
  std::uint64_t out = 0;
  std::memcpy(&out, hash.data(), sizeof out);
  return out;
}

}  // namespace

void MediaUses::add_use(std::string_view media, model::Kind kind, std::int64_t number) {
  uses_.push_back({short_hash(media), kind, number});
}

void MediaUses::add_image(std::string_view image, model::Kind kind, std::int64_t number) {
  const auto url = json::find_string(image, {"url"});
  if (!url) return;
  std::string id(media::without_query(*url));
  add_use(id, kind, number);
  std::string body = "{\"id\":" + json::quoted(id) + ",\"__typename\":\"Image\",\"alt\":";
  const auto alt = json::find_raw(image, {"altText"});
  body.append(alt.empty() ? "null" : alt).append(",\"image\":").append(image).append("}");
  images_.try_emplace(std::move(id), std::move(body));
}

void MediaUses::add(model::Kind kind, std::string_view id, std::string_view body) {
  const auto gid = parse_gid(id);
  if (!gid) return;
  if (kind != model::Kind::products) return add_image(json::find_raw(body, {"image"}), kind, gid->number);
  const auto list = json::find_raw(body, {"media"});
  if (!list.starts_with('[')) return;
  json::Cursor in(list);
  in.enter_array();
  while (in.next_element())
    if (const auto media = json::find_string(in.take(), {"id"})) add_use(*media, kind, gid->number);
}

void MediaUses::sort() {
  std::ranges::sort(uses_);
  const auto repeated = std::ranges::unique(uses_);
  uses_.erase(repeated.begin(), repeated.end());
}

std::vector<std::string> MediaUses::of(std::string_view media) const {
  std::vector<std::string> out;
  const auto hash = short_hash(media);
  for (auto use = std::ranges::lower_bound(uses_, hash, {}, &Use::media); use != uses_.end() && use->media == hash;
       ++use)
    out.push_back(make_gid(model::spec(use->kind).gid_types.front(), use->number));
  return out;
}

}  // namespace stoa::sync
