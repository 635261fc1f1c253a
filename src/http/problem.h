// Errors as the outside sees them: RFC 9457 problem+json, and the one mapping from an Error to a status. Pure
// functions.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "http/message.h"

namespace stoa::http {

struct FieldFault {
  std::string pointer;    // JSON pointer into the body ("/clientKey"), or empty
  std::string parameter;  // query parameter, or empty
  std::string code;       // optional, kebab-case
  std::string detail;     // what is wrong and how to put it right
};

struct Problem {
  int status = 500;
  std::string code;   // kebab-case; also the last segment of `type`, "/problems/<code>"
  std::string title;  // empty: made from the code
  std::string detail;
  std::vector<FieldFault> errors;
  std::optional<std::chrono::milliseconds> retry_after;
  std::vector<std::pair<std::string, std::string>> members;  // further members: name, value as JSON text ("job", "{…}")
};

// status: invalid 400, denied 403 (but "storage-denied", the server's own trouble: 503), not_found 404, conflict 409,
// throttled 429, unavailable 503, others 500. code: error.reason or the code's name. The text of corrupt and bug errors
// goes to the log under the request's id; the client sees a fixed sentence. A 503 always says when to ask again.
Problem problem_from(const Error& error, std::string_view request_id);
Response to_response(const Problem& problem, std::string_view request_id);
inline Response error_response(const Error& error, std::string_view request_id) {
  return to_response(problem_from(error, request_id), request_id);
}

}  // namespace stoa::http
