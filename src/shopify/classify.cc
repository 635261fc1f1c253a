#include "shopify/classify.h"

#include <algorithm>
#include <charconv>

#include "base/json_flatten.h"
#include "base/text.h"

namespace stoa::shopify {
namespace {

using std::chrono::milliseconds;
constexpr std::size_t kQuoteMax = 300;  // characters of Shopify's own words in a message
constexpr double kRetryAfterMax = 3600;
constexpr milliseconds kSecurityPause = std::chrono::hours(1);

Error make(Code code, std::string_view reason, std::string what) {
  return Error{code, std::move(what), std::string(reason)};
}

Error unavailable(std::string what) { return make(Code::unavailable, "shop-unavailable", std::move(what)); }

// Shopify's words, safe in a message: one line, valid UTF-8, not long.
std::string quote(std::string_view words) {
  if (!valid_utf8(words)) return "(not UTF-8)";
  std::string line(words.substr(0, kQuoteMax));
  while (!line.empty() && !valid_utf8(line)) line.pop_back();
  std::ranges::replace_if(line, [](unsigned char c) { return c < 0x20 || c == 0x7F; }, ' ');
  return line;
}

// `errors` may be a list of GraphQL errors, an object or a plain string (401, 403, 404).
std::string words_of(const json::Value& errors) {
  if (const auto* text = errors.if_string()) return quote(*text);
  if (const auto* list = errors.if_array()) return list->empty() ? "" : words_of(list->front());
  if (const auto* message = json::find(errors, "message")) return words_of(*message);
  return errors.is_object() ? quote(json::write(errors)) : "";
}

std::string words_of_body(const http::ClientResponse& response) {
  const auto body = json::parse(response.body);
  if (!body) return "";
  for (const auto* key : {"errors", "error_description", "error"})
    if (const auto* found = json::find(*body, key); found && !found->is_null()) return words_of(*found);
  return "";
}

// Retry-After in seconds ("2", "2.0"); nothing when absent or a date.
std::optional<milliseconds> retry_after(const http::ClientResponse& response) {
  const auto text = trim(response.header("retry-after"));
  double seconds = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (text.empty() || code != std::errc() || end != text.data() + text.size() || !(seconds >= 0)) return std::nullopt;
  return milliseconds(static_cast<std::int64_t>(std::clamp(seconds, 1.0, kRetryAfterMax) * 1000));
}

Error throttled(const http::ClientResponse& response, std::string what) {
  return make(Code::throttled, "throttled", std::move(what)).after(retry_after(response).value_or(milliseconds(1000)));
}

std::optional<double> number(const json::Value* value) {
  if (!value || !value->is_number()) return std::nullopt;
  return value->to_number<double>();
}

CostReport cost_of(const json::Value& extensions) {
  CostReport report;
  const auto* cost = json::find(extensions, "cost");
  if (!cost) return report;
  report.requested = number(json::find(*cost, "requestedQueryCost"));
  report.actual = number(json::find(*cost, "actualQueryCost"));
  if (const auto* status = json::find(*cost, "throttleStatus")) {
    report.maximum_available = number(json::find(*status, "maximumAvailable"));
    report.currently_available = number(json::find(*status, "currentlyAvailable"));
    report.restore_rate = number(json::find(*status, "restoreRate"));
  }
  return report;
}

// Rule S8: a filter that Shopify did not know was ignored, and everything came back.
std::optional<Error> search_warning(const json::Value& extensions) {
  const auto* searches = json::find(extensions, "search");
  const auto* list = searches ? searches->if_array() : nullptr;
  for (const auto& search : list ? *list : json::Array())
    if (const auto* warnings = json::find(search, "warnings");
        warnings && warnings->is_array() && !warnings->get_array().empty())
      return make(Code::invalid, "search-warning",
                  fmt::format("shopify: the search filter was not understood: {}", words_of(*warnings)));
  return std::nullopt;
}

// extensions.code of each error; messages are translated, codes are not.
bool has_code(const json::Array& errors, std::initializer_list<std::string_view> wanted) {
  return std::ranges::any_of(errors, [&](const json::Value& each) {
    const auto* extensions = json::find(each, "extensions");
    const auto code = extensions ? json::string_or(*extensions, "code") : std::string_view();
    return std::ranges::find(wanted, code) != wanted.end();
  });
}

// The worst that `errors` of a 200 says (rule S9: whatever `data` holds beside them).
Error graphql_error(const json::Value& errors, const http::ClientResponse& response) {
  const auto words = words_of(errors);
  const auto* list = errors.if_array();
  const json::Array all = list ? *list : json::Array{errors};
  if (has_code(all, {"THROTTLED"})) return throttled(response, fmt::format("shopify: throttled: {}", words));
  if (has_code(all, {"MAX_COST_EXCEEDED"}))
    return make(Code::invalid, "cost-exceeded", fmt::format("shopify: the query costs too much: {}", words));
  if (has_code(all, {"INTERNAL_SERVER_ERROR", "TIMEOUT"}))
    return unavailable(fmt::format("shopify: an error of its own: {}", words));
  if (has_code(all, {"SHOP_INACTIVE"}))
    return make(Code::denied, "shop-frozen", fmt::format("shopify: the shop is inactive: {}", words));
  if (has_code(all, {"ACCESS_DENIED"}))
    return make(Code::denied, "scope-missing", fmt::format("shopify: access denied: {}", words));
  return make(Code::invalid, "graphql-error", fmt::format("shopify: the query failed: {}", words));
}

bool is_empty(const json::Value& errors) {
  const auto* list = errors.if_array();
  return errors.is_null() || (list && list->empty());
}

// The members of a GraphQL response, found but for `data` parsed.
struct Envelope {
  std::size_t data_begin = 0, data_end = 0;
  json::Value errors, extensions;
};

Result<Envelope> open_envelope(std::string_view body) {
  json::Reader reader;
  STOA_TRY_ASSIGN(const auto members, reader.members(body));
  Envelope envelope;
  for (const auto& [key, raw] : members) {
    if (key == "data" && raw.starts_with('{')) {
      envelope.data_begin = static_cast<std::size_t>(raw.data() - body.data());
      envelope.data_end = envelope.data_begin + raw.size();
    } else if (key == "errors" || key == "extensions") {
      STOA_TRY_ASSIGN((key == "errors" ? envelope.errors : envelope.extensions), json::parse(raw));
    }
  }
  return envelope;
}

}  // namespace

Error status_error(std::string_view where, const http::ClientResponse& response) {
  const auto words = words_of_body(response);
  const auto what = fmt::format("{}: HTTP {}{}{}", where, response.status, words.empty() ? "" : ": ", words);
  switch (response.status) {
    case 401: return make(Code::denied, "auth-failed", what);
    case 402: return make(Code::denied, "shop-frozen", what);
    case 403: return make(Code::denied, "scope-missing", what);
    case 404: return make(Code::not_found, "shop-not-found", what);
    case 423: return make(Code::denied, "shop-locked", what);
    case 429: return throttled(response, what);
    case 430: return make(Code::unavailable, "security-rejection", what).after(kSecurityPause);
    default: break;
  }
  // A redirect is never followed (a token must not travel): the host is not where the shop's API is.
  if (response.status >= 300 && response.status < 400) return make(Code::not_found, "shop-not-found", what);
  if (response.status >= 400 && response.status < 500) return make(Code::invalid, "graphql-error", what);
  auto error = unavailable(what);
  error.retry_after = retry_after(response);
  return error;
}

Error unanswered(Error error) {
  if (error.code == Code::unavailable) error.reason = "shop-unavailable";
  return std::move(error).in("shopify");
}

Error without_secret(Error error, const Secret& secret) {
  if (secret.empty()) return error;
  for (auto at = error.what.find(secret.reveal()); at != std::string::npos; at = error.what.find(secret.reveal()))
    error.what.replace(at, secret.reveal().size(), "(secret)");
  return error;
}

Verdict classify(http::ClientResponse response, std::string_view asked_version) {
  auto envelope = open_envelope(response.body);
  Verdict verdict{envelope ? cost_of(envelope->extensions) : CostReport(), Answer()};
  const auto refuse = [&](Error error) {
    verdict.answer = fail(std::move(error));
    return std::move(verdict);
  };
  if (response.status != 200) return refuse(status_error("shopify", response));
  if (!envelope) return refuse(unavailable(fmt::format("shopify: the answer is not JSON: {}", envelope.error().what)));
  if (!is_empty(envelope->errors)) return refuse(graphql_error(envelope->errors, response));
  if (auto warning = search_warning(envelope->extensions)) return refuse(std::move(*warning));
  if (envelope->data_end == 0) return refuse(unavailable("shopify: an answer without data"));

  Answer& answer = *verdict.answer;
  answer.data_begin = envelope->data_begin;
  answer.data_end = envelope->data_end;
  answer.requested_cost = verdict.cost.requested.value_or(0);
  answer.actual_cost = verdict.cost.actual.value_or(0);
  answer.request_id = response.header("x-request-id");
  answer.api_version = response.header("x-shopify-api-version");
  // Shopify always sends the header; where a proxy strips it there is nothing to compare.
  answer.version_mismatch = !answer.api_version.empty() && answer.api_version != asked_version;
  answer.body = std::move(response.body);
  return verdict;
}

}  // namespace stoa::shopify
