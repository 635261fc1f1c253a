// What an operator may set about media. Plain values.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/result.h"

namespace stoa::media {

struct Options {
  std::vector<std::string> allowed_hosts{"cdn.shopify.com"};  // that media are fetched from, over https
  std::vector<std::string> extra_hosts;  // `host` or `host:port`: http and private addresses too (rehearsal)

  // ---- one download
  std::size_t bytes_max = 20u << 20;  // of one file; a larger one is refused. Shopify's own limit for images is 20 MB
  std::int64_t pixels_max = 50'000'000;  // of one image; 4 bytes each when it is decoded
  std::int64_t ratio_max = 2'000;        // bytes decoded per byte of the file, for what decodes to more than 64 MiB
  std::chrono::milliseconds timeout{60'000};  // for one try, redirects included
  std::size_t attempts_max = 3;               // tries of a download that fails in passing; each goes on where it was
  std::size_t downloads_max = 8;              // at the same moment; each holds a thread
  std::chrono::seconds retry_after{86'400};   // a failed download is tried again by a sync after this

  // ---- beside the syncs
  std::chrono::milliseconds look_every{250};    // how often the stores are looked at for what is pending: memory only
  std::chrono::milliseconds backoff{2'000};     // before a second try; doubles
  std::chrono::milliseconds lease_wait{2'000};  // before a lease that another process has is asked for again
  std::chrono::seconds sweep_interval{6 * 3'600};  // how often bytes that no document names any more are looked for
  std::chrono::seconds orphan_age{3'600};          // and how long they are kept before

  // ---- resizing
  std::size_t workers_max = 2;                       // child processes at the same moment
  std::size_t waiting_max = 16;                      // requests waiting for one; beyond: 503
  std::size_t worker_bytes_max = 768u << 20;         // address space of a child
  std::chrono::milliseconds worker_timeout{10'000};  // of a child, by the clock; half as many seconds of CPU time
  std::size_t cache_bytes = 64u << 20;               // originals and resized images kept in memory
  std::size_t serving_bytes = 256u << 20;            // images on their way to clients; beyond: 503

  Result<> validate() const;
};

}  // namespace stoa::media
