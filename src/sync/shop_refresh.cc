#include "sync/shop_refresh.h"

#include "base/log.h"
#include "tenant/shop_record.h"

namespace stoa::sync {
namespace {

// What the walk would meet as well, so that the job deals with it here as it does there.
bool concerns_every_call(const Error& error) {
  constexpr std::array<std::string_view, 7> kReasons{"throttled",      "auth-failed",    "shop-frozen",
                                                     "shop-locked",    "shop-not-found", "security-rejection",
                                                     "store-not-found"};
  return error.code == Code::cancelled || std::ranges::find(kReasons, error.reason) != kReasons.end();
}

}  // namespace

ShopRefresh::ShopRefresh(WalkContext context, storage::Registry& registry) : context_(context), registry_(registry) {
  for (const auto& progress : context.job.kinds)
    for (const auto owner : model::spec(progress.kind).metafield_owners) owners_.push_back(owner);
  std::ranges::reverse(owners_);
}

Result<bool> ShopRefresh::step(shopify::Transport& transport) {
  const auto asked = scopes_asked_ ? ask_definitions(transport) : ask_scopes(transport);
  if (!asked && concerns_every_call(asked.error())) return fail(asked.error());
  if (!asked) {
    log::warn("sync: the shop does not say what it is asked of itself: what was known stays",
              {{"store", context_.store.key().str()}, {"error", asked.error().what}});
    return true;
  }
  scopes_asked_ = true;
  if (!owners_.empty()) return false;
  STOA_TRY(keep());
  return true;
}

Result<> ShopRefresh::ask_scopes(shopify::Transport& transport) {
  STOA_TRY_ASSIGN(const auto answer, send(context_, transport, shopify::scopes_call()));
  STOA_TRY_ASSIGN(scopes_, shopify::decode_scopes(answer));
  return {};
}

// The next page of the next owner type. One that may not be read has nothing that a storefront may.
Result<> ShopRefresh::ask_definitions(shopify::Transport& transport) {
  const auto owner = owners_.back();
  auto& names = readable_[owner];
  if (!names.is_array()) names.emplace_array();
  const auto answer = send(context_, transport, shopify::definitions_call(owner, after_));
  if (!answer && answer.error().reason != "scope-missing") return fail(answer.error());
  shopify::ReadableMetafields page;
  if (answer) {
    STOA_TRY_ASSIGN(page, shopify::decode_definitions(*answer));
  }
  for (auto& name : page.names) names.get_array().emplace_back(std::move(name));
  if (page.has_next && page.end_cursor == after_)
    return fail(Error{Code::corrupt, "sync: the shop's page names no way to the next one"});
  after_ = page.end_cursor;
  if (page.has_next) return {};
  after_.clear();
  owners_.pop_back();
  return {};
}

Result<> ShopRefresh::keep() const {
  const auto change = [&](storage::ShopRecord& shop) {
    if (scopes_) shop.scopes = *scopes_;
    auto& all = shop.info[tenant::kReadableMetafields];
    if (!all.is_object()) all.emplace_object();
    for (const auto& [owner, names] : readable_) all.get_object()[owner] = names;
  };
  auto wanted = context_.store.entry()->shop;
  change(wanted);
  const auto& now = context_.store.entry()->shop;
  if (wanted.scopes == now.scopes && wanted.info == now.info) return {};
  return registry_.update_shop(context_.store.key(), [&](storage::ShopRecord& shop) -> Result<> {
    change(shop);
    return {};
  });
}

}  // namespace stoa::sync
