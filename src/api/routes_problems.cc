// GET /problems/{code}: what `type` of an error answer resolves to.
#include <array>

#include "api/routes.h"
#include "api/service.h"
#include "base/json.h"
#include "http/problem.h"

namespace stoa::api {
namespace {
struct KnownProblem {
  std::string_view code;
  int status;
  std::string_view cause, fix;
};

constexpr KnownProblem kProblems[] = {
    {"unauthorized", 401, "The request has no credential, or one that is unknown or revoked.",
     "Send `Authorization: Bearer <key>` with a read key of the store, or the operator token."},
    {"operator-only", 403, "A read key asked for something that only an operator may see or do.",
     "Use the operator token, or leave out the parameter that goes beyond the default."},
    {"store-not-found", 404, "There is no store of that name, or the key belongs to another one.",
     "Check the clientKey or shop domain; a read key opens its own store only."},
    {"product-not-found", 404, "There is no such product, or it may not be seen with this key.",
     "Check the id or handle; drafts, archived and unpublished products need the operator token."},
    {"collection-not-found", 404, "There is no such collection.", "Check the id or handle."},
    {"blog-not-found", 404, "There is no such blog.", "Check the id or handle."},
    {"article-not-found", 404, "There is no such article, or it may not be seen with this key.",
     "Check the id or handle; drafts and scheduled articles need the operator token."},
    {"discount-not-found", 404, "There is no such discount, or it may not be seen with this key.",
     "Check the id (its gid) or code; what is not active, and discounts with codes by id, need the operator token."},
    {"media-not-found", 404, "There is no such file or image, or it may not be seen with this key.",
     "Check the id (its gid, or the URL of an image without one); files that are no media need the operator token."},
    {"media-has-no-content", 404, "The file has no bytes that could be served: see `state` and `reason` of it.",
     "Show it from where it is hosted (an external video), or put another file in its place at Shopify."},
    {"image-not-resizable", 422, "The image cannot be decoded within the limits of media.*.",
     "Ask for the original, without width and format."},
    {"images-busy", 503, "As many images are being resized or sent as the server can take.",
     "Repeat after Retry-After seconds."},
    {"codes-not-mirrored", 404,
     "No mirrored code is this one, but some discount has more codes than are mirrored (discounts.codes_max).",
     "Ask Shopify for this code, or raise discounts.codes_max and sync discounts again."},
    {"kind-not-mirrored", 404, "This server does not mirror that kind of thing.",
     "Name the kind in sync.further_kinds of its configuration and start it again; the next sync brings it."},
    {"page-not-found", 404, "There is no such page, or it may not be seen with this key.",
     "Check the id or handle; a read key sees published pages only."},
    {"menu-not-found", 404, "There is no such menu.", "Check the id or handle."},
    {"metaobject-not-found", 404, "There is no such metaobject, or it may not be seen with this key.",
     "Check the id, or type and handle; a read key sees what its definition lets storefronts read, and no drafts."},
    {"theme-not-found", 404, "There is no such theme, or it may not be seen with this key.",
     "Check the id, or use `main`; a read key sees the main theme only."},
    {"template-not-found", 404, "The theme has no JSON template of that name, or its files are not mirrored.",
     "Use a name that stands in `templates` of the theme; name a theme that is not the main one in settings.themes."},
    {"not-synced-yet", 503, "The store's first sync has not ended, so whether the object exists is not known.",
     "Ask again after Retry-After seconds."},
    {"route-not-found", 404, "There is no such route.", "Check the path; reads are below /v1/stores/{store}."},
    {"method-not-allowed", 405, "The route exists, but not for this method.",
     "Use a method that the Allow header lists."},
    {"bad-path", 400, "The path is not valid percent-encoded UTF-8.", "Encode each segment of the path once."},
    {"invalid-parameter", 400, "One or more query parameters are unknown or have a bad value.",
     "See `errors`: each names a parameter and what is wanted."},
    {"invalid-cursor", 400, "The cursor was made for another store, route, filter or sort, or is damaged.",
     "Start again without `after`, and keep all other parameters but limit and fields the same between pages."},
    {"invalid", 400, "The request is wrong; repeating it will not help.", "See `detail`."},
    {"rate-limited", 429, "The key has used its share of requests.",
     "Wait as Retry-After says; RateLimit tells what is left."},
    {"unavailable", 503, "The server cannot answer right now.",
     "Retry with backoff, after Retry-After when it is given."},
    {"bug", 500, "The server made a mistake.", "Report it with the requestId; the log has the cause."},
    {"corrupt", 500, "Stored data is not what was written.",
     "Look into the log for the requestId and restore the store, or sync it again."},
    {"invalid-fields", 422, "Fields of the body are missing, unknown or wrong.",
     "See `errors`: each names a field by JSON pointer and what is wanted."},
    {"client-key-taken", 409, "This clientKey belongs to another shop.",
     "Choose another clientKey, or remove the store that holds it."},
    {"shop-taken", 409, "This shop is registered under another clientKey.", "Use that clientKey, or remove its store."},
    {"database-not-ours", 409, "A database or file of that name exists that Stoa did not make.",
     "Choose another clientKey, or move the database away yourself."},
    {"store-paused", 409, "The store is paused, so nothing is asked of its shop.", "Resume it first."},
    {"auth-failed", 409, "The shop refused the store's credentials.",
     "Give new ones with PATCH /api/config/clients/{clientKey}."},
    {"uninstalled", 409, "The app was uninstalled from the shop.",
     "Install it again, then give new credentials with PATCH /api/config/clients/{clientKey}."},
    {"store-deleting", 409, "The store is being removed.", "Wait for the job in `job` to end, then repeat."},
    {"sync-under-way", 409, "That very sync is queued or running.", "Follow the job in `job`."},
    {"job-ended", 409, "The job has ended, so it cannot be cancelled.", "Nothing is left to do."},
    {"not-cancellable", 409, "A removal cannot be cancelled.", "Wait for it to end, then register the store again."},
    {"no-refused-sweep", 409, "The job has no refused sweep of that kind.",
     "See `kinds` of the job for what was refused."},
    {"count-differs", 409, "The sweep would delete another number than the one confirmed.",
     "Read the job again and confirm exactly its `wouldDelete`."},
    {"superseded", 409, "A later sync has made the refused sweep void.", "See that later job."},
    {"conflict", 409, "The request does not fit the present state.", "See `detail`."},
    {"token-refused", 422, "The shop refused the credentials: revoked, mistyped, or another shop's.",
     "Give the Admin API token that belongs to this shop."},
    {"shop-not-found", 422, "No shop answers at this address.", "Check the base URL."},
    {"shop-frozen", 422, "Shopify has frozen the shop for an unpaid bill.", "Its owner has to settle it; then repeat."},
    {"shop-locked", 422, "Shopify has locked the shop.", "Its owner has to contact Shopify; then repeat."},
    {"access-denied", 422, "The credentials may not read the shop.", "Grant the app its access scopes."},
    {"security-rejection", 422, "Shopify took the request for an attack.", "Wait some minutes and repeat."},
    {"another-shop", 422, "The two URLs, or the credentials and the store, belong to different shops.",
     "Name one shop, with its own credentials."},
    {"not-a-shop", 422, "What answers at this address names no *.myshopify.com domain.", "Check the base URL."},
    {"base-url-not-allowed", 422, "The store's base URL is no longer allowed.",
     "List its host in shopify.extra_hosts, or register the store with another URL."},
    {"shop-unavailable", 503, "The shop gave no usable answer in time.", "Repeat after Retry-After seconds."},
    {"storage-unavailable", 503, "The database cannot take this now.", "Repeat after Retry-After seconds."},
    {"storage-io", 503, "The database cannot be read or written.", "Look at the disk and the server's log."},
    {"no-room", 503, "No deployment has room for another store.",
     "The detail names the limit and the setting that moves it; or add a cell ([[storage.cells]])."},
    {"storage-denied", 503, "The database refuses the server's account.",
     "Give the account the roles in docs/operating.md."},
    {"storage-full", 503, "The disk is full.", "Make room, then repeat."},
    {"invalid-json", 400, "The body is not one JSON object, repeats a key, or is nested too deeply.", "See `detail`."},
    {"unsupported-media-type", 415, "The body is not declared as JSON.", "Send Content-Type: application/json."},
    {"body-too-large", 413, "The body is larger than this route takes.", "Send less; see `detail`."},
    {"malformed-request", 400, "The request is not HTTP as RFC 9112 has it.", "See `detail`."},
    {"request-timeout", 408, "The request did not arrive in time.", "Repeat it."},
    {"target-too-long", 414, "The path and query are longer than the server takes.", "Ask for fewer values at once."},
    {"expectation-failed", 417, "The Expect header asks for something unknown.", "Send 100-continue, or no Expect."},
    {"too-many-headers", 431, "The request has more headers than the server takes.", "Send fewer."},
    {"transfer-coding-not-supported", 501, "The body has an unknown transfer coding.", "Send it plain or chunked."},
    {"internal-error", 500, "The server made a mistake.", "Report it with the requestId; the log has the cause."},
    {"headers-too-large", 431, "The request's head is larger than the server takes.", "Send fewer or shorter headers."},
    {"overloaded", 503, "The server has as much to do as it can take.", "Repeat after Retry-After seconds."},
    {"not-found", 404, "There is nothing of that name.", "See `detail`."},
    {"job-not-found", 404, "There is no such job, or it is older than jobs are kept.", "Check the id."},
    {"user-exists", 409, "The store's database has a user of that name.",
     "Revoke its access first, or choose another name."},
    {"user-not-found", 404, "The store's database has no such user that Stoa made.",
     "Check the name with GET /api/stores/{store}/access."},
    {"mongodb-only", 400, "Stores that are kept in SQLite have no database users.",
     "Give the app a read key, or keep the stores in MongoDB (storage.url)."},
    {"key-not-found", 404, "The store has no such read key.", "Check the id with GET /api/stores/{store}/keys."},
};

const KnownProblem* find_problem(std::string_view code) {
  const auto found = std::ranges::find(kProblems, code, &KnownProblem::code);
  return found == std::end(kProblems) ? nullptr : &*found;
}

http::Response show_problem(const http::Request& request, const http::Params& params) {
  const auto* known = find_problem(params["code"]);
  if (known == nullptr)
    return http::error_response(error(Code::not_found, "there is no such problem").because("route-not-found"),
                                request.request_id);
  json::Object out;
  out["code"] = known->code;
  out["status"] = known->status;
  out["cause"] = known->cause;
  out["fix"] = known->fix;
  return http::json_response(200, json::write(out));
}
}  // namespace

void add_problem_routes(Service& service) {
  service.add_public_in_memory(http::Method::get, "/problems/{code}", show_problem);
}

}  // namespace stoa::api
