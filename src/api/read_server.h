// A read over HTTP: question → ETag → 304, ready bytes, or a build. Everything that depends on the URL's meaning is in
// the Read that a route parsed; here are the store, the caches and the headers. Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "api/auth.h"
#include "api/catalog.h"
#include "api/list_params.h"
#include "api/negotiate.h"
#include "api/page_cache.h"
#include "api/rate_limit.h"
#include "http/router.h"

namespace stoa::api {

// What a built answer is, before its headers.
struct ReadAnswer {
  std::string body;
  Time newest{};     // Last-Modified; zero: none
  std::string next;  // a list's next cursor, for its Link header
};

// One question, parsed from a URL. Pure until `build` is called.
struct Read {
  std::string path;   // below /v1/stores/{store}, normalised: "/products"
  std::string query;  // canonical, without `after`
  std::string after;
  std::span<const model::Kind> kinds;                                   // whose freshness the answer shows
  bool guessable = false;                                               // takes the smaller share of code_limit
  enum class Caching { page, list, changing } caching = Caching::page;  // list: never while incomplete; changing: never
  std::function<Result<ReadAnswer>(const StoreReader&)> build;
};
using ParseRead = std::function<Parsed<Read>(const http::Params&, std::string_view query)>;

struct ReadServerOptions {
  std::size_t page_cache_bytes = 64u << 20;  // ready answers kept in memory
  RateLimitOptions rate_limit;
  RateLimitOptions code_limit{.name = "code", .per_minute = 600};  // of look-ups by code, instead of the other one
};

class ReadServer {
 public:
  // All must outlive it.
  ReadServer(const ReadServerOptions& options, const Auth& auth, Catalog& catalog, const Clock& clock);

  // On the event loop: refusals, 304s and cached answers. Nothing when the database must be asked.
  std::optional<http::Response> serve_from_memory(const http::Request& request, const http::Params& params,
                                                  const ParseRead& parse);
  // On a worker.
  http::Response serve(const http::Request& request, const http::Params& params, const ParseRead& parse);

  // An answer that is made elsewhere, once the key's share allows it (rule K3); `make` is not called when it does not.
  http::Response within_share(const Principal& principal, const http::Request& request,
                              const std::function<http::Response()>& make);

  std::size_t cache_bytes() const { return cache_.bytes(); }

 private:
  // A question and who asks it of which store.
  struct Asked {
    const http::Request& request;
    const Principal& principal;
    const std::shared_ptr<storage::StoreHandle>& store;
    const Read& read;
  };
  std::optional<http::Response> recall(const Asked& asked);
  http::Response answer(const Asked& asked);
  http::Response answer_uncached(const Asked& asked, const StoreReader& reader) const;
  http::Response send(const Asked& asked, const StoreFacts& facts, CachedPage& page, const Encodings& accepted) const;
  http::Response not_modified(const Asked& asked, const StoreFacts& facts, const std::string& etag) const;
  std::string tag_of(const Asked& asked, const StoreFacts& facts) const;
  std::string page_head(const Asked& asked, const StoreFacts& facts, const ReadAnswer& answer) const;
  void add_age(const Asked& asked, const StoreFacts& facts, http::Response& response) const;
  // A response, once the key's share allows it; `make` is not called when it does not.
  template <class Make>
  http::Response within_share(const Principal& principal, const Parsed<Read>& read, const http::Request& request,
                              Make make);

  const Auth& auth_;
  Catalog& catalog_;
  const Clock& clock_;
  RateLimiter limiter_, code_limiter_;
  PageCache cache_;
};

}  // namespace stoa::api
