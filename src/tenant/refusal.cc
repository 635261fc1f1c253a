#include "tenant/refusal.h"

#include "base/log.h"

namespace stoa::tenant {
namespace {
constexpr auto kStorageRetry = std::chrono::seconds(5);
}

std::unexpected<Refusal> refuse(int status, std::string code, std::string detail, std::vector<Fault> faults) {
  return std::unexpected(
      Refusal{.status = status, .code = std::move(code), .detail = std::move(detail), .faults = std::move(faults)});
}

std::unexpected<Refusal> refuse_fields(std::vector<Fault> faults) {
  auto detail = fmt::format("{} field{} cannot be accepted", faults.size(), faults.size() == 1 ? "" : "s");
  return refuse(422, "invalid-fields", std::move(detail), std::move(faults));
}

std::unexpected<Refusal> storage_refusal(const Error& error) {
  if (error.code == Code::conflict) return refuse(409, error.reason.empty() ? "conflict" : error.reason, error.what);
  if (error.code == Code::not_found) return refuse(404, "store-not-found", "no such store");
  log::error("registration: storage failed", {{"error", error.what}});
  // Waiting does not help: the operator has to do what the text says.
  if (error.reason == "no-room" || error.reason == "storage-denied") return refuse(503, error.reason, error.what);
  return std::unexpected(Refusal{.status = 503,
                                 .code = "storage-unavailable",
                                 .detail = "the database cannot take this now, try again",
                                 .retry_after = error.retry_after.value_or(kStorageRetry)});
}

std::string credential_pointer(const Credentials& credentials) {
  switch (grant_of(credentials)) {
    case Grant::fixed: return "/adminShopToken";
    case Grant::client_credentials: return "/clientSecret";
    case Grant::refresh: return "/refreshToken";
  }
  return "/adminShopToken";
}

Refusal from_shop(const ShopRefusal& refusal, const ShopQuestion& question, const char* url_field) {
  if (refusal.not_now)
    return {.status = 503, .code = refusal.code, .detail = refusal.detail, .retry_after = refusal.retry_after};
  auto pointer =
      refusal.code == "token-refused" ? credential_pointer(question.credentials) : std::string("/") + url_field;
  return {
      .status = 422, .code = refusal.code, .detail = refusal.detail, .faults = {{std::move(pointer), refusal.detail}}};
}

}  // namespace stoa::tenant
