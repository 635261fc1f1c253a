// The bytes of media over HTTP: originals and resized ones, with ETag, Range and caching. Whoever asks has been let in
// already, or asks by a name that is secret enough (routes_media.cc). Thread-safe; answers block on storage and on the
// image worker.
#pragma once

#include <atomic>
#include <mutex>
#include <unordered_map>

#include "api/page_cache.h"
#include "base/metrics.h"
#include "http/message.h"
#include "media/image_worker.h"
#include "media/record.h"
#include "storage/registry.h"

namespace stoa::api {

// How the bytes are wanted.
struct Rendition {
  std::int64_t width = 0;  // of the ladder; 0: as it is
  std::string format;      // "webp" "jpeg" "png"; empty: as it is
};

class MediaServer {
 public:
  // All must outlive it.
  MediaServer(const media::Options& options, media::ImageWorker& worker, const Clock& clock, Metrics& metrics);

  // Of a stored medium. `caching` is the Cache-Control of a success.
  http::Response serve(storage::StoreHandle& store, const media::Record& record, const Rendition& wanted,
                       const http::Request& request, std::string_view caching);
  std::size_t cache_bytes() const { return cache_.bytes(); }

 private:
  struct Asked;
  http::Response answer(const Asked& asked);
  http::Response answer_part(const Asked& asked, std::int64_t first, std::int64_t last);
  http::Response answer_whole(const Asked& asked);
  Result<PageCache::Page> make(const Asked& asked);
  // A response with those bytes, if there is room for more on their way; else 503.
  http::Response send(const Asked& asked, int status, std::shared_ptr<const std::string> bytes, std::string_view type);
  bool known_bad(const std::string& key);
  void remember_bad(const std::string& key);

  const media::Options& options_;
  media::ImageWorker& worker_;
  const Clock& clock_;
  Metrics& metrics_;
  PageCache cache_;
  // Bytes on their way to clients. Shared with every body that is still being written.
  std::shared_ptr<std::atomic<std::size_t>> serving_ = std::make_shared<std::atomic<std::size_t>>(0);
  std::mutex mutex_;
  std::unordered_map<std::string, Tick> bad_;  // renditions that could not be made, and when
};

}  // namespace stoa::api
