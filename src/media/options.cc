#include "media/options.h"

namespace stoa::media {

Result<> Options::validate() const {
  if (bytes_max < 1024 || bytes_max > (1u << 30))
    return fail(Code::invalid, "media.bytes_max is {}, want 1024 to 1073741824", bytes_max);
  if (pixels_max < 1'000 || pixels_max > 1'000'000'000)
    return fail(Code::invalid, "media.pixels_max is {}, want 1000 to 1000000000", pixels_max);
  if (ratio_max < 1) return fail(Code::invalid, "media.ratio_max is {}, want at least 1", ratio_max);
  if (timeout < std::chrono::milliseconds(100))
    return fail(Code::invalid, "media.timeout is {} ms, want at least 100", timeout.count());
  if (attempts_max < 1 || attempts_max > 20)
    return fail(Code::invalid, "media.attempts_max is {}, want 1 to 20", attempts_max);
  if (downloads_max < 1 || downloads_max > 256)
    return fail(Code::invalid, "media.downloads_max is {}, want 1 to 256", downloads_max);
  if (workers_max < 1 || workers_max > 64)
    return fail(Code::invalid, "media.workers_max is {}, want 1 to 64", workers_max);
  if (worker_bytes_max < (256u << 20))
    return fail(Code::invalid,
                "media.worker_bytes_max is {}, want at least 268435456: libvips alone takes most of that",
                worker_bytes_max);
  if (worker_timeout < std::chrono::seconds(1))
    return fail(Code::invalid, "media.worker_timeout is {} ms, want at least 1000", worker_timeout.count());
  if (serving_bytes < bytes_max)
    return fail(Code::invalid, "media.serving_bytes is {}, want at least media.bytes_max, {}", serving_bytes,
                bytes_max);
  return {};
}

}  // namespace stoa::media
