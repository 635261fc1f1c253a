#include "api/auth.h"

#include "base/text.h"
#include "http/problem.h"

namespace stoa::api {
namespace {
// The token of "Bearer <token>"; empty when the header is absent or says something else.
std::string_view bearer_token(const http::Request& request) {
  static constexpr std::string_view kScheme = "bearer ";
  const std::string_view value = trim(request.header("Authorization"));
  if (value.size() <= kScheme.size() || !ascii_iequals(value.substr(0, kScheme.size()), kScheme)) return {};
  return trim(value.substr(kScheme.size()));
}

bool names(const storage::StoreEntry& entry, std::string_view name) {
  return ascii_iequals(entry.client.key.str(), name) || ascii_iequals(entry.shop.domain.str(), name) ||
         (!entry.shop.posted_domain.empty() && ascii_iequals(entry.shop.posted_domain, name));
}

std::unexpected<Error> no_such_store() {
  return fail(
      error(Code::not_found, "there is no such store, or this key does not belong to it").because("store-not-found"));
}
}  // namespace

Auth::Auth(storage::Registry& registry, const Secret& operator_token)
    : registry_(registry), operator_hash_(operator_token.empty() ? "" : sha256(operator_token.reveal())) {}

std::optional<Principal> Auth::identify(const http::Request& request) const {
  const std::string_view token = bearer_token(request);
  if (token.empty()) return std::nullopt;
  const std::string hash = sha256(token);
  if (!operator_hash_.empty() && constant_time_equal(hash, operator_hash_)) return Principal{};
  auto key = registry_.find_key(to_hex(hash));
  if (!key) return std::nullopt;
  return Principal{std::move(key)};
}

Result<std::shared_ptr<storage::StoreHandle>> Auth::store(const Principal& principal, std::string_view name) const {
  storage::StoreRef ref;
  if (principal.key) {
    ref.client_key = principal.key->client_key.str();
  } else {
    (name.contains('.') ? ref.shop_domain : ref.client_key) = ascii_lower(name);
  }
  auto store = registry_.resolve(ref);
  if (!store) {
    if (store.error().code == Code::not_found) return no_such_store();
    return store;
  }
  if (principal.key && !names(*(*store)->entry(), name)) return no_such_store();
  return store;
}

Result<std::shared_ptr<storage::StoreHandle>> Auth::store(const Principal& principal,
                                                          const storage::StoreRef& ref) const {
  auto store = registry_.resolve(ref);
  if (!store && store.error().code != Code::not_found) return store;
  if (!store || (principal.key && principal.key->client_key != (*store)->key())) return no_such_store();
  return store;
}

http::Response unauthorized(std::string_view request_id) {
  http::Problem problem{.status = 401,
                        .code = "unauthorized",
                        .title = {},
                        .detail = "send a valid key as `Authorization: Bearer <key>`",
                        .errors = {},
                        .retry_after = {},
                        .members = {}};
  auto response = http::to_response(problem, request_id);
  response.header("WWW-Authenticate", "Bearer");
  return response;
}

http::Response operator_only(std::string_view request_id) {
  return http::error_response(
      error(Code::denied, "a read key may not do this: use the operator token").because("operator-only"), request_id);
}

}  // namespace stoa::api
