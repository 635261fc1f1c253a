#include "api/media_server.h"

#include "api/negotiate.h"
#include "base/text.h"
#include "http/problem.h"
#include "media/sniff.h"

namespace stoa::api {
namespace {

constexpr std::int64_t kCachedOriginalMax = 1 << 20;  // larger originals are read from storage each time
constexpr std::chrono::minutes kBadFor{10};           // an image that could not be resized is not tried again
constexpr std::size_t kBadMax = 10'000;

struct Part {
  std::int64_t first = 0, last = 0;
};
// `Range: bytes=…` of one range; nothing: the whole is wanted, or what cannot be read is to be ignored (RFC
// 9110, 14.2). An impossible one has first > last.
std::optional<Part> part_of(std::string_view range, std::int64_t size) {
  static constexpr std::string_view kUnit = "bytes=";
  if (!range.starts_with(kUnit) || range.contains(',')) return std::nullopt;
  range.remove_prefix(kUnit.size());
  const auto dash = range.find('-');
  if (dash == range.npos) return std::nullopt;
  const auto from = parse_int(range.substr(0, dash)), to = parse_int(range.substr(dash + 1));
  if (!from && dash > 0) return std::nullopt;
  if (!to && dash + 1 < range.size()) return std::nullopt;
  if (!from && !to) return std::nullopt;
  if (!from) return Part{std::max<std::int64_t>(0, size - *to), *to == 0 ? -1 : size - 1};
  return Part{*from, std::min(to.value_or(size - 1), size - 1)};
}

// What a resized image becomes where no format is asked for.
std::string_view format_of(std::string_view type) {
  return type == "image/png" ? "png" : type == "image/webp" ? "webp" : type == "image/gif" ? "gif" : "jpeg";
}

// Shown in place; anything else is for saving, so that a browser never runs it on our origin.
bool shown_in_place(std::string_view type) {
  return (media::is_image(type) && !media::is_svg(type)) || type.starts_with("video/");
}

}  // namespace

struct MediaServer::Asked {
  storage::StoreHandle& store;
  const media::Record& record;
  Rendition rendition;  // what will be made: empty for what cannot be resized
  const http::Request& request;
  std::string_view caching;
  std::string tag;

