#include "http/internal/response_head.h"

#include <charconv>

namespace stoa::http::internal {
namespace {

std::string_view reason_of(int status) {
  switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 206: return "Partial Content";
    case 301: return "Moved Permanently";
    case 302: return "Found";
    case 303: return "See Other";
    case 304: return "Not Modified";
    case 307: return "Temporary Redirect";
    case 308: return "Permanent Redirect";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 402: return "Payment Required";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 406: return "Not Acceptable";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 410: return "Gone";
    case 412: return "Precondition Failed";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 417: return "Expectation Failed";
    case 422: return "Unprocessable Content";
    case 423: return "Locked";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    default: return "";  // RFC 9112, 4: the phrase may be empty
  }
}

void append_number(std::string& out, std::size_t number) {
  char digits[20];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

}  // namespace

bool has_body(int status) { return status >= 200 && status != 204 && status != 304; }

void write_head(std::string& out, const Response& response, std::string_view request_id, std::string_view common,
                const Framing& framing) {
  out.assign("HTTP/1.1 ");
  append_number(out, std::size_t(response.status));
  out.append(" ").append(reason_of(response.status));
  out.append("\r\nX-Request-Id: ").append(request_id).append("\r\n");
  out.append(common).append(response.head);
  if (framing.chunked) {
    out.append("Transfer-Encoding: chunked\r\n");
  } else if (has_body(response.status) && !framing.until_close) {
    out.append("Content-Length: ");
    append_number(out, response.body ? response.body->size() : 0);
    out.append("\r\n");
  }
  if (!framing.keep_alive)
    out.append("Connection: close\r\n");
  else if (!framing.http_1_1)
    out.append("Connection: keep-alive\r\n");
  out.append("\r\n");
}

}  // namespace stoa::http::internal
