#include "sandbox/faults.h"

#include <array>

#include "base/text.h"

namespace stoa::sandbox {
namespace {

struct Name {
  std::string_view text;
  FaultMode mode;
};
constexpr auto kNames = std::to_array<Name>({{"throttled", FaultMode::throttled},
                                             {"429", FaultMode::too_many},
                                             {"500", FaultMode::server_error},
                                             {"502", FaultMode::bad_gateway},
                                             {"503", FaultMode::unavailable},
                                             {"504", FaultMode::gateway_timeout},
                                             {"html", FaultMode::html},
                                             {"cut", FaultMode::cut},
                                             {"reset", FaultMode::reset},
                                             {"slow", FaultMode::slow},
                                             {"drip", FaultMode::drip},
                                             {"hang", FaultMode::hang},
                                             {"frozen", FaultMode::frozen},
                                             {"locked", FaultMode::locked},
                                             {"unauthorized", FaultMode::unauthorized},
                                             {"forbidden", FaultMode::forbidden},
                                             {"notfound", FaultMode::not_found},
                                             {"security", FaultMode::security},
                                             {"wrong-version", FaultMode::wrong_version},
                                             {"graphql-error", FaultMode::graphql_error},
                                             {"partial", FaultMode::partial},
                                             {"max-cost", FaultMode::max_cost},
                                             {"search-warning", FaultMode::search_warning},
                                             {"redirect", FaultMode::redirect},
                                             {"empty-body", FaultMode::empty_body},
                                             {"bad-json", FaultMode::bad_json}});

http::Response refusal(int status, std::string_view text) {
  return http::json_response(status, fmt::format(R"({{"errors":"{}"}})", text));
}

http::Response page(int status, std::string_view title) {
  return http::text_response(
      status, "text/html; charset=utf-8",
      fmt::format("<!DOCTYPE html><html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>", title));
}

http::Response graphql_error(std::string_view message, std::string_view code, const std::string& status, int cost) {
  return http::json_response(
      200,
      fmt::format(
          R"({{"errors":[{{"message":"{}","extensions":{{"code":"{}","documentation":"https://shopify.dev/api/usage/rate-limits"}}}}],)"
          R"("extensions":{{"cost":{{"requestedQueryCost":{},"actualQueryCost":null,"throttleStatus":{}}}}}}})",
          message, code, cost, status));
}

}  // namespace

std::string_view to_string(FaultMode mode) {
  for (const auto& [text, named] : kNames)
    if (named == mode) return text;
  return "";
}

Result<FaultSpec> parse_fault(const json::Value& json) {
  if (!json.is_object()) return fail(Code::invalid, "fault: not an object");
  static const std::vector<std::string> kKnown = {"mode",       "times",   "after",   "operation",
                                                  "retryAfter", "delayMs", "location"};
  for (const auto& [key, value] : json.get_object())
    if (std::ranges::find(kKnown, std::string_view(key)) == kKnown.end())
      return fail(Code::invalid, "fault: unknown member '{}', wanted one of {}", std::string_view(key),
                  fmt::join(kKnown, " "));
  FaultSpec spec;
  const auto* mode = json::find(json, "mode");
  const std::string text =
      mode && mode->is_int64() ? std::to_string(mode->get_int64()) : std::string(json::string_or(json, "mode"));
  const auto found = std::ranges::find(kNames, text, &Name::text);
  if (found == kNames.end()) {
    std::string known;
    for (const auto& name : kNames) known.append(" ").append(name.text);
    return fail(Code::invalid, "fault: mode: '{}', wanted one of{}", text, known);
  }
  spec.mode = found->mode;
  spec.times = json::int_or(json, "times", spec.times);
  spec.after = json::int_or(json, "after", spec.after);
  spec.operation = json::string_or(json, "operation");
  spec.retry_after = static_cast<int>(json::int_or(json, "retryAfter", spec.retry_after));
  spec.delay = std::chrono::milliseconds(
      json::int_or(json, "delayMs", spec.mode == FaultMode::hang ? 3'600'000 : spec.delay.count()));
  spec.location = json::string_or(json, "location", "https://elsewhere.example/admin/api/graphql.json");
  return spec;
}

void Faults::add(FaultSpec spec) {
  const std::lock_guard lock(mutex_);
  specs_.push_back(std::move(spec));
}

void Faults::clear() {
  const std::lock_guard lock(mutex_);
  specs_.clear();
}

std::optional<FaultSpec> Faults::meet(std::string_view operation) {
  const std::lock_guard lock(mutex_);
  for (auto spec = specs_.begin(); spec != specs_.end(); ++spec) {
    if (!spec->operation.empty() && spec->operation != operation) continue;
    if (spec->after > 0) {
      --spec->after;
      continue;
    }
    FaultSpec met = *spec;
    if (spec->times > 0 && --spec->times == 0) specs_.erase(spec);
    return met;
  }
  return std::nullopt;
}

json::Array Faults::describe() const {
  const std::lock_guard lock(mutex_);
  json::Array out;
  for (const FaultSpec& spec : specs_)
    out.push_back(json::Object{
        {"mode", to_string(spec.mode)}, {"times", spec.times}, {"after", spec.after}, {"operation", spec.operation}});
  return out;
}

std::optional<http::Response> fault_response(const FaultSpec& spec, const std::string& throttle_status) {
  auto answer = [&]() -> std::optional<http::Response> {
    switch (spec.mode) {
      case FaultMode::throttled: return graphql_error("Throttled", "THROTTLED", throttle_status, 1);
      case FaultMode::max_cost:
        return graphql_error("Query cost is 1001, which exceeds the single query max cost limit (1000).",
                             "MAX_COST_EXCEEDED", throttle_status, 1001);
      case FaultMode::graphql_error:
        return graphql_error("Internal error. Looks like something went wrong on our end.", "INTERNAL_SERVER_ERROR",
                             throttle_status, 1);
      case FaultMode::too_many:
        return refusal(
            429, "Exceeded 2 calls per second for api client. Reduce request rates to resume uninterrupted service.");
      case FaultMode::server_error: return refusal(500, "Internal Server Error");
      case FaultMode::bad_gateway: return page(502, "502 Bad Gateway");
      case FaultMode::unavailable: return page(503, "503 Service Unavailable");
      case FaultMode::gateway_timeout: return refusal(504, "Gateway Timeout");
      case FaultMode::html: return page(200, "There was a problem loading this website");
      case FaultMode::frozen: return refusal(402, "Unavailable Shop");
      case FaultMode::locked: return refusal(423, "Locked");
      case FaultMode::unauthorized:
        return refusal(401, "[API] Invalid API key or access token (unrecognized login or wrong password)");
      case FaultMode::forbidden: return refusal(403, "Forbidden");
      case FaultMode::not_found: return refusal(404, "Not Found");
      case FaultMode::security: return page(430, "Shopify Security Rejection");
      case FaultMode::empty_body: return http::json_response(200, "");
      case FaultMode::redirect: {
        auto response = http::text_response(302, "text/html", "");
        response.header("Location", spec.location);
        return response;
      }
      default: return std::nullopt;
    }
  }();
  if (answer && spec.retry_after >= 0) answer->header("Retry-After", std::to_string(spec.retry_after));
  return answer;
}

}  // namespace stoa::sandbox
