#include "api/rate_limit.h"

#include <cmath>

namespace stoa::api {
namespace {
constexpr std::size_t kBucketsPerShardMax = 4096;  // beyond, full buckets are forgotten: a full one equals none
}

double RateLimiter::refilled(const Bucket& bucket, Tick now) const {
  const double minutes = std::chrono::duration<double, std::ratio<60>>(now - bucket.filled).count();
  const auto capacity = double(options_.per_minute);
  return std::min(capacity, bucket.tokens + minutes * capacity);
}

void RateLimiter::forget_full(Shard& shard, Tick now) const {
  std::erase_if(shard.buckets,
                [&](const auto& item) { return refilled(item.second, now) >= double(options_.per_minute); });
}

RateLimiter::Verdict RateLimiter::take(const std::string& key_id) {
  if (options_.per_minute <= 0) return {};
  const auto capacity = double(options_.per_minute);
  const Tick now = clock_.mono();
  Shard& shard = shards_[std::hash<std::string>()(key_id) % shards_.size()];
  const std::lock_guard lock(shard.mutex);
  if (shard.buckets.size() > kBucketsPerShardMax) forget_full(shard, now);
  Bucket& bucket = shard.buckets.try_emplace(key_id, Bucket{capacity, now}).first->second;
  bucket.tokens = refilled(bucket, now);
  bucket.filled = now;

  Verdict verdict;
  verdict.allowed = bucket.tokens >= 1;
  if (verdict.allowed) {
    bucket.tokens -= 1;
  } else {
    verdict.retry_after = std::chrono::milliseconds(std::int64_t(std::ceil((1 - bucket.tokens) / capacity * 60'000)));
  }
  verdict.remaining = std::int64_t(bucket.tokens);
  verdict.until_full = std::chrono::seconds(std::int64_t(std::ceil((capacity - bucket.tokens) / capacity * 60)));
  return verdict;
}

void RateLimiter::describe(const Verdict& verdict, http::Response& response) const {
  if (options_.per_minute <= 0) return;
  fmt::format_to(std::back_inserter(response.head),
                 "RateLimit-Policy: \"{0}\";q={1};w=60\r\nRateLimit: \"{0}\";r={2};t={3}\r\n", options_.name,
                 options_.per_minute, verdict.remaining, verdict.until_full.count());
}

}  // namespace stoa::api
