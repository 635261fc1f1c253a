#include "http/message.h"

#include "base/text.h"

namespace stoa::http {

std::string_view Request::header(std::string_view name) const {
  for (const auto& [key, value] : headers)
    if (key.size() == name.size() && ascii_iequals(key, name)) return value;
  return {};
}

Response& Response::header(std::string_view name, std::string_view value) {
  head.append(name).append(": ");
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    head += (byte < 0x20 && c != '\t') || byte == 0x7F ? ' ' : c;
  }
  head += "\r\n";
  return *this;
}

Response text_response(int status, std::string_view content_type, std::string body) {
  Response response;
  response.status = status;
  response.header("Content-Type", content_type);
  response.body = std::make_shared<const std::string>(std::move(body));
  return response;
}

Response json_response(int status, std::string body) {
  return text_response(status, "application/json; charset=utf-8", std::move(body));
}

}  // namespace stoa::http
