#include "sandbox/tokens.h"

#include "base/text.h"
#include "http/router.h"

namespace stoa::sandbox {
namespace {

http::Response refused(std::string_view code, std::string_view text) {
  json::Object body{{"error", code}, {"error_description", text}};
  return http::json_response(400, json::write(body));
}

// The fields of a form or a JSON object; nothing when it is neither.
std::optional<std::map<std::string, std::string>> read_fields(const http::Request& request) {
  std::map<std::string, std::string> out;
  if (request.header("Content-Type").starts_with("application/json")) {
    const auto parsed = json::parse(request.body, 4);
    if (!parsed || !parsed->is_object()) return std::nullopt;
    for (const auto& [name, value] : parsed->get_object())
      if (value.is_string()) out.emplace(name, value.get_string());
    return out;
  }
  const auto form = http::parse_query(request.body);
  if (!form) return std::nullopt;
  for (const auto& [name, value] : *form) out.emplace(name, value);
  return out;
}

}  // namespace

bool Tokens::valid(std::string_view token) const {
  const std::lock_guard lock(mutex_);
  if (token == options_.admin_token) return !token.empty();
  const auto found = issued_.find(token);
  return found != issued_.end() && clock_.mono() < found->second;
}

http::Response Tokens::exchange(const http::Request& request) {
  auto fields = read_fields(request);
  if (!fields) return refused("invalid_request", "The request is neither a form nor JSON");
  const std::lock_guard lock(mutex_);
  ++exchanges_;
  if ((*fields)["client_id"] != options_.client_id || (*fields)["client_secret"] != options_.client_secret)
    return refused("application_cannot_be_found", "The client_id or client_secret is wrong");
  const std::string& kind = (*fields)["grant_type"];
  if (kind == "client_credentials") return grant(options_.credentials_life, false);
  if (kind != "refresh_token") return refused("unsupported_grant_type", "Use client_credentials or refresh_token");
  const std::string& token = (*fields)["refresh_token"];
  const bool current = !token.empty() && token == options_.refresh_token;
  if (!current && (token.empty() || token != previous_refresh_))
    return refused("invalid_grant", "The refresh token is invalid or was used before");
  if (current) previous_refresh_ = token;
  options_.refresh_token = "shprt_" + random_.hex(16);
  return grant(options_.offline_life, true);
}

http::Response Tokens::grant(std::chrono::seconds life, bool refreshable) {
  const std::string token = (refreshable ? "shpua_" : "shpca_") + random_.hex(16);
  issued_[token] = clock_.mono() + life;
  json::Object body{{"access_token", token}, {"scope", scopes_}, {"expires_in", life.count()}};
  if (refreshable) {
    body["refresh_token"] = options_.refresh_token;
    body["refresh_token_expires_in"] = 7'776'000;
  }
  return http::json_response(200, json::write(body));
}

void Tokens::set_admin(std::string token) {
  const std::lock_guard lock(mutex_);
  options_.admin_token = std::move(token);
}

void Tokens::expire() {
  const std::lock_guard lock(mutex_);
  issued_.clear();
}

json::Object Tokens::describe() const {
  const std::lock_guard lock(mutex_);
  return {{"adminToken", options_.admin_token},
          {"clientId", options_.client_id},
          {"clientSecret", options_.client_secret},
          {"refreshToken", options_.refresh_token},
          {"exchanges", exchanges_}};
}

}  // namespace stoa::sandbox