  bool original() const { return rendition.width == 0 && rendition.format.empty(); }
};

MediaServer::MediaServer(const media::Options& options, media::ImageWorker& worker, const Clock& clock,
                         Metrics& metrics)
    : options_(options), worker_(worker), clock_(clock), metrics_(metrics), cache_(options.cache_bytes) {}

http::Response MediaServer::serve(storage::StoreHandle& store, const media::Record& record, const Rendition& wanted,
                                  const http::Request& request, std::string_view caching) {
  Asked asked{store, record, wanted, request, caching, {}};
  if (!media::is_resizable(record.content_type)) asked.rendition = {};
  auto& rendition = asked.rendition;
  if (rendition.width > 0 && rendition.format.empty()) rendition.format = format_of(record.content_type);
  asked.tag =
      asked.original() ? record.sha256 : fmt::format("{}-{}-{}", record.sha256, rendition.width, rendition.format);
  return answer(asked);
}

http::Response MediaServer::answer(const Asked& asked) {
  const auto match = match_etags(asked.request.header("If-None-Match"), asked.tag, {});
  if (match.any || match.gzip) {
    http::Response response;
    response.status = 304;
    response.header("ETag", etag(asked.tag, false)).header("Cache-Control", asked.caching);
    return response;
  }
  const auto range = asked.request.header("Range"), condition = asked.request.header("If-Range");
  const bool whole = range.empty() || (!condition.empty() && condition != etag(asked.tag, false));
  if (whole || !asked.original()) return answer_whole(asked);
  const auto part = part_of(range, asked.record.size);
  if (!part) return answer_whole(asked);
  if (part->first > part->last) {
    http::Response response;
    response.status = 416;
    response.header("Content-Range", fmt::format("bytes */{}", asked.record.size));
    return response;
  }
  return answer_part(asked, part->first, part->last);
}

http::Response MediaServer::answer_part(const Asked& asked, std::int64_t first, std::int64_t last) {
  auto bytes = asked.store.read_blob(asked.record.sha256, first, static_cast<std::size_t>(last - first + 1));
  if (!bytes) return http::error_response(bytes.error(), asked.request.request_id);
  auto response = send(asked, 206, std::make_shared<const std::string>(std::move(*bytes)), asked.record.content_type);
  response.header("Content-Range", fmt::format("bytes {}-{}/{}", first, last, asked.record.size));
  return response;
}

http::Response MediaServer::answer_whole(const Asked& asked) {
  const auto& record = asked.record;
  if (asked.original() && record.size > kCachedOriginalMax) {
    auto bytes = asked.store.read_blob(record.sha256, 0, static_cast<std::size_t>(record.size));
    if (!bytes) return http::error_response(bytes.error(), asked.request.request_id);
    return send(asked, 200, std::make_shared<const std::string>(std::move(*bytes)), record.content_type);
  }
  const auto page = make(asked);
  metrics_.gauge("stoa_media_cache_bytes", "Images kept in memory for serving", {}, double(cache_.bytes()));
  if (page) return send(asked, 200, (*page)->body, (*page)->head);
  auto problem = http::problem_from(page.error(), asked.request.request_id);
  if (page.error().reason == "images-busy") problem.status = 503;
  if (page.error().code == Code::invalid) {  // the image's fault, not the question's
    problem.status = 422;
    problem.code = "image-not-resizable";
    problem.title.clear();
  }
  return http::to_response(problem, asked.request.request_id);
}

// From the cache, or made once for all who wait for it. A page's head is its type here.
Result<PageCache::Page> MediaServer::make(const Asked& asked) {
  // Only of this store, and of this life of it: what is asked for by hash must have been found there.
  const auto key = asked.store.entry()->shop.incarnation + asked.store.key().str() + asked.tag;
  if (known_bad(key))
    return fail(error(Code::invalid, "media: this image could not be resized lately").because("image-not-resizable"));
  auto page = cache_.build(key, [&]() -> Result<PageCache::Page> {
    STOA_TRY_ASSIGN(auto bytes,
                    asked.store.read_blob(asked.record.sha256, 0, static_cast<std::size_t>(asked.record.size)));
    if (asked.original()) return std::make_shared<CachedPage>(asked.tag, asked.record.content_type, std::move(bytes));
    const auto width = asked.rendition.width > 0 ? asked.rendition.width : media::kWidthMax;
    const auto began = clock_.mono();
    auto resized = worker_.resize(bytes, {.width = width, .format = asked.rendition.format});
    const auto took = std::chrono::duration<double>(clock_.mono() - began).count();
    metrics_.count("stoa_media_resizes_total", "Images resized", {{"outcome", resized ? "ok" : "failed"}});
    metrics_.count("stoa_media_resize_seconds_total", "Time spent waiting for image workers", {}, took);
    if (!resized) return fail(std::move(resized).error());
    return std::make_shared<CachedPage>(asked.tag, std::string(resized->type), std::move(resized->bytes));
  });
  if (!page && page.error().code == Code::invalid) remember_bad(key);
  return page;
}

bool MediaServer::known_bad(const std::string& key) {
  const std::lock_guard lock(mutex_);
  const auto found = bad_.find(key);
  return found != bad_.end() && found->second + kBadFor > clock_.mono();
}

void MediaServer::remember_bad(const std::string& key) {
  const std::lock_guard lock(mutex_);
  if (bad_.size() >= kBadMax) bad_.clear();
  bad_[key] = clock_.mono();
}

http::Response MediaServer::send(const Asked& asked, int status, std::shared_ptr<const std::string> bytes,
                                 std::string_view type) {
  const auto size = bytes->size();
  if (serving_->fetch_add(size) + size > options_.serving_bytes) {
    serving_->fetch_sub(size);
    return http::error_response(error(Code::unavailable, "media: too many images are on their way: ask again")
                                    .because("images-busy")
                                    .after(std::chrono::seconds(1)),
                                asked.request.request_id);
  }
  http::Response response;
  response.status = status;
  response.header("Content-Type", type).header("ETag", etag(asked.tag, false)).header("Cache-Control", asked.caching);
  // The bytes are a stranger's: never run, never read as something else (F-A4).
  response.header("X-Content-Type-Options", "nosniff").header("Content-Security-Policy", "default-src 'none'; sandbox");
  response.header("Cross-Origin-Resource-Policy", "cross-origin").header("Access-Control-Allow-Origin", "*");
  if (!shown_in_place(type)) response.header("Content-Disposition", "attachment");
  if (asked.original()) response.header("Accept-Ranges", "bytes");
  const auto* body = bytes.get();
  response.body = std::shared_ptr<const std::string>(
      body, [bytes = std::move(bytes), serving = serving_, size](const std::string*) { serving->fetch_sub(size); });
  return response;
}

}  // namespace stoa::api
