// Faults on request: what a shop answers instead of the truth, for how many requests, to which operations. Thread-safe.
#pragma once

#include <chrono>
#include <list>
#include <mutex>
#include <optional>
#include <string>

#include "base/json.h"
#include "base/result.h"
#include "http/message.h"

namespace stoa::sandbox {

enum class FaultMode {
  throttled,
  too_many,
  server_error,
  bad_gateway,
  unavailable,
  gateway_timeout,
  html,
  cut,
  reset,
  slow,
  drip,
  hang,
  frozen,
  locked,
  unauthorized,
  forbidden,
  not_found,
  security,
  wrong_version,
  graphql_error,
  partial,
  max_cost,
  search_warning,
  redirect,
  empty_body,
  bad_json
};

struct FaultSpec {
  FaultMode mode = FaultMode::server_error;
  std::int64_t times = 1;  // -1: until cleared
  std::int64_t after = 0;  // requests that pass first
  std::string operation;   // empty: every one
  int retry_after = -1;    // seconds; -1: no header
  std::chrono::milliseconds delay{2'000};
  std::string location;  // of a redirect
};

// {"mode":"429","times":2,"after":3,"operation":"ProductsPage","retryAfter":1,"delayMs":500,"location":"…"}
Result<FaultSpec> parse_fault(const json::Value& json);
std::string_view to_string(FaultMode mode);

class Faults {
 public:
  void add(FaultSpec spec);
  void clear();
  // The fault this request meets, if any; counts it. The first added that is due wins.
  std::optional<FaultSpec> meet(std::string_view operation);
  json::Array describe() const;

 private:
  mutable std::mutex mutex_;
  std::list<FaultSpec> specs_;
};

// The answer of a fault that needs no query run (429, 5xx, html …); nothing for those that change a real answer.
std::optional<http::Response> fault_response(const FaultSpec& spec, const std::string& throttle_status);

}  // namespace stoa::sandbox
