#include "http/client.h"

#include <curl/curl.h>
#include <sys/socket.h>

#include <atomic>
#include <list>
#include <mutex>

#include "base/text.h"
#include "http/client_address.h"

namespace stoa::http {
namespace {

// libcurl's handles, ended by its own functions.
struct CurlEnd {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  void operator()(char* text) const { curl_free(text); }
};
template <class T>
using CurlPtr = std::unique_ptr<T, CurlEnd>;

constexpr std::size_t kHeaderBytesMax = 256 * 1024;

std::string url_part(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, CURLU_DEFAULT_PORT) != CURLUE_OK) return {};
  return CurlPtr<char>(text).get();
}

struct Target {
  CurlPtr<CURLU> url;
  std::string origin;  // scheme://host:port
};

// The URL is not repeated in errors: its query may hold a secret.
Result<Target> parse_target(const std::string& url) {
  Target target{CurlPtr<CURLU>(curl_url()), {}};
  const auto status = curl_url_set(target.url.get(), CURLUPART_URL, url.c_str(), CURLU_PATH_AS_IS);
  if (status != CURLUE_OK) return fail(Code::invalid, "http client: bad URL: {}", curl_url_strerror(status));
  const auto scheme = url_part(target.url.get(), CURLUPART_SCHEME);
  if (scheme != "http" && scheme != "https")
    return fail(Code::invalid, "http client: scheme not allowed: '{}', wanted http or https", scheme);
  if (!url_part(target.url.get(), CURLUPART_USER).empty() || !url_part(target.url.get(), CURLUPART_PASSWORD).empty())
    return fail(Code::invalid, "http client: a URL must not carry a user or password");
  target.origin = fmt::format("{}://{}:{}", scheme, ascii_lower(url_part(target.url.get(), CURLUPART_HOST)),
                              url_part(target.url.get(), CURLUPART_PORT));
  return target;
}

// One exchange: what libcurl's callbacks fill.
struct Exchange {
  const ClientRequest& request;
  std::string origin;
  ClientResponse response;
  std::size_t header_bytes = 0;
  std::size_t body_bytes = 0;
  bool too_large = false;
  bool blocked = false;
  std::optional<Error> refused = std::nullopt;  // by on_body
  const std::atomic<bool>& stopped;
};

std::size_t on_body(char* bytes, std::size_t, std::size_t count, void* context) {
  auto& exchange = *static_cast<Exchange*>(context);
  if (count > exchange.request.body_bytes_max - exchange.body_bytes) {
    exchange.too_large = true;
    return 0;
  }
  exchange.body_bytes += count;
  if (!exchange.request.on_body) {
    exchange.response.body.append(bytes, count);
    return count;
  }
  if (auto taken = exchange.request.on_body(exchange.response, {bytes, count}); !taken) {
    exchange.refused = std::move(taken).error();
    return 0;
  }
  return count;
}

std::size_t on_header(char* bytes, std::size_t, std::size_t count, void* context) {
  auto& exchange = *static_cast<Exchange*>(context);
  exchange.header_bytes += count;
  if (exchange.header_bytes > kHeaderBytesMax) {
    exchange.too_large = true;
    return 0;
  }
  std::string_view line(bytes, count);
  if (line.starts_with("HTTP/")) {  // of a final response, maybe after a 100
    exchange.response.headers.clear();
    exchange.response.status = int(parse_int(line.substr(line.find(' ') + 1).substr(0, 3)).value_or(0));
  }
  while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
  if (const auto colon = line.find(':'); colon != std::string_view::npos)
    exchange.response.headers.emplace_back(ascii_lower(line.substr(0, colon)),
                                           std::string(trim(line.substr(colon + 1))));
  return count;
}

