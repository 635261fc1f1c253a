// GET /v1/stores/{store}/media, …/{id}, …/{id}/content, and /m/{token}/{sha256}
#include "api/routes_media.h"

#include <array>
#include <mutex>
#include <unordered_map>

#include "api/content_urls.h"
#include "api/policy.h"
#include "api/read_route.h"
#include "api/routes.h"
#include "http/problem.h"

namespace stoa::api {
namespace {

using model::Kind;
constexpr std::array kFormats{std::string_view("webp"), std::string_view("jpeg"), std::string_view("png")};
constexpr std::string_view kForever = "public, max-age=31536000, immutable";
constexpr std::string_view kCheckAgain = "private, max-age=0, must-revalidate";

Parsed<Rendition> parse_rendition(std::string_view query) {
  ParamReader in(query);
  Rendition out;
  if (const auto text = in.filled("width")) {
    const auto width = parse_int(*text);
    if (!width || *width < 1)
      in.fault("width", "not a width: use a number of pixels, 1 or more");
    else
      out.width = media::ladder_width(*width);
  }
  out.format = in.one_of("format", kFormats);
  if (auto problem = in.problem()) return std::unexpected(std::move(*problem));
  return out;
}

http::Response not_there(std::string_view reason, std::string_view what, std::string_view request_id) {
  return http::error_response(error(Code::not_found, "{}", what).because(reason), request_id);
}

// Of what is not stored: Shopify has it, if it is to be had at all. A refused one is not sent anybody to.
http::Response without_bytes(const std::string& body, const http::Request& request) {
  const auto record = media::record_of(body);
  const auto url = media::source_url(body);
  const bool too_much = record.reason == "too-large" || record.reason == "too-many-pixels" || record.reason == "ratio";
  if (url.empty() || (record.state == media::kRefused && !too_much))
    return not_there("media-has-no-content",
                     fmt::format("there are no bytes of it: {} {}", record.state, record.reason), request.request_id);
  http::Response response;
  response.status = 302;
  response.header("Location", url).header("Cache-Control", "no-store");
  return response;
}

// Which store a token names. Memory only; what is not known is looked for among all stores at most once a second.
class Tokens {
 public:
  Tokens(storage::Registry& registry, const Clock& clock) : registry_(registry), clock_(clock) {}

  std::shared_ptr<storage::StoreHandle> store(const std::string& token) {
    const std::lock_guard lock(mutex_);
    if (auto found = look_up(token)) return found;
    const auto now = clock_.mono();
    if (read_at_ && now - *read_at_ < std::chrono::seconds(1)) return nullptr;
    read_at_ = now;
    by_token_.clear();
    for (const auto& each : registry_.stores()) by_token_[media_token(*each->entry())] = each->key().str();
    return look_up(token);
  }

 private:
  std::shared_ptr<storage::StoreHandle> look_up(const std::string& token) {
    const auto key = by_token_.find(token);
    if (key == by_token_.end()) return nullptr;
    auto found = registry_.resolve({.client_key = key->second});
    // Registered anew under its old name, it has another token.
    return found && media_token(*(*found)->entry()) == token ? std::move(*found) : nullptr;
  }

  storage::Registry& registry_;
  const Clock& clock_;
  std::mutex mutex_;
  std::unordered_map<std::string, std::string> by_token_;  // to clientKey
  std::optional<Tick> read_at_;
};

// One whose bytes have that name; nothing when none is there.
Result<std::optional<media::Record>> record_of_hash(storage::StoreHandle& store, const std::string& sha256) {
  if (!storage::is_blob_name(sha256)) return std::nullopt;
  storage::Query query{.kind = Kind::media, .all = {{.field = "sha256", .values = {sha256}}}, .limit = 1};
  STOA_TRY_ASSIGN(const auto page, store.query(query));
  if (page.documents.empty()) return std::nullopt;
  return media::record_of(page.documents.front().body);
}

http::Response content_of(Service& service, const MediaDeps& deps, const Context& context) {
  const auto& request = context.request;
  const auto store = service.auth().store(context.principal, context.params["store"]);
  if (!store) return http::error_response(store.error(), request.request_id);
  const auto wanted = parse_rendition(request.query);
  if (!wanted) return http::to_response(wanted.error(), request.request_id);
  const auto id = parse_object_id(Kind::media, context.params["id"]);
  const auto found = id ? (*store)->get(Kind::media, *id) : Result<std::optional<storage::Stored>>(std::nullopt);
  if (!found) return http::error_response(found.error(), request.request_id);
  const auto audience = context.principal.audience();
  if (!*found || !visible(Kind::media, audience, parse_policy(*(*store)->entry()), (*found)->body, deps.clock.wall()))
    return not_there("media-not-found", "there is no such media", request.request_id);
  const auto record = media::record_of((*found)->body);
  if (record.state != media::kStored) return without_bytes((*found)->body, request);
  return deps.server.serve(**store, record, *wanted, request, kCheckAgain);
}

}  // namespace

void add_media_routes(Service& service) {
  service.add_read("/media", [](const http::Params&, std::string_view text) -> Parsed<Read> {
    auto query = parse_media_query(text);
    if (!query) return std::unexpected(std::move(query.error()));
    return list_read(kOfMedia, "/media", std::move(*query),
                     [](const StoreReader& in, const MediaQuery& q) { return in.media(q); });
  });
  add_by_id(service, Kind::media, kOfMedia);
}

void add_media_content_routes(Service& service, const MediaDeps& deps) {
  service.add_operator(http::Method::get, "/v1/stores/{store}/media/{id}/content",
                       [&service, deps](const Context& context) { return content_of(service, deps, context); },
                       {.read_keys = true, .parameters = true});
  const auto tokens = std::make_shared<Tokens>(deps.registry, deps.clock);
  service.add_public(http::Method::get, "/m/{token}/{sha256}",
                     [deps, tokens](const http::Request& request, const http::Params& params) {
                       const auto gone = [&] {
                         return not_there("media-not-found", "there is no such media", request.request_id);
                       };
                       const auto wanted = parse_rendition(request.query);
                       if (!wanted) return http::to_response(wanted.error(), request.request_id);
                       const auto store = tokens->store(params["token"]);
                       if (!store) return gone();
                       const auto record = record_of_hash(*store, params["sha256"]);
                       if (!record) return http::error_response(record.error(), request.request_id);
                       if (!*record) return gone();
                       return deps.server.serve(*store, **record, *wanted, request, kForever);
                     });
}

}  // namespace stoa::api
