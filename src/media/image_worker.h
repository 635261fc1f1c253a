// Resizing, as the server sees it: each image in a child process of its own (`stoa __image-worker`, image_child.h) that
// has limits on memory, CPU and time and no way to anything of ours. What an image does to its child ends there.
// Thread-safe; resize() blocks, some tens of milliseconds for a usual photograph.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <string>
#include <string_view>

#include "media/options.h"

namespace stoa::media {

// The widths that are made: a wish is rounded up to one of them, so that clients share what is made.
std::int64_t ladder_width(std::int64_t wanted);  // 1..4096 → one of the ladder; more → 4096
inline constexpr std::int64_t kWidthMax = 4'096;

struct Resize {
  std::int64_t width = kWidthMax;  // never enlarged to it
  std::string_view format;         // "webp" "jpeg" "png" "gif"
};
struct Resized {
  std::string bytes;
  std::string_view type;  // "image/webp"
};

class ImageWorker {
 public:
  // `program`: what is run, with the hidden command as its first argument; tests name their own. Options must outlive
  // it.
  explicit ImageWorker(const Options& options, std::filesystem::path program = "/proc/self/exe");

  // `image`: a whole file of a resizable type (sniff.h). invalid: "broken-image", "too-many-pixels", "worker-killed"
  // (it took too much time or memory, or crashed). throttled: "images-busy", too many are waiting. unavailable: no
  // child could be started, or "no-libvips".
  Result<Resized> resize(std::string_view image, const Resize& wanted);

 private:
  class Turn;
  const Options& options_;
  const std::string program_;
  std::mutex mutex_;
  std::condition_variable free_;
  std::size_t running_ = 0, waiting_ = 0;
};

}  // namespace stoa::media
