// From a request to a principal, and from a principal to the one store it may read (rules T1, K3). Thread-safe; memory
// only.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "api/principal.h"
#include "base/crypto.h"
#include "http/message.h"
#include "storage/registry.h"

namespace stoa::api {

class Auth {
 public:
  // `registry` must outlive it. An empty operator token admits nobody.
  Auth(storage::Registry& registry, const Secret& operator_token);

  // Nothing: no, malformed, unknown or revoked credential.
  std::optional<Principal> identify(const http::Request& request) const;

  // The store named in the path: a clientKey or a shop domain. For a read key any store but its own is not_found with
  // the very error of one that does not exist (rule T1).
  Result<std::shared_ptr<storage::StoreHandle>> store(const Principal& principal, std::string_view name) const;
  // The same, named by clientKey, by shop domain, or by both, which must agree.
  Result<std::shared_ptr<storage::StoreHandle>> store(const Principal& principal, const storage::StoreRef& ref) const;

 private:
  storage::Registry& registry_;
  std::string operator_hash_;  // tokens are compared by their hashes: equal lengths, constant time
};

// 401 with WWW-Authenticate; the same for every route and store.
http::Response unauthorized(std::string_view request_id);
// 403 for a read key where only the operator may go.
http::Response operator_only(std::string_view request_id);

}  // namespace stoa::api
