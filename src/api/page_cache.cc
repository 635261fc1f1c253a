#include "api/page_cache.h"

#include "api/negotiate.h"

namespace stoa::api {
namespace {
constexpr std::size_t kCompressBytesMin = 1024;
constexpr std::size_t kCompressAtOnceBytesMax = 256 * 1024;  // some 5 ms: what is larger must be asked for twice
constexpr std::size_t kEntryOverhead = 512;                  // key, list and map nodes
}  // namespace

CachedPage::CachedPage(std::string tag_, std::string head_, std::string body_)
    : tag(std::move(tag_)), head(std::move(head_)), body(std::make_shared<const std::string>(std::move(body_))) {}

std::shared_ptr<const std::string> CachedPage::gzip() const {
  const std::lock_guard lock(mutex_);
  return gzip_;
}

bool CachedPage::should_compress() const {
  return body->size() >= kCompressBytesMin &&
         (body->size() <= kCompressAtOnceBytesMax || uses_.load(std::memory_order_relaxed) > 0) &&
         !compressing_.load(std::memory_order_relaxed);
}

void CachedPage::compress() {
  if (compressing_.exchange(true)) return;
  auto bytes = std::make_shared<const std::string>(gzipped(*body));
  const std::lock_guard lock(mutex_);
  gzip_ = std::move(bytes);
}

std::size_t CachedPage::bytes() const {
  const auto compressed = gzip();
  return body->size() + head.size() + tag.size() + kEntryOverhead + (compressed ? compressed->size() : 0);
}

PageCache::Page PageCache::find(const std::string& key) {
  Shard& in = shard(key);
  const std::lock_guard lock(in.mutex);
  const auto found = in.by_key.find(key);
  if (found == in.by_key.end()) return nullptr;
  in.entries.splice(in.entries.begin(), in.entries, found->second);
  return found->second->page;
}

Result<PageCache::Page> PageCache::build(const std::string& key, const Build& build) {
  Shard& in = shard(key);
  std::promise<Result<Page>> promise;
  std::shared_future<Result<Page>> under_way;
  {
    const std::lock_guard lock(in.mutex);
    if (const auto found = in.by_key.find(key); found != in.by_key.end()) return found->second->page;
    if (const auto found = in.building.find(key); found != in.building.end()) {
      under_way = found->second;
    } else {
      in.building.emplace(key, promise.get_future().share());
    }
  }
  if (under_way.valid()) return under_way.get();
  auto built = build();
  {
    const std::lock_guard lock(in.mutex);
    if (built) put(in, key, *built);
    in.building.erase(key);
  }
  promise.set_value(built);
  return built;
}

void PageCache::put(Shard& in, const std::string& key, const Page& page) {
  const std::size_t bytes = page->bytes() + key.size();
  if (bytes > shard_bytes_max_) return;
  in.entries.push_front({key, page, bytes});
  in.by_key.emplace(in.entries.front().key, in.entries.begin());
  in.bytes += bytes;
  shrink(in);
}

void PageCache::shrink(Shard& in) {
  while (in.bytes > shard_bytes_max_) {
    const Entry& last = in.entries.back();
    in.bytes -= last.bytes;
    in.by_key.erase(last.key);
    in.entries.pop_back();
  }
}

void PageCache::grown(const std::string& key) {
  Shard& in = shard(key);
  const std::lock_guard lock(in.mutex);
  const auto found = in.by_key.find(key);
  if (found == in.by_key.end()) return;
  Entry& entry = *found->second;
  const std::size_t bytes = entry.page->bytes() + key.size();
  in.bytes = in.bytes - entry.bytes + bytes;
  entry.bytes = bytes;
  shrink(in);
}

std::size_t PageCache::bytes() const {
  std::size_t total = 0;
  for (const auto& in : shards_) {
    const std::lock_guard lock(in.mutex);
    total += in.bytes;
  }
  return total;
}

}  // namespace stoa::api
