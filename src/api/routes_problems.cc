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
