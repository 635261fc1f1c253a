// A token bucket per read key (rule K3). Thread-safe; memory only. Operators are not limited.
#pragma once

#include <array>
#include <chrono>
#include <mutex>
#include <string>
#include <unordered_map>

#include "base/clock.h"
#include "http/message.h"

namespace stoa::api {

struct RateLimitOptions {
  std::string_view name = "key";  // of the policy, in the headers
  // Requests a minute that one key may make, and at once; a key ships in an app, so all its users share it. 0: no
  // limit.
  std::int64_t per_minute = 60'000;
};

class RateLimiter {
 public:
  RateLimiter(const RateLimitOptions& options, const Clock& clock) : options_(options), clock_(clock) {}

  struct Verdict {
    bool allowed = true;
    std::int64_t remaining = 0;
    std::chrono::seconds until_full{0};  // until the whole share is there again
    std::chrono::milliseconds retry_after{0};
  };
  Verdict take(const std::string& key_id);

  // Adds RateLimit and RateLimit-Policy (draft-ietf-httpapi-ratelimit-headers); nothing when there is no limit.
  void describe(const Verdict& verdict, http::Response& response) const;

 private:
  struct Bucket {
    double tokens = 0;
    Tick filled{};
  };
  struct Shard {
    std::mutex mutex;
    std::unordered_map<std::string, Bucket> buckets;
  };
  void forget_full(Shard& shard, Tick now) const;
  double refilled(const Bucket& bucket, Tick now) const;

  const RateLimitOptions options_;
  const Clock& clock_;
  std::array<Shard, 16> shards_;
};

}  // namespace stoa::api
