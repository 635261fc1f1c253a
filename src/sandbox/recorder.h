// Writes every GraphQL request and its answer as one JSON line, for test/schema/answers.mjs. Thread-safe.
#pragma once

#include <cstdio>
#include <filesystem>
#include <memory>
#include <mutex>

#include "base/result.h"
#include "http/message.h"

namespace stoa::sandbox {

class Recorder {
 public:
  static Result<std::unique_ptr<Recorder>> open(const std::filesystem::path& path);  // appends
  void write(std::string_view shop, std::string_view version, const http::Request& request,
             const http::Response& response);

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::mutex mutex_;
  std::unique_ptr<std::FILE, Close> file_;
};

}  // namespace stoa::sandbox
