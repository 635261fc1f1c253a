#include "sandbox/recorder.h"

#include "base/json.h"
#include "base/json_text.h"

namespace stoa::sandbox {

Result<std::unique_ptr<Recorder>> Recorder::open(const std::filesystem::path& path) {
  auto recorder = std::make_unique<Recorder>();
  recorder->file_.reset(std::fopen(path.c_str(), "ae"));
  if (!recorder->file_) return fail(Code::unavailable, "sandbox: cannot write {}", path.string());
  return recorder;
}

void Recorder::write(std::string_view shop, std::string_view version, const http::Request& request,
                     const http::Response& response) {
  // JSON of one line stands as it is, byte for byte. A body that is no JSON is recorded as text: the check reports it
  // unless the status excuses it.
  const auto as_json = [](std::string_view text) {
    const auto parsed = json::parse(text);
    if (!parsed) return json::quoted(text);
    return text.find('\n') == text.npos ? std::string(text) : json::write(*parsed);
  };
  const std::string line =
      fmt::format("{{\"shop\":{},\"version\":{},\"request\":{},\"status\":{},\"answer\":{}}}\n", json::quoted(shop),
                  json::quoted(version), as_json(request.body), response.status,
                  as_json(response.body ? std::string_view(*response.body) : std::string_view()));
  const std::lock_guard lock(mutex_);
  std::fwrite(line.data(), 1, line.size(), file_.get());
  std::fflush(file_.get());
}

}  // namespace stoa::sandbox
