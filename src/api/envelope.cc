#include "api/envelope.h"

#include "base/json_text.h"

namespace stoa::api {

std::string list_body(const ListPage& page) {
  std::string out;
  out.reserve(page.items.size() + 128 + (page.next ? page.next->size() : 0));
  out += R"({"data":[)";
  out += page.items;
  out += R"(],"page":{"next":)";
  out += page.next ? json::quoted(*page.next) : "null";
  fmt::format_to(std::back_inserter(out), R"(,"limit":{}}},"complete":{})", page.limit, page.reason.empty());
  if (!page.reason.empty()) out += R"(,"reason":)" + json::quoted(page.reason);
  out += '}';
  return out;
}

void add_next_link(http::Response& response, std::string_view path, std::string_view query, const std::string& next) {
  response.header("Link", fmt::format("<{}?{}{}after={}>; rel=\"next\"", path, query, query.empty() ? "" : "&", next));
}

}  // namespace stoa::api