curl_socket_t on_open_socket(void* context, curlsocktype, curl_sockaddr* address) {
  auto& exchange = *static_cast<Exchange*>(context);
  if (!exchange.request.private_addresses && !public_address(address->addr)) {
    exchange.blocked = true;
    return CURL_SOCKET_BAD;
  }
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

// Called at least once a second; other than 0 ends the exchange.
int on_progress(void* context, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<Exchange*>(context)->stopped ? 1 : 0;
}

bool plain_line(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

Result<CurlPtr<curl_slist>> header_list(const ClientRequest& request) {
  CurlPtr<curl_slist> list;
  const auto add = [&](const std::string& line) {
    curl_slist* longer = curl_slist_append(list.get(), line.c_str());
    if (longer != nullptr) {
      (void)list.release();
      list.reset(longer);
    }
  };
  bool typed = false;
  if (!request.decode) add("Accept-Encoding: identity");
  for (const auto& [name, value] : request.headers) {
    if (!plain_line(name) || !plain_line(value))
      return fail(Code::invalid, "http client: header '{}' has a line break in it", ascii_lower(name).substr(0, 40));
    typed |= ascii_iequals(name, "content-type");
    add(value.empty() ? name + ";" : name + ": " + value);  // "name;" is libcurl's way to send an empty one
  }
  add("Expect:");  // no waiting for "100 Continue"
  if (!typed) add("Content-Type:");
  return list;
}

void set_up(CURL* curl, Exchange& exchange, const Target& target, curl_slist* headers, const ClientOptions& options) {
  const auto& request = exchange.request;
  const auto set = [curl](CURLoption option, auto value) { curl_easy_setopt(curl, option, value); };
  set(CURLOPT_CURLU, target.url.get());
  set(CURLOPT_PATH_AS_IS, 1L);
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_HTTP_VERSION, long(CURL_HTTP_VERSION_1_1));
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_PROXY, "");
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_SSL_VERIFYPEER, 1L);
  set(CURLOPT_SSL_VERIFYHOST, 2L);
  set(CURLOPT_SSLVERSION, long(CURL_SSLVERSION_TLSv1_2));
  if (request.decode)
    set(CURLOPT_ACCEPT_ENCODING, "");  // all that libcurl decodes: gzip, deflate, br
  else
    set(CURLOPT_HTTP_CONTENT_DECODING, 0L);
  set(CURLOPT_USERAGENT, options.user_agent.c_str());
  set(CURLOPT_HTTPHEADER, headers);

  set(CURLOPT_TIMEOUT_MS, long(request.timeout.count()));
  set(CURLOPT_CONNECTTIMEOUT_MS, long(request.connect_timeout.count()));
  set(CURLOPT_LOW_SPEED_LIMIT, long(options.low_speed_bytes));
  set(CURLOPT_LOW_SPEED_TIME, long(options.low_speed_time.count()));

  set(CURLOPT_NOPROGRESS, 0L);
  set(CURLOPT_XFERINFOFUNCTION, on_progress);
  set(CURLOPT_XFERINFODATA, &exchange);
  set(CURLOPT_WRITEFUNCTION, on_body);
  set(CURLOPT_WRITEDATA, &exchange);
  set(CURLOPT_HEADERFUNCTION, on_header);
  set(CURLOPT_HEADERDATA, &exchange);
  set(CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
  set(CURLOPT_OPENSOCKETDATA, &exchange);

  const bool has_body =
      !request.body.empty() || request.method == "POST" || request.method == "PUT" || request.method == "PATCH";
  if (has_body) {
    set(CURLOPT_POSTFIELDS, request.body.c_str());
    set(CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(request.body.size()));
  }
  if (request.method == "HEAD") set(CURLOPT_NOBODY, 1L);
  if (request.method != (has_body ? "POST" : "GET") && request.method != "HEAD")
    set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
}

bool connected(CURL* curl) {
  curl_off_t microseconds = 0;
  curl_easy_getinfo(curl, CURLINFO_PRETRANSFER_TIME_T, &microseconds);
  return microseconds > 0;
}

