#include "tenant/ask_shop.h"

#include "base/pause.h"

namespace stoa::tenant {
namespace {

using std::chrono::milliseconds;
constexpr milliseconds kFirstPause{250}, kPauseMax{2'000}, kRetryAfter{10'000};

// How each line of the transport's error taxonomy reads to whoever registers.
struct Reading {
  std::string_view reason, code, detail;
};
constexpr std::array kFinal{
    Reading{"auth-failed", "token-refused",
            "Shopify refused the credentials: they were revoked, mistyped, or belong to another shop"},
    Reading{"shop-not-found", "shop-not-found", "no shop answers at this address"},
    Reading{"shop-frozen", "shop-frozen", "the shop is frozen: its owner has to settle the bill with Shopify"},
    Reading{"shop-locked", "shop-locked", "the shop is locked by Shopify: its owner has to contact Shopify"},
    Reading{"scope-missing", "access-denied", "the credentials may not read the shop: check the app's access scopes"},
    Reading{"security-rejection", "security-rejection", "Shopify rejected the request as suspicious: try again later"},
};

ShopRefusal refusal_of(const Error& error) {
  for (const auto& row : kFinal)
    if (row.reason == error.reason) return {.code = std::string(row.code), .detail = std::string(row.detail)};
  return {.code = "shop-unavailable",
          .detail = "the shop gave no usable answer in time, try again",
          .not_now = true,
          .retry_after = std::max(error.retry_after.value_or(kRetryAfter), milliseconds(1'000))};
}
bool is_final(const Error& error) {
  return std::any_of(kFinal.begin(), kFinal.end(), [&](const Reading& row) { return row.reason == error.reason; });
}

class Deadline {
 public:
  Deadline(const Clock& clock, milliseconds within) : clock_(clock), end_(clock.mono() + within) {}
  milliseconds left() const {
    return std::max(milliseconds(0), std::chrono::duration_cast<milliseconds>(end_ - clock_.mono()));
  }

 private:
  const Clock& clock_;
  Tick end_;
};

// Repeats `attempt` until it answers, refuses for good, or the time is up. Its error when it does not answer.
template <class Attempt>
auto persist(const Deadline& deadline, Attempt attempt, bool errors_are_final = false)
    -> decltype(attempt(milliseconds())) {
  for (auto wait = kFirstPause;; wait = std::min(wait * 2, kPauseMax)) {
    auto answer = attempt(std::max(deadline.left(), milliseconds(1)));
    if (answer || is_final(answer.error()) || (errors_are_final && answer.error().reason == "graphql-error"))
      return answer;
    const auto pause_for = std::max(wait, answer.error().retry_after.value_or(milliseconds(0)));
    if (pause_for >= deadline.left()) return answer;
    pause(pause_for);
  }
}

}  // namespace

std::expected<ShopAnswer, ShopRefusal> ask_shop(const ShopQuestion& question, http::Client& client, const Clock& clock,
                                                milliseconds within) {
  const Deadline deadline(clock, within);
  ShopAnswer out;
  shopify::Endpoint endpoint{.base_url = question.url.text,
                             .token = question.token_in_use,
                             .api_version = question.api_version,
                             .private_addresses = question.url.extra_host};
  if (endpoint.token.empty()) {
    auto grant = persist(
        deadline, [&](milliseconds left) { return obtain(question.credentials, endpoint, client, clock, left); });
    if (!grant) return std::unexpected(refusal_of(grant.error()));
    endpoint.token = grant->access_token;
    out.granted = std::move(*grant);
  }
  const auto transport = shopify::make_transport(endpoint, client, clock);
  const auto call = [&](shopify::Call what, auto decode, bool errors_are_final = false) {
    return persist(
        deadline,
        [&](milliseconds left) -> decltype(decode(std::declval<shopify::Answer>())) {
          what.timeout = left;
          STOA_TRY_ASSIGN(const auto answer, transport->call(what));
          out.version_mismatch = out.version_mismatch || answer.version_mismatch;
          return decode(answer);
        },
        errors_are_final);
  };
  auto shop = call(shopify::shop_call(), shopify::decode_shop);
  if (!shop) return std::unexpected(refusal_of(shop.error()));
  out.shop = std::move(*shop);
  // A shop that will not tell its scopes is no reason to refuse it: a kind without its scope says so when it is synced.
  if (auto scopes = call(shopify::scopes_call(), shopify::decode_scopes, true)) {
    out.scopes = std::move(*scopes);
    out.scopes_known = true;
  } else if (!is_final(scopes.error()) && scopes.error().reason != "graphql-error") {
    return std::unexpected(refusal_of(scopes.error()));
  }
  // Locales are good to know and need a scope of their own: asked once, and left out when they are not told.
  shopify::Call locales = shopify::locales_call();
  locales.timeout = std::max(deadline.left(), milliseconds(1));
  if (const auto answer = transport->call(locales))
    if (auto list = shopify::decode_locales(*answer)) out.shop.info["shopLocales"] = std::move(*list);
  return out;
}

}  // namespace stoa::tenant
