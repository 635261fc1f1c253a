// Bodies, parameters and answers that the operator's routes have in common.
#pragma once

#include <expected>

#include "api/params.h"
#include "api/service.h"
#include "base/json.h"
#include "storage/records.h"
#include "tenant/registrar.h"

namespace stoa::api {

// The JSON object of a request: wrong media type 415, not JSON, a repeated key or deeper than 16: 400. Without a body,
// where `optional`, an empty object.
std::expected<json::Object, http::Problem> json_body(const http::Request& request, bool optional = false);

http::Response json_answer(int status, const json::Value& value);
http::Response problem_answer(const http::Problem& problem, const Context& context);
http::Response error_answer(const Error& error, const Context& context);
http::Problem problem_of(const tenant::Refusal& refusal);
http::Problem fields_problem(std::vector<tenant::Fault> faults);
http::Problem job_conflict(std::string code, std::string detail, const storage::JobRecord& job);

// A page of an operator list: the cursor is the last key shown, as base64url.
http::Response list_answer(std::string_view path, std::string_view query, const json::Array& items, std::size_t limit,
                           const std::optional<std::string>& last_key);
// The key of `after`; a fault when it is not ours.
std::string after_key(ParamReader& params);

}  // namespace stoa::api
