#include "api/list_walk.h"

#include <unordered_map>

#include "base/json_text.h"

namespace stoa::api {
namespace {
using Next = std::optional<storage::Position>;
constexpr std::size_t kPageBytesMax = 8u << 20;

// One page being filled.
struct Page {
  const Projection& projection;
  ContentUrls& urls;
  Listing& out;
  std::string scratch = {};

  bool full() const { return out.count == out.limit; }
  bool too_large(const storage::Stored& next) const {
    return out.count > 0 && out.items.size() + next.body.size() > kPageBytesMax;
  }
  void add(const storage::Stored& document) {
    if (out.count++ > 0) out.items += ',';
    projection.append(urls.with(document.body, scratch), out.items);
    out.newest = std::max(out.newest, document.fetched_at);
  }
};

Result<Next> take_sorted(storage::StoreHandle& store, const Walk& walk, const Next& after, Page& page) {
  if (walk.query.ids && walk.query.ids->empty()) return std::nullopt;
  storage::Query query = walk.query;
  query.after = after;
  query.limit = page.out.limit;
  query.bytes_max = kPageBytesMax;
  STOA_TRY_ASSIGN(auto found, store.query(query));
  std::size_t bytes = 0;
  for (const auto& document : found.documents) bytes += document.body.size() + 1;
  page.out.items.reserve(bytes);
  STOA_TRY(page.urls.load(found.documents));
  for (const auto& document : found.documents)
    if (!walk.shows || walk.shows(document.body)) page.add(document);
  return std::move(found.next);
}

// Where to go on: behind the last one shown, wherever it stands by now, or where it stood when it is gone.
std::size_t place_behind(const std::vector<std::string>& order, const storage::Position& last) {
  const auto* place = std::get_if<std::int64_t>(&last.value);
  const std::size_t at = place == nullptr || *place < 0 ? 0 : std::min(std::size_t(*place), order.size());
  if (at < order.size() && order[at] == last.id) return at + 1;
  const auto found = std::ranges::find(order, last.id);
  return found == order.end() ? at : std::size_t(found - order.begin()) + 1;
}

// Those of the keys that exist and satisfy the walk, by key.
Result<std::unordered_map<std::string, storage::Stored>> fetch_stretch(storage::StoreHandle& store, const Walk& walk,
                                                                       std::vector<std::string> keys) {
  storage::Query query = walk.query;
  query.sort = {};
  query.bytes_max = kPageBytesMax;
  query.limit = keys.size();
  if (walk.order->by_handle) {
    query.all.push_back({.field = "handle", .op = storage::Condition::Op::in, .values = {keys.begin(), keys.end()}});
  } else {
    query.ids = std::move(keys);
  }
  std::unordered_map<std::string, storage::Stored> out;
  do {
    STOA_TRY_ASSIGN(auto page, store.query(query));
    for (auto& document : page.documents) {
      auto key = walk.order->by_handle ? json::find_string(document.body, {"handle"}).value_or("") : document.id;
      const auto [place, fresh] = out.try_emplace(std::move(key), document);
      if (!fresh && place->second.fetched_at < document.fetched_at) place->second = std::move(document);
    }
    query.after = std::move(page.next);
  } while (query.after);
  return out;
}

// Walks `order`, asking for a stretch of it at a time: the database sorts out which of them exist and may be shown.
Result<Next> take_in_order(storage::StoreHandle& store, const Walk& walk, const Next& after, Page& page) {
  const auto& order = walk.order->keys;
  std::size_t at = after ? place_behind(order, *after) : 0;
  Next last;
  std::size_t stretch = std::clamp<std::size_t>(page.out.limit + 1, 16, 64);
  while (at < order.size()) {
    const auto end = std::min(order.size(), at + stretch);
    stretch = std::min<std::size_t>(stretch * 2, 512);
    STOA_TRY_ASSIGN(
        const auto found,
        fetch_stretch(store, walk, {order.begin() + std::ptrdiff_t(at), order.begin() + std::ptrdiff_t(end)}));
    std::vector<std::string_view> bodies;
    for (const auto& [key, document] : found) bodies.push_back(document.body);
    STOA_TRY(page.urls.load(bodies));
    for (; at < end; ++at) {
      const auto document = found.find(order[at]);
      if (document == found.end() || (walk.shows && !walk.shows(document->second.body))) continue;
      if (page.full() || page.too_large(document->second)) return last;
      page.add(document->second);
      last = storage::Position{std::int64_t(at), order[at]};
    }
  }
  return std::nullopt;
}

}  // namespace

Result<Next> take_page(storage::StoreHandle& store, const Walk& walk, const Projection& projection, ContentUrls& urls,
                       const Next& after, Listing& out) {
  Page page{projection, urls, out};
  return walk.order ? take_in_order(store, walk, after, page) : take_sorted(store, walk, after, page);
}

}  // namespace stoa::api
