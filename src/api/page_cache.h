// Answers as ready bytes, kept in memory within a budget. The key says everything an answer depends on (store, version,
// settings, clock boundary, audience, question), so nothing is ever invalidated: what is outdated is not asked for any
// more and falls out. Thread-safe. find() is memory only; build() runs its function once per key at a time, other
// callers wait for it.
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <future>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "base/result.h"

namespace stoa::api {

// One answer. Shared by the cache and every connection that is still writing it.
class CachedPage {
 public:
  CachedPage(std::string tag_, std::string head_, std::string body_);

  const std::string tag;   // of its ETags
  const std::string head;  // header lines that every sending of it carries
  const std::shared_ptr<const std::string> body;

  // The gzip form when it is ready; else null.
  std::shared_ptr<const std::string> gzip() const;
  // Whether the caller should compress it now: it is worth it (a large one only when it has been asked for before), and
  // nobody else is at it.
  bool should_compress() const;
  // Compresses unless another thread does. Blocks for some milliseconds.
  void compress();
  void count_use() { uses_.fetch_add(1, std::memory_order_relaxed); }
  std::size_t bytes() const;

 private:
  std::atomic<std::uint32_t> uses_{0};
  std::atomic<bool> compressing_{false};
  mutable std::mutex mutex_;
  std::shared_ptr<const std::string> gzip_;
};

class PageCache {
 public:
  explicit PageCache(std::size_t bytes_max) : shard_bytes_max_(bytes_max / kShards) {}

  using Page = std::shared_ptr<CachedPage>;
  using Build = std::function<Result<Page>()>;
  Page find(const std::string& key);
  Result<Page> build(const std::string& key, const Build& build);
  // Tells the cache that a page in it has grown by its gzip form.
  void grown(const std::string& key);
  std::size_t bytes() const;

 private:
  static constexpr std::size_t kShards = 8;
  struct Entry {
    std::string key;
    Page page;
    std::size_t bytes;
  };
  struct Shard {
    mutable std::mutex mutex;
    std::list<Entry> entries;  // most recently used first
    std::unordered_map<std::string_view, std::list<Entry>::iterator> by_key;
    std::unordered_map<std::string, std::shared_future<Result<Page>>> building;
    std::size_t bytes = 0;
  };
  Shard& shard(const std::string& key) { return shards_[std::hash<std::string>()(key) % kShards]; }
  void put(Shard& shard, const std::string& key, const Page& page);
  void shrink(Shard& shard);

  const std::size_t shard_bytes_max_;
  std::array<Shard, kShards> shards_;
};

}  // namespace stoa::api
