#include "api/params.h"

#include "base/text.h"
#include "http/router.h"

namespace stoa::api {
namespace {
// A parameter's name as it may be repeated in an answer: what a client sent can be long.
std::string shown(std::string_view text) { return std::string(text.substr(0, 100)); }
}  // namespace

ParamReader::ParamReader(std::string_view query) {
  auto parsed = http::parse_query(query);
  if (parsed) {
    given_ = std::move(*parsed);
  } else {
    fault("", "the query string has a broken %-escape, a NUL or bytes that are not UTF-8");
  }
}

void ParamReader::fault(std::string_view name, std::string detail) {
  faults_.push_back({.pointer = {}, .parameter = shown(name), .code = {}, .detail = std::move(detail)});
}

std::vector<std::string> ParamReader::texts(std::string_view name) {
  known_.emplace_back(name);
  std::vector<std::string> out;
  for (const auto& [key, value] : given_)
    if (key == name) out.push_back(value);
  return out;
}

std::optional<std::string> ParamReader::text(std::string_view name) {
  auto all = texts(name);
  if (all.empty()) return std::nullopt;
  if (all.size() > 1) fault(name, fmt::format("given {} times: give it once", all.size()));
  return std::move(all.front());
}

std::optional<std::string> ParamReader::filled(std::string_view name) {
  auto value = text(name);
  if (value && value->empty()) {
    fault(name, "empty: give a value or leave the parameter out");
    return std::nullopt;
  }
  return value;
}

std::vector<std::string> ParamReader::list(std::string_view name) {
  const auto value = filled(name);
  std::vector<std::string> out;
  if (!value) return out;
  for (const auto item : split(*value, ',')) {
    if (trim(item).empty()) {
      fault(name, "an empty item: separate values by one comma");
      return {};
    }
    if (std::ranges::find(out, trim(item)) == out.end()) out.emplace_back(trim(item));
  }
  if (out.size() > kListMax) fault(name, fmt::format("{} values: at most {}", out.size(), kListMax));
  return out;
}

std::optional<bool> ParamReader::truth(std::string_view name) {
  const auto value = filled(name);
  if (!value) return std::nullopt;
  if (*value != "true" && *value != "false") fault(name, "not a truth value: use true or false");
  return *value == "true";
}

std::optional<Time> ParamReader::time(std::string_view name) {
  const auto value = filled(name);
  if (!value) return std::nullopt;
  const auto parsed = parse_iso(*value);
  if (!parsed) {
    fault(name, "not a time: use 2026-11-22T13:39:40Z");
    return std::nullopt;
  }
  return *parsed;
}

std::size_t ParamReader::limit() {
  const auto value = filled("limit");
  if (!value) return kLimitDefault;
  const auto number = parse_int(*value);
  if (!number || *number < 1 || *number > std::int64_t(kLimitMax)) {
    fault("limit", fmt::format("not a number from 1 to {}", kLimitMax));
    return kLimitDefault;
  }
  return std::size_t(*number);
}

std::string ParamReader::one_of(std::string_view name, std::span<const std::string_view> allowed) {
  const auto value = filled(name);
  if (!value) return "";
  if (std::ranges::find(allowed, *value) == allowed.end())
    fault(name, fmt::format("unknown value: use one of {}", fmt::join(allowed, ", ")));
  return *value;
}

storage::StoreRef ParamReader::store_ref() {
  storage::StoreRef ref{.client_key = ascii_lower(filled("clientKey").value_or("")),
                        .shop_domain = ascii_lower(filled("shopDomain").value_or(""))};
  if (ref.client_key.empty() && ref.shop_domain.empty() && faults_.empty())
    fault("clientKey", "no store is named: give clientKey or shopDomain");
  return ref;
}

std::optional<http::Problem> ParamReader::problem() {
  std::vector<std::string> unknown;
  for (const auto& [key, value] : given_)
    if (std::ranges::find(known_, key) == known_.end() && std::ranges::find(unknown, key) == unknown.end())
      unknown.push_back(key);
  for (const auto& name : unknown) {
    const auto near = nearest(name, known_);
    fault(name, near ? fmt::format("unknown parameter, did you mean `{}`", *near) : "unknown parameter");
  }
  if (faults_.empty()) return std::nullopt;
  http::Problem problem;
  problem.status = 400;
  problem.code = "invalid-parameter";
  problem.detail = "the query string has parameters that this route does not take as given";
  problem.errors = std::move(faults_);
  return problem;
}

}  // namespace stoa::api
