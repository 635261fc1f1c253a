#include "api/read_server.h"

#include "api/envelope.h"
#include "base/crypto.h"
#include "base/text.h"

namespace stoa::api {
namespace {
// Part of every tag: raised when the same stored bytes begin to give another answer.
constexpr std::string_view kAnswerFormat = "2";
constexpr std::string_view kVary = "Accept-Encoding, Authorization";

std::string hashed(std::initializer_list<std::string_view> parts) {
  // Lengths keep ("ab", "c") apart from ("a", "bc").
  std::string text;
  for (const auto part : parts) fmt::format_to(std::back_inserter(text), "{}:{};", part.size(), part);
  const Hash hash = content_hash({text});
  return base64_url({reinterpret_cast<const char*>(hash.data()), hash.size()});
}
}  // namespace

ReadServer::ReadServer(const ReadServerOptions& options, const Auth& auth, Catalog& catalog, const Clock& clock)
    : auth_(auth),
      catalog_(catalog),
      clock_(clock),
      limiter_(options.rate_limit, clock),
      code_limiter_(options.code_limit, clock),
      cache_(options.page_cache_bytes) {}

template <class Make>
http::Response ReadServer::within_share(const Principal& principal, const Parsed<Read>& read,
                                        const http::Request& request, Make make) {
  if (!principal.key) return make();
  auto& limiter = read && read->guessable ? code_limiter_ : limiter_;
  const auto verdict = limiter.take(principal.key->id);
  auto response = verdict.allowed
                      ? make()
                      : http::error_response(
                            error(Code::throttled, "this key has used its share of requests: wait as Retry-After says")
                                .because("rate-limited")
                                .after(verdict.retry_after),
                            request.request_id);
  limiter.describe(verdict, response);
  return response;
}

http::Response ReadServer::within_share(const Principal& principal, const http::Request& request,
                                        const std::function<http::Response()>& make) {
  return within_share(principal, Read(), request, make);
}

std::optional<http::Response> ReadServer::serve_from_memory(const http::Request& request, const http::Params& params,
                                                            const ParseRead& parse) {
  const auto principal = auth_.identify(request);
  if (!principal) return unauthorized(request.request_id);
  const auto store = auth_.store(*principal, params["store"]);
  if (!store) return http::error_response(store.error(), request.request_id);
  const auto read = parse(params, request.query);
  auto response =
      read ? recall({request, *principal, *store, *read}) : http::to_response(read.error(), request.request_id);
  if (!response) return std::nullopt;  // the worker takes the share
  return within_share(*principal, read, request, [&] { return std::move(*response); });
}

http::Response ReadServer::serve(const http::Request& request, const http::Params& params, const ParseRead& parse) {
  const auto principal = auth_.identify(request);
  if (!principal) return unauthorized(request.request_id);
  const auto store = auth_.store(*principal, params["store"]);
  if (!store) return http::error_response(store.error(), request.request_id);
  const auto read = parse(params, request.query);
  return within_share(*principal, read, request, [&] {
    return read ? answer({request, *principal, *store, *read}) : http::to_response(read.error(), request.request_id);
  });
}

// From memory: a 304 or a page in the cache.
std::optional<http::Response> ReadServer::recall(const Asked& asked) {
  if (asked.read.caching == Read::Caching::changing) return std::nullopt;
  const auto facts = catalog_.facts().peek(asked.store, asked.read.kinds);
  if (!facts) return std::nullopt;
  const auto tag = tag_of(asked, *facts);
  const auto accepted = accepted_encodings(asked.request.header("Accept-Encoding"));
  const auto match = match_etags(asked.request.header("If-None-Match"), tag, accepted);
  if (match.gzip) return not_modified(asked, *facts, etag(tag, *match.gzip));
  const auto page = cache_.find(tag);
  if (!page) return std::nullopt;
  if (match.any) return not_modified(asked, *facts, etag(tag, accepted.gzip && page->gzip()));
  if (accepted.gzip && !page->gzip() && (page->should_compress() || !accepted.identity)) return std::nullopt;
  return send(asked, *facts, *page, accepted);
}

http::Response ReadServer::answer(const Asked& asked) {
  const auto reader = catalog_.open(asked.store, asked.principal.audience(), asked.read.kinds);
  if (!reader) return http::error_response(reader.error(), asked.request.request_id);
  const StoreFacts& facts = reader->facts();
  const bool complete = facts.complete(asked.read.kinds);
  if (asked.read.caching == Read::Caching::changing || (asked.read.caching == Read::Caching::list && !complete))
    return answer_uncached(asked, *reader);

  const auto tag = tag_of(asked, facts);
  const auto accepted = accepted_encodings(asked.request.header("Accept-Encoding"));
  const auto match = match_etags(asked.request.header("If-None-Match"), tag, accepted);
  if (match.gzip) return not_modified(asked, facts, etag(tag, *match.gzip));  // a tag is only ever given with a 200
  const auto page = cache_.build(tag, [&]() -> Result<PageCache::Page> {
    STOA_TRY_ASSIGN(auto built, asked.read.build(*reader));
    return std::make_shared<CachedPage>(tag, page_head(asked, facts, built), std::move(built.body));
  });
  if (!page) return http::error_response(page.error(), asked.request.request_id);
  if (match.any) return not_modified(asked, facts, etag(tag, accepted.gzip && (*page)->gzip()));
  if (accepted.gzip && !(*page)->gzip() && ((*page)->should_compress() || !accepted.identity)) {
    (*page)->compress();
    cache_.grown(tag);
  }
  return send(asked, facts, **page, accepted);
}

// What no version describes: the store's freshness, whose tag is its content's, and lists that are not complete, which
// have none.
http::Response ReadServer::answer_uncached(const Asked& asked, const StoreReader& reader) const {
  auto built = asked.read.build(reader);
  if (!built) return http::error_response(built.error(), asked.request.request_id);
  const StoreFacts& facts = reader.facts();
  http::Response response;
  if (asked.read.caching == Read::Caching::changing) {
    const auto tag = etag(hashed({facts.version.incarnation, built->body}), false);
    const auto wanted = asked.request.header("If-None-Match");
    const auto match = match_etags(wanted, std::string_view(tag).substr(1, tag.size() - 2), {});
    if (match.any || match.gzip) return not_modified(asked, facts, tag);
    response.head = page_head(asked, facts, *built);
    response.header("ETag", tag);
  } else {
    response = http::json_response(200, "");
    response.header("Cache-Control", "no-store").header("Vary", kVary);
    if (!built->next.empty())
      add_next_link(response, "/v1/stores/" + asked.store->key().str() + asked.read.path, asked.read.query,
                    built->next);
  }
  response.body = std::make_shared<const std::string>(std::move(built->body));
  add_age(asked, facts, response);
  return response;
}

http::Response ReadServer::send(const Asked& asked, const StoreFacts& facts, CachedPage& page,
                                const Encodings& accepted) const {
  page.count_use();
  const auto compressed = accepted.gzip ? page.gzip() : nullptr;
  http::Response response;
  response.head.reserve(page.head.size() + 256);
  response.head = page.head;
  response.header("ETag", etag(page.tag, compressed != nullptr));
  if (compressed) response.header("Content-Encoding", "gzip");
  add_age(asked, facts, response);
  response.body = compressed ? compressed : page.body;
  return response;
}

http::Response ReadServer::not_modified(const Asked& asked, const StoreFacts& facts, const std::string& etag) const {
  http::Response response;
  response.status = 304;
  response.header("ETag", etag).header("Cache-Control", facts.policy.cache_control).header("Vary", kVary);
  add_age(asked, facts, response);
  return response;
}

// Everything an answer depends on: the name of its bytes, in the cache and for clients.
std::string ReadServer::tag_of(const Asked& asked, const StoreFacts& facts) const {
  const auto boundary = facts.boundary.last ? micros(*facts.boundary.last) : 0;
  const auto numbers = fmt::format("{} {} {}", facts.version.number, boundary, int(asked.principal.audience()));
  return hashed({kAnswerFormat, facts.version.incarnation, numbers, facts.policy.fingerprint, asked.read.path,
                 asked.read.query, asked.read.after});
}

std::string ReadServer::page_head(const Asked& asked, const StoreFacts& facts, const ReadAnswer& answer) const {
  auto response = http::json_response(200, "");
  response.header("Cache-Control", facts.policy.cache_control).header("Vary", kVary);
  if (answer.newest != Time{}) {
    // What changed last in it, or came into sight last. Caches compare the ETag; this is for people and heuristics.
    const Time last = std::max(answer.newest, facts.boundary.last.value_or(Time{}));
    response.header("Last-Modified", http_date(last));
  }
  if (!answer.next.empty())
    add_next_link(response, "/v1/stores/" + asked.store->key().str() + asked.read.path, asked.read.query, answer.next);
  return std::move(response.head);
}

void ReadServer::add_age(const Asked& asked, const StoreFacts& facts, http::Response& response) const {
  const auto as_of = facts.as_of(asked.read.kinds);
  if (!as_of) return;
  const auto age = std::chrono::duration_cast<std::chrono::seconds>(clock_.wall() - *as_of).count();
  fmt::format_to(std::back_inserter(response.head), "X-Stoa-Age: {}\r\n", std::max<std::int64_t>(0, age));
}

}  // namespace stoa::api
