#include "api/theme_targets.h"

#include <algorithm>

#include "base/json_text.h"
#include "model/document.h"

namespace stoa::api {
namespace {

using model::Kind;
using model::theme::Link;
using Targets = model::theme::ResolvedText::Targets;

constexpr std::size_t kHandlesAtOnce = 250;

// The gids of those handles, or names of files; of several objects with one of them the newest. `name_of` names a found
// one as links do.
Result<> find_kind(storage::StoreHandle& store, Kind kind, const std::set<std::string>& handles, const MaySee& may_see,
                   const std::function<std::string(std::string_view body)>& name_of, Targets& out) {
  const auto* const field = kind == Kind::media ? "fileName" : "handle";
  std::map<std::string, Time> newest;
  const std::vector<std::string> all(handles.begin(), handles.end());
  for (std::size_t i = 0; i < all.size(); i += kHandlesAtOnce) {
    const auto chunk = std::span(all).subspan(i, std::min(kHandlesAtOnce, all.size() - i));
    storage::Query query{.kind = kind, .limit = kHandlesAtOnce};
    query.all.push_back({.field = field, .op = storage::Condition::Op::in, .values = {chunk.begin(), chunk.end()}});
    do {
      STOA_TRY_ASSIGN(auto page, store.query(query));
      for (const auto& document : page.documents) {
        if (!may_see(kind, document.body)) continue;
        const auto name = name_of(document.body);
        const auto [known, fresh] = newest.try_emplace(name, document.fetched_at);
        if (!fresh && known->second >= document.fetched_at) continue;
        known->second = document.fetched_at;
        out[Link{kind, name}] = document.id;
      }
      query.after = std::move(page.next);
    } while (query.after);
  }
  return {};
}

std::string handle_of(std::string_view body) { return json::find_string(body, {"handle"}).value_or(""); }

}  // namespace

Result<Targets> find_targets(storage::StoreHandle& store, std::span<const Kind> mirrored, const std::set<Link>& links,
                             const MaySee& may_see) {
  std::map<Kind, std::set<std::string>> handles;
  for (const auto& link : links) {
    if (std::ranges::find(mirrored, link.kind) == mirrored.end()) continue;
    // An article is named by its blog's handle and its own.
    const auto slash = link.kind == Kind::articles ? link.handle.find('/') : std::string::npos;
    if (slash != std::string::npos) handles[Kind::blogs].insert(link.handle.substr(0, slash));
    handles[link.kind].insert(slash == std::string::npos ? link.handle : link.handle.substr(slash + 1));
  }
  Targets out;
  for (const auto kind : {Kind::products, Kind::collections, Kind::blogs, Kind::pages, Kind::menus})
    STOA_TRY(find_kind(store, kind, handles[kind], may_see, handle_of, out));
  STOA_TRY(find_kind(store, Kind::media, handles[Kind::media], may_see, model::media_file_name, out));
  std::map<std::string, std::string> blogs;  // handle by gid
  for (const auto& [link, gid] : out)
    if (link.kind == Kind::blogs) blogs[gid] = link.handle;
  STOA_TRY(find_kind(
      store, Kind::articles, handles[Kind::articles], may_see,
      [&](std::string_view body) {
        return blogs[json::find_string(body, {"blogId"}).value_or("")] + "/" + handle_of(body);
      },
      out));
  return out;
}

}  // namespace stoa::api
