// One URL to one file of a spool folder: redirects re-checked, limits kept, what came judged by its bytes, and a
// download that was cut goes on where it stopped (Range with If-Range), in this process or the next. Thread-safe;
// fetch() blocks. Different files may be fetched at once, one file by one caller at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "http/client.h"
#include "media/options.h"

namespace stoa::media {

struct Wanted {
  std::string url;
  bool image = true;           // anything but an image is refused
  std::filesystem::path file;  // where it goes; beside it "<file>.json" keeps what resuming needs
};

// What lies in the file. The caller moves or removes it.
struct Downloaded {
  std::string sha256;  // hex
  std::int64_t size = 0;
  std::string type;                    // sniffed
  std::int64_t width = 0, height = 0;  // of an image that can be resized; else 0
};

class Downloader {
 public:
  // Both must outlive it.
  Downloader(http::Client& client, const Options& options) : client_(client), options_(options) {}

  // One try. Errors, each with a reason:
  //   invalid      it must not or cannot be had, the same again tomorrow: host-not-allowed bad-url blocked-address
  //                redirects too-large wrong-type broken-image too-many-pixels ratio svg-danger. Nothing is left of it.
  //   not_found    http-404, http-410. Nothing is left of it.
  //   unavailable  in passing: http-<status>, timeout, connect, cut …: what came is kept for the next try
  //   cancelled    the process stops: as above
  Result<Downloaded> fetch(const Wanted& wanted);

 private:
  Result<Downloaded> judge(const Wanted& wanted) const;

  http::Client& client_;
  const Options& options_;
};

// Removes a download's files, whole or not.
void forget_download(const std::filesystem::path& file);

}  // namespace stoa::media
