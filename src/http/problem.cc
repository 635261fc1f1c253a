#include "http/problem.h"

#include "base/json_text.h"
#include "base/log.h"
#include "base/text.h"

namespace stoa::http {
namespace {

// What is away without a time of its own is asked for again after this long.
constexpr std::chrono::milliseconds kAskAgain{1000};

// What goes into the answer is UTF-8, whatever the client sent us: bytes of text that is not are shown as '?'.
void append_text(std::string& out, std::string_view text) {
  if (valid_utf8(text)) return json::append_string(out, text);
  std::string ascii(text);
  for (char& c : ascii)
    if (static_cast<unsigned char>(c) >= 0x80) c = '?';
  json::append_string(out, ascii);
}

void append_member(std::string& out, std::string_view name, std::string_view text) {
  if (out.back() != '{') out += ',';
  json::append_string(out, name);
  out += ':';
  append_text(out, text);
}

std::string title_of(const Problem& problem) {
  if (!problem.title.empty()) return problem.title;
  std::string title = problem.code;
  for (char& c : title)
    if (c == '-') c = ' ';
  if (!title.empty() && title[0] >= 'a' && title[0] <= 'z') title[0] = char(title[0] - 'a' + 'A');
  return title;
}

void append_fault(std::string& out, const FieldFault& fault) {
  out += '{';
  if (!fault.pointer.empty()) append_member(out, "pointer", fault.pointer);
  if (!fault.parameter.empty()) append_member(out, "parameter", fault.parameter);
  if (!fault.code.empty()) append_member(out, "code", fault.code);
  append_member(out, "detail", fault.detail);
  out += '}';
}

int status_of(const Error& error) {
  // The database refuses the server's own account, not whoever asks.
  if (error.reason == "storage-denied") return 503;
  switch (error.code) {
    case Code::invalid: return 400;
    case Code::denied: return 403;
    case Code::not_found: return 404;
    case Code::conflict: return 409;
    case Code::throttled: return 429;
    case Code::unavailable: return 503;
    case Code::corrupt:
    case Code::cancelled:
    case Code::bug: return 500;
  }
  return 500;
}

}  // namespace

Problem problem_from(const Error& error, std::string_view request_id) {
  Problem problem;
  problem.status = status_of(error);
  problem.code = error.reason.empty() ? std::string(to_string(error.code)) : error.reason;
  const bool ours = error.code == Code::corrupt || error.code == Code::bug;
  if (ours) log::error("request failed", {{"requestId", std::string(request_id)}, {"error", error.what}});
  problem.detail = ours ? "The server could not answer. Its log says why, under this requestId." : error.what;
  problem.retry_after = error.retry_after;
  if (problem.status == 503 && !problem.retry_after) problem.retry_after = kAskAgain;
  return problem;
}

Response to_response(const Problem& problem, std::string_view request_id) {
  std::string body = "{";
  append_member(body, "type", "/problems/" + problem.code);
  append_member(body, "title", title_of(problem));
  body += fmt::format(",\"status\":{}", problem.status);
  if (!problem.detail.empty()) append_member(body, "detail", problem.detail);
  append_member(body, "code", problem.code);
  append_member(body, "requestId", request_id);
  if (!problem.errors.empty()) {
    body += ",\"errors\":[";
    for (const auto& fault : problem.errors) {
      if (body.back() != '[') body += ',';
      append_fault(body, fault);
    }
    body += ']';
  }
  for (const auto& [name, json] : problem.members) {
    body += ',';
    json::append_string(body, name);
    body += ':';
    body += json;
  }
  body += '}';

  Response response = text_response(problem.status, "application/problem+json", std::move(body));
  response.header("Cache-Control", "no-store");
  if (problem.retry_after) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(*problem.retry_after).count();
    response.header("Retry-After", std::to_string(std::max<std::int64_t>(1, seconds)));
  }
  return response;
}

}  // namespace stoa::http
