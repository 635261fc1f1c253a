#include "shopify/token.h"

#include "shopify/classify.h"

namespace stoa::shopify {
namespace {

constexpr std::string_view kWhere = "shopify: access token";

// Lifetimes are read from the answer, never assumed, and counted from before the request: a token is never thought to
// live too long.
Time expiry(const json::Value& answer, std::string_view member, Time asked_at) {
  const auto seconds = json::int_or(answer, member);
  return seconds > 0 ? asked_at + std::chrono::seconds(seconds) : Time{};
}

struct Way {
  const Endpoint& endpoint;
  http::Client& client;
  const Clock& clock;
  std::chrono::milliseconds timeout;
};

// Asks once. The errors may still quote what was sent.
Result<TokenGrant> ask(const Way& way, const json::Object& body) {
  http::ClientRequest request;
  request.method = "POST";
  request.url = way.endpoint.base_url + "/admin/oauth/access_token";
  request.headers = {{"Content-Type", "application/json"}, {"Accept", "application/json"}};
  request.body = json::write(body);
  request.timeout = way.timeout;
  request.body_bytes_max = 64 * 1024;
  request.private_addresses = way.endpoint.private_addresses;

  const Time asked_at = way.clock.wall();
  const auto response = way.client.send(request);
  if (!response) return fail(unanswered(response.error()));
  if (response->status == 400) return fail(Error{Code::denied, status_error(kWhere, *response).what, "auth-failed"});
  if (response->status != 200) return fail(status_error(kWhere, *response));

  const auto answer = json::parse(response->body);
  const auto token = answer ? json::string_or(*answer, "access_token") : std::string_view();
  if (token.empty())
    return fail(Error{Code::unavailable, fmt::format("{}: no access_token in the answer", kWhere), "shop-unavailable"});
  TokenGrant grant;
  grant.access_token = Secret(std::string(token));
  grant.refresh_token = Secret(std::string(json::string_or(*answer, "refresh_token")));
  grant.access_expires_at = expiry(*answer, "expires_in", asked_at);
  grant.refresh_expires_at = expiry(*answer, "refresh_token_expires_in", asked_at);
  grant.scope = json::string_or(*answer, "scope");
  return grant;
}

Result<TokenGrant> ask_quietly(const Way& way, const json::Object& body, std::initializer_list<Secret> sent) {
  auto grant = ask(way, body);
  if (grant) return grant;
  auto error = std::move(grant).error();
  for (const auto& secret : sent) error = without_secret(std::move(error), secret);
  return fail(std::move(error));
}

}  // namespace

Result<TokenGrant> client_credentials(const Endpoint& endpoint, const std::string& client_id,
                                      const Secret& client_secret, http::Client& client, const Clock& clock,
                                      std::chrono::milliseconds timeout) {
  const json::Object body{
      {"client_id", client_id}, {"client_secret", client_secret.reveal()}, {"grant_type", "client_credentials"}};
  return ask_quietly({endpoint, client, clock, timeout}, body, {client_secret});
}

Result<TokenGrant> refresh(const Endpoint& endpoint, const std::string& client_id, const Secret& client_secret,
                           const Secret& refresh_token, http::Client& client, const Clock& clock,
                           std::chrono::milliseconds timeout) {
  const json::Object body{{"client_id", client_id},
                          {"client_secret", client_secret.reveal()},
                          {"grant_type", "refresh_token"},
                          {"refresh_token", refresh_token.reveal()}};
  return ask_quietly({endpoint, client, clock, timeout}, body, {client_secret, refresh_token});
}

}  // namespace stoa::shopify