Error error_of(CURL* curl, CURLcode status, const Exchange& exchange) {
  const auto make = [&](Code code, std::string_view reason, std::string_view what) {
    return error(code, "http client: {}: {}", exchange.origin, what).because(reason);
  };
  if (exchange.too_large)
    return make(Code::invalid, "response-too-large",
                fmt::format("response larger than {} bytes", exchange.request.body_bytes_max));
  switch (status) {
    case CURLE_ABORTED_BY_CALLBACK: return make(Code::cancelled, "", "stopped");
    case CURLE_OPERATION_TIMEDOUT:
      if (connected(curl)) return make(Code::unavailable, "timeout", "no complete response in time");
      return make(Code::unavailable, "connect", "no connection in time");
    case CURLE_COULDNT_CONNECT:
      if (exchange.blocked)
        return make(Code::invalid, "blocked-address", "the host's address is private or reserved, wanted a public one");
      return make(Code::unavailable, "connect", "cannot connect");
    case CURLE_COULDNT_RESOLVE_HOST: return make(Code::unavailable, "connect", "cannot resolve the host");
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS: return make(Code::unavailable, "tls", curl_easy_strerror(status));
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR: return make(Code::unavailable, "reset", "the connection broke");
    case CURLE_OUT_OF_MEMORY: return make(Code::unavailable, "", "out of memory");
    default: return make(Code::unavailable, "cut", curl_easy_strerror(status));
  }
}

// Handles at rest, each with its open connection. Thread-safe. A handle goes only to requests of the same key.
class HandlePool {
 public:
  explicit HandlePool(std::size_t idle_max) : idle_max_(idle_max) {}

  CurlPtr<CURL> take(const std::string& key) {
    const std::lock_guard lock(mutex_);
    const auto found = std::ranges::find(idle_, key, &Idle::key);
    if (found == idle_.end()) return CurlPtr<CURL>(curl_easy_init());
    auto handle = std::move(found->handle);
    idle_.erase(found);
    return handle;
  }

  void put(std::string key, CurlPtr<CURL> handle) {
    curl_easy_reset(handle.get());  // keeps connections, DNS and TLS sessions; forgets headers
    CurlPtr<CURL> dropped;          // closed outside the lock
    const std::lock_guard lock(mutex_);
    idle_.push_front({std::move(key), std::move(handle)});
    if (idle_.size() > idle_max_) {
      dropped = std::move(idle_.back().handle);
      idle_.pop_back();
    }
  }

 private:
  struct Idle {
    std::string key;
    CurlPtr<CURL> handle;
  };
  const std::size_t idle_max_;
  std::mutex mutex_;
  std::list<Idle> idle_;  // last used first
};

class CurlClient final : public Client {
 public:
  explicit CurlClient(const ClientOptions& options) : options_(options), pool_(options.idle_connections_max) {
    static const auto kStarted = curl_global_init(CURL_GLOBAL_DEFAULT);
    STOA_CHECK(kStarted == CURLE_OK, "libcurl starts");
  }

  Result<ClientResponse> send(const ClientRequest& request) override {
    STOA_TRY_ASSIGN(const auto target, parse_target(request.url));
    STOA_TRY_ASSIGN(const auto headers, header_list(request));
    // A connection to a private address must not serve a request that may not make one.
    auto key = fmt::format("{} {}", target.origin, request.private_addresses);
    auto handle = pool_.take(key);
    if (!handle) return fail(Code::unavailable, "http client: libcurl has no handle: out of memory");
    Exchange exchange{.request = request, .origin = target.origin, .response = {}, .stopped = stopped_};
    set_up(handle.get(), exchange, target, headers.get(), options_);
    const auto status = curl_easy_perform(handle.get());
    if (status != CURLE_OK) {
      auto failure = exchange.refused ? std::move(*exchange.refused) : error_of(handle.get(), status, exchange);
      pool_.put(std::move(key), std::move(handle));
      return fail(std::move(failure));
    }
    long code = 0;
    curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &code);
    exchange.response.status = int(code);
    pool_.put(std::move(key), std::move(handle));
    return std::move(exchange.response);
  }

  void stop() override { stopped_ = true; }

 private:
  const ClientOptions options_;
  std::atomic<bool> stopped_ = false;
  HandlePool pool_;
};

}  // namespace

std::string_view ClientResponse::header(std::string_view lower_name) const {
  for (const auto& [name, value] : headers)
    if (name == lower_name) return value;
  return {};
}

std::unique_ptr<Client> Client::make(const ClientOptions& options) { return std::make_unique<CurlClient>(options); }

}  // namespace stoa::http
