#include "media/download.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/crypto.h"
#include "base/json.h"
#include "base/text.h"
#include "media/sniff.h"
#include "media/source_url.h"

namespace stoa::media {
namespace {

constexpr int kRedirectsMax = 3;
constexpr std::int64_t kDecodedFree = 64ll << 20;  // what every image may decode to, whatever its ratio
constexpr std::size_t kSvgBytesMax = 4u << 20;
constexpr std::size_t kSlack = 1u << 20;  // more than libcurl hands over at once

class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  const int fd_;
};

std::unexpected<Error> disk(std::string_view what) {
  return fail(error(Code::unavailable, "media: spool: {}: {}", what, std::generic_category().message(errno))
                  .because("spool-io"));
}

std::unexpected<Error> refused(std::string_view reason, std::string what) {
  return fail(Error{Code::invalid, "media: " + std::move(what)}.because(reason));
}

std::filesystem::path notes_of(const std::filesystem::path& file) { return file.string() + ".json"; }

Result<> write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto count = ::write(fd, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return disk("write");
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

Result<std::string> read_head(int fd, std::size_t bytes_max) {
  std::string out(bytes_max, '\0');
  std::size_t size = 0;
  while (size < bytes_max) {
    const auto count = ::pread(fd, out.data() + size, bytes_max - size, static_cast<off_t>(size));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return disk("read");
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
  }
  out.resize(size);
  return out;
}

// What an earlier try left: so much of this very URL, and the validator that says whether it is still the same.
struct Part {
  std::int64_t size = 0;
  std::string validator;
};

Part part_of(const Wanted& wanted) {
  const File notes(::open(notes_of(wanted.file).c_str(), O_RDONLY | O_CLOEXEC));
  struct stat info{};
  if (notes.get() < 0 || ::stat(wanted.file.c_str(), &info) != 0) return {};
  const auto text = read_head(notes.get(), 64 * 1024);
  const auto json = text ? json::parse(*text) : Result<json::Value>(fail(Code::corrupt, ""));
  if (!json || json::string_or(*json, "url") != wanted.url) return {};
  return {.size = info.st_size, .validator = std::string(json::string_or(*json, "validator"))};
}

Result<> write_notes(const Wanted& wanted, std::string_view validator) {
  const File notes(::open(notes_of(wanted.file).c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (notes.get() < 0) return disk("open");
  return write_all(notes.get(), json::write(json::Object{{"url", wanted.url}, {"validator", validator}}));
}

// A strong ETag, else the date: what If-Range takes.
std::string validator_of(const http::ClientResponse& head) {
  const auto etag = head.header("etag");
  return std::string(etag.starts_with('"') ? etag : head.header("last-modified"));
}

// Puts one response's body behind what is there, or in its place.
class Sink {
 public:
  Sink(const Wanted& wanted, std::int64_t offset, std::size_t bytes_max)
      : wanted_(wanted), offset_(offset), bytes_max_(static_cast<std::int64_t>(bytes_max)) {}

  Result<> take(const http::ClientResponse& head, std::string_view bytes) {
    if (head.status != 200 && head.status != 206) return {};  // an error's page: read to its end and forgotten
    if (!file_) STOA_TRY(begin(head));
    size_ += static_cast<std::int64_t>(bytes.size());
    if (size_ > bytes_max_) return too_large();
    return write_all(file_->get(), bytes);
  }
  // An answer without a body still has its beginning.
  Result<> end(const http::ClientResponse& head) { return file_ ? Result<>() : begin(head); }

 private:
  Result<> begin(const http::ClientResponse& head) {
    const bool goes_on =
        head.status == 206 && head.header("content-range").starts_with(fmt::format("bytes {}-", offset_));
    if (head.status == 206 && !goes_on)
      return fail(error(Code::unavailable, "media: another part came than was asked for").because("bad-range"));
    // Encoded for the way although we asked for it as it is: what was counted would not be what is kept.
    if (const auto encoding = head.header("content-encoding"); !encoding.empty() && encoding != "identity")
      return fail(error(Code::invalid, "media: the host sent it encoded, wanted it as it is").because("encoded"));
    if (!goes_on) {
      ::unlink(wanted_.file.c_str());
      STOA_TRY(write_notes(wanted_, validator_of(head)));
    }
    size_ = goes_on ? offset_ : 0;
    const auto length = parse_int(head.header("content-length"));
    if (length && *length > bytes_max_ - size_) return too_large();
    file_.emplace(::open(wanted_.file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
    if (file_->get() < 0) return disk("open");
    return {};
  }
  std::unexpected<Error> too_large() const {
    return refused("too-large", fmt::format("larger than media.bytes_max, {} bytes", bytes_max_));
  }

  const Wanted& wanted_;
  const std::int64_t offset_, bytes_max_;
  std::int64_t size_ = 0;
  std::optional<File> file_;
};

Error error_of(int status) {
  const auto code = status == 404 || status == 410 ? Code::not_found : Code::unavailable;
  return error(code, "media: the host answered {}", status).because(fmt::format("http-{}", status));
}

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

// A whole answer, after at most kRedirectsMax hops, each to an allowed host.
Result<int> transfer(http::Client& client, const Options& options, const Wanted& wanted, const Part& part) {
  STOA_TRY_ASSIGN(auto source, parse_source_url(wanted.url, options));
  for (int hop = 0; hop <= kRedirectsMax; ++hop) {
    Sink sink(wanted, part.size, options.bytes_max);
    http::ClientRequest request;
    request.url = source.text;
    request.timeout = options.timeout;
    request.private_addresses = source.extra_host;
    request.decode = false;
    request.body_bytes_max = options.bytes_max + kSlack;  // the sink says it better
    request.on_body = [&](const auto& head, std::string_view bytes) { return sink.take(head, bytes); };
    if (part.size > 0) request.headers = {{"Range", fmt::format("bytes={}-", part.size)}, {"If-Range", part.validator}};
    STOA_TRY_ASSIGN(const auto response, client.send(request));
    if (response.status == 200 || response.status == 206) {
      STOA_TRY(sink.end(response));
      return response.status;
    }
    if (!is_redirect(response.status)) return response.status;
    STOA_TRY_ASSIGN(source, parse_redirect(source, response.header("location"), options));
  }
  return refused("redirects", fmt::format("more than {} redirects", kRedirectsMax));
}

}  // namespace

void forget_download(const std::filesystem::path& file) {
  ::unlink(file.c_str());
  ::unlink(notes_of(file).c_str());
}

Result<Downloaded> Downloader::fetch(const Wanted& wanted) {
  auto part = part_of(wanted);
  if (part.validator.empty() || part.size >= static_cast<std::int64_t>(options_.bytes_max)) part = {};
  auto status = transfer(client_, options_, wanted, part);
  // The part is all there is, or is no part of it any more.
  if (status && *status == 416 && part.size > 0) status = transfer(client_, options_, wanted, {});
  auto result = !status                            ? Result<Downloaded>(fail(std::move(status).error()))
                : *status != 200 && *status != 206 ? Result<Downloaded>(fail(error_of(*status)))
                                                   : judge(wanted);
  if (!result && (result.error().code == Code::invalid || result.error().code == Code::not_found))
    forget_download(wanted.file);
  return result;
}

Result<Downloaded> Downloader::judge(const Wanted& wanted) const {
  const File file(::open(wanted.file.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return disk("open");
  struct stat info{};
  if (::fstat(file.get(), &info) != 0) return disk("stat");
  Downloaded out{.sha256 = {}, .size = info.st_size, .type = {}};
  STOA_TRY_ASSIGN(const auto head, read_head(file.get(), kHeadBytes));
  out.type = sniff_type(head);
  if (wanted.image && !is_image(out.type))
    return refused("wrong-type", fmt::format("its bytes are {}, wanted an image", out.type));
  if (is_svg(out.type)) {
    STOA_TRY_ASSIGN(const auto svg, read_head(file.get(), kSvgBytesMax + 1));
    if (svg.size() > kSvgBytesMax)
      return refused("too-large", fmt::format("an SVG of more than {} bytes", kSvgBytesMax));
    if (const auto danger = svg_danger(svg)) return refused("svg-danger", fmt::format("an SVG with {} in it", *danger));
  }
  if (is_resizable(out.type)) {
    const auto size = pixel_size(out.type, head);
    if (!size) return refused("broken-image", fmt::format("its header is not that of an {}", out.type));
    const auto pixels = size->width * size->height;  // both fit 32 bits
    if (pixels > options_.pixels_max)
      return refused("too-many-pixels",
                     fmt::format("{} x {} pixels, at most {} wanted", size->width, size->height, options_.pixels_max));
    if (pixels * 4 > kDecodedFree && pixels * 4 / std::max<std::int64_t>(out.size, 1) > options_.ratio_max)
      return refused("ratio", fmt::format("{} x {} pixels in {} bytes: more than {} times as much when decoded",
                                          size->width, size->height, out.size, options_.ratio_max));
    out.width = size->width, out.height = size->height;
  }
  Sha256 hash;
  std::string bytes(256 * 1024, '\0');
  for (;;) {
    const auto count = ::read(file.get(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return disk("read");
    if (count == 0) break;
    hash.add(std::string_view(bytes).substr(0, static_cast<std::size_t>(count)));
  }
  out.sha256 = to_hex(hash.finish());
  return out;
}

}  // namespace stoa::media
