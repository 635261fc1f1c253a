// What the control routes share: bodies, ids, answers, and finding the shop of a path.
#pragma once

#include "base/json.h"
#include "base/text.h"
#include "http/problem.h"
#include "http/router.h"
#include "sandbox/sandbox.h"
#include "sandbox/shop.h"

namespace stoa::sandbox {

// Routes of the files library.
void add_file_routes(http::Router& router, Sandbox& sandbox, World& world);
// Routes of blogs, articles and discounts.
void add_content_routes(http::Router& router, Sandbox& sandbox, World& world);

inline http::Response answer_json(int status, const json::Value& body) {
  return http::json_response(status, json::write(body));
}
inline http::Response failed(const Error& error, const http::Request& request) {
  return http::error_response(error, request.request_id);
}

// "" is an empty object.
inline Result<json::Object> read_body(const http::Request& request) {
  if (request.body.empty()) return json::Object();
  STOA_TRY_ASSIGN(auto parsed, json::parse(request.body));
  if (!parsed.is_object()) return fail(Code::invalid, "body: not an object");
  return parsed.get_object();
}

inline Result<std::int64_t> read_id(const std::string& text) {
  if (const auto id = parse_gid(text)) return id->id;
  if (const auto id = parse_int(text)) return *id;
  return fail(Code::invalid, "id: '{}', wanted a number or a gid", text);
}

// A handler for one shop: finds it, reads the body, maps errors. `handler` takes Shop&, json::Object, Params and
// answers a Result<http::Response>.
template <class F>
http::Handler shop_handler(Sandbox& sandbox, F handler) {
  return [&sandbox, handler](const http::Request& request, const http::Params& params) -> http::Response {
    Shop* shop = sandbox.shop(params["name"]);
    if (!shop) return failed(error(Code::not_found, "control: no shop '{}'", params["name"]), request);
    const auto body = read_body(request);
    if (!body) return failed(body.error(), request);
    Result<http::Response> response = handler(*shop, *body, params);
    return response ? std::move(*response) : failed(response.error(), request);
  };
}

}  // namespace stoa::sandbox
