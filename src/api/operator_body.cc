#include "api/operator_body.h"

#include "api/envelope.h"
#include "api/operator_views.h"
#include "base/text.h"

namespace stoa::api {
namespace {

constexpr std::size_t kDepthMax = 16;

bool is_json_type(std::string_view content_type) {
  const auto type = trim(content_type.substr(0, content_type.find(';')));
  return ascii_iequals(type, "application/json");
}

}  // namespace

std::expected<json::Object, http::Problem> json_body(const http::Request& request, bool optional) {
  if (request.body.empty() && optional) return json::Object();
  if (!is_json_type(request.header("content-type")))
    return std::unexpected(http::Problem{
        .status = 415, .code = "unsupported-media-type", .detail = "send the body as Content-Type: application/json"});
  auto value = json::parse(request.body, kDepthMax);
  if (!value)
    return std::unexpected(http::Problem{.status = 400, .code = "invalid-json", .detail = value.error().what});
  if (!value->is_object())
    return std::unexpected(
        http::Problem{.status = 400, .code = "invalid-json", .detail = "json: the body must be one object"});
  return std::move(value->get_object());
}

http::Response json_answer(int status, const json::Value& value) {
  return http::json_response(status, json::write(value));
}
http::Response problem_answer(const http::Problem& problem, const Context& context) {
  return http::to_response(problem, context.request.request_id);
}
http::Response error_answer(const Error& error, const Context& context) {
  return http::error_response(error, context.request.request_id);
}

http::Problem fields_problem(std::vector<tenant::Fault> faults) {
  http::Problem problem{
      .status = 422,
      .code = "invalid-fields",
      .detail = fmt::format("{} field{} cannot be accepted", faults.size(), faults.size() == 1 ? "" : "s")};
  for (auto& fault : faults)
    problem.errors.push_back({.pointer = std::move(fault.pointer), .detail = std::move(fault.detail)});
  return problem;
}

http::Problem problem_of(const tenant::Refusal& refusal) {
  http::Problem problem{
      .status = refusal.status, .code = refusal.code, .detail = refusal.detail, .retry_after = refusal.retry_after};
  for (const auto& fault : refusal.faults) problem.errors.push_back({.pointer = fault.pointer, .detail = fault.detail});
  if (refusal.job) problem.members.emplace_back("job", json::write(job_link(*refusal.job)));
  return problem;
}

http::Problem job_conflict(std::string code, std::string detail, const storage::JobRecord& job) {
  http::Problem problem{.status = 409, .code = std::move(code), .detail = std::move(detail)};
  problem.members.emplace_back("job", json::write(job_link(job)));
  return problem;
}

http::Response list_answer(std::string_view path, std::string_view query, const json::Array& items, std::size_t limit,
                           const std::optional<std::string>& last_key) {
  ListPage page{.limit = limit};
  for (const auto& item : items) {
    if (!page.items.empty()) page.items += ',';
    page.items += json::write(item);
  }
  if (last_key) page.next = base64_url(*last_key);
  auto response = http::json_response(200, list_body(page));
  if (page.next) add_next_link(response, path, query, *page.next);
  return response;
}

std::string after_key(ParamReader& params) {
  const auto after = params.filled("after");
  if (!after) return {};
  auto key = base64_url_decode(*after);
  if (!key || key->empty() || !valid_utf8(*key)) {
    params.fault("after", "not a cursor of this list: use page.next of the page before");
    return {};
  }
  return *key;
}

}  // namespace stoa::api
