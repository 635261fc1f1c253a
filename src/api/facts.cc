#include "api/facts.h"

namespace stoa::api {
namespace {
// Freshness moves without the version (a pass that found nothing new): it is read again after this.
constexpr std::chrono::seconds kFreshnessAge{1};
constexpr std::size_t kStoresMax = 65'536;

// The times at which what a reader sees changes without a write.
constexpr std::pair<model::Kind, const char*> kBoundaries[] = {{model::Kind::products, "publishedAt"},
                                                               {model::Kind::articles, "publishedAt"},
                                                               {model::Kind::discounts, "startsAt"},
                                                               {model::Kind::discounts, "endsAt"},
                                                               {model::Kind::pages, "publishedAt"}};

bool same_owner(const std::weak_ptr<storage::StoreHandle>& a, const std::shared_ptr<storage::StoreHandle>& b) {
  return !a.owner_before(b) && !b.owner_before(a);
}
}  // namespace

bool StoreFacts::complete(std::span<const model::Kind> wanted) const {
  return std::ranges::all_of(wanted, [&](model::Kind k) { return kind(k).complete; });
}

std::string_view StoreFacts::reason(std::span<const model::Kind> wanted) const {
  const auto lacking = std::ranges::find_if(wanted, [&](model::Kind k) { return !kind(k).complete; });
  if (lacking == wanted.end()) return "";
  return kind(*lacking).state == "notPermitted" ? "notPermitted" : "syncing";
}

std::optional<Time> StoreFacts::as_of(std::span<const model::Kind> wanted) const {
  std::optional<Time> oldest;
  for (const auto k : wanted) {
    const auto as_of = kind(k).as_of;
    if (!as_of) return std::nullopt;
    oldest = oldest ? std::min(*oldest, *as_of) : *as_of;
  }
  return oldest;
}

std::shared_ptr<const StoreFacts> FactsCache::peek(const std::shared_ptr<storage::StoreHandle>& store,
                                                   std::span<const model::Kind> wanted) const {
  auto facts = known(store, wanted);
  return facts && clock_.mono() - facts->read_at < kFreshnessAge ? facts : nullptr;
}

std::shared_ptr<const StoreFacts> FactsCache::known(const std::shared_ptr<storage::StoreHandle>& store,
                                                    std::span<const model::Kind> wanted) const {
  std::shared_ptr<const StoreFacts> facts;
  {
    const std::shared_lock lock(mutex_);
    const auto found = facts_.find(store->key().str());
    if (found == facts_.end()) return nullptr;
    facts = found->second;
  }
  const Time now = clock_.wall();
  const bool boundary_holds =
      (!facts->boundary.last || *facts->boundary.last <= now) && (!facts->boundary.next || now < *facts->boundary.next);
  if (!same_owner(facts->owner, store) || !boundary_holds || !facts->complete(wanted) ||
      facts->generation != store->entry()->generation)
    return nullptr;
  const auto version = store->version();  // memory: it was asked before
  return version && *version == facts->version ? facts : nullptr;
}

Result<std::shared_ptr<const StoreFacts>> FactsCache::get(const std::shared_ptr<storage::StoreHandle>& store,
                                                          std::span<const model::Kind> wanted) {
  if (auto facts = peek(store, wanted)) return facts;
  auto read_now = read(store);
  // While the database is away, what was known still answers: only its age grows.
  if (!read_now && read_now.error().code == Code::unavailable)
    if (auto facts = known(store, wanted)) return facts;
  STOA_TRY_ASSIGN(auto facts, std::move(read_now));
  const std::unique_lock lock(mutex_);
  if (facts_.size() >= kStoresMax) facts_.clear();
  facts_[store->key().str()] = facts;
  return facts;
}

Result<std::shared_ptr<const StoreFacts>> FactsCache::read(const std::shared_ptr<storage::StoreHandle>& store) const {
  auto facts = std::make_shared<StoreFacts>();
  facts->owner = store;
  facts->read_at = clock_.mono();
  const auto entry = store->entry();
  facts->generation = entry->generation;
  facts->policy = parse_policy(*entry);
  STOA_TRY_ASSIGN(facts->version, store->version());
  STOA_TRY_ASSIGN(facts->kinds, store->kinds());
  STOA_CHECK(facts->kinds.size() == model::kKindCount, "kinds() answers one status per kind");
  const auto now = clock_.wall();
  facts->mirrored = mirrored_;
  for (const auto& [kind, field] : kBoundaries) {
    if (std::ranges::find(mirrored_, kind) == mirrored_.end()) continue;
    STOA_TRY_ASSIGN(const auto boundary, store->boundary(kind, field, now));
    if (boundary.last) facts->boundary.last = std::max(facts->boundary.last.value_or(*boundary.last), *boundary.last);
    if (boundary.next) facts->boundary.next = std::min(facts->boundary.next.value_or(*boundary.next), *boundary.next);
  }
  return facts;
}

}  // namespace stoa::api
