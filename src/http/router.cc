#include "http/router.h"

#include <algorithm>
#include <set>

#include "base/text.h"

namespace stoa::http {
namespace {

// The segments of a path or pattern that starts with '/'. "/" has none.
std::vector<std::string_view> segments_of(std::string_view path) {
  path.remove_prefix(1);
  if (path.empty()) return {};
  return split(path, '/');
}

bool is_parameter(std::string_view segment) { return segment.starts_with('{') && segment.ends_with('}'); }
bool is_rest(std::string_view segment) { return is_parameter(segment) && segment.ends_with("...}"); }
std::string_view name_of(std::string_view segment) {
  return segment.substr(1, segment.size() - (is_rest(segment) ? 5 : 2));
}

std::string_view name_of(Method method) {
  switch (method) {
    case Method::get: return "GET";
    case Method::head: return "HEAD";
    case Method::post: return "POST";
    case Method::put: return "PUT";
    case Method::patch: return "PATCH";
    case Method::del: return "DELETE";
    case Method::options: return "OPTIONS";
    case Method::other: return "";
  }
  return "";
}

// The values of the parameters that led to a node, in the pattern's order.
using Values = std::vector<std::string>;

// Walks the tree in order of preference. The first leaf with a route for the method wins; the others say what is
// allowed.
template <class Node>
class Search {
 public:
  Search(Method method, const std::vector<std::string>& segments) : method_(method), segments_(segments) {}

  bool visit(const Node& node, std::size_t depth) {
    if (depth == segments_.size()) return leaf(node);
    if (const auto next = node.literal.find(segments_[depth]); next != node.literal.end())
      if (visit(*next->second, depth + 1)) return true;
    if (node.any) {
      values_.push_back(segments_[depth]);
      if (visit(*node.any, depth + 1)) return true;
      values_.pop_back();
    }
    if (node.rest) {
      std::string rest = segments_[depth];
      for (auto i = depth + 1; i < segments_.size(); ++i) rest.append("/").append(segments_[i]);
      values_.push_back(std::move(rest));
      if (leaf(*node.rest)) return true;
      values_.pop_back();
    }
    return false;
  }

  const Route* route() const { return route_; }
  Values& values() { return values_; }
  const std::set<Method>& allowed() const { return allowed_; }

 private:
  bool leaf(const Node& node) {
    auto found = node.routes.find(method_);
    if (found == node.routes.end() && method_ == Method::head) found = node.routes.find(Method::get);
    if (found != node.routes.end()) {
      route_ = &found->second;
      return true;
    }
    for (const auto& [method, route] : node.routes) {
      allowed_.insert(method);
      if (method == Method::get) allowed_.insert(Method::head);
    }
    return false;
  }

  const Method method_;
  const std::vector<std::string>& segments_;
  const Route* route_ = nullptr;
  Values values_;
  std::set<Method> allowed_;
};

}  // namespace

const std::string& Params::operator[](std::string_view name) const {
  const auto found = std::ranges::find(values_, name, &std::pair<std::string_view, std::string>::first);
  STOA_CHECK(found != values_.end(), "a handler asked for a parameter that its pattern does not have");
  return found->second;
}

void Router::add(Method method, std::string pattern, Handler handler) {
  STOA_CHECK(pattern.starts_with('/'), "a pattern starts with '/'");
  Node* node = &root_;
  const auto segments = segments_of(pattern);
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const auto segment = segments[i];
    STOA_CHECK(!segment.empty(), "a pattern has no empty segment");
    STOA_CHECK(!is_rest(segment) || i + 1 == segments.size(), "{name...} is the last segment");
    auto& next = is_rest(segment)        ? node->rest
                 : is_parameter(segment) ? node->any
                                         : node->literal[std::string(segment)];
    if (!next) next = std::make_unique<Node>();
    node = next.get();
  }
  const bool added = node->routes.try_emplace(method, Route{method, std::move(pattern), std::move(handler)}).second;
  STOA_CHECK(added, "one method and path has one handler");
}

Router::Match Router::match(Method method, std::string_view path) const {
  Match match;
  if (!path.starts_with('/')) return match;
  std::vector<std::string> segments;
  bool empty_segment = false;
  for (const auto raw : segments_of(path)) {
    auto decoded = percent_decode(raw, false);
    if (!decoded) {
      match.bad_path = true;
      return match;
    }
    empty_segment |= decoded->empty();
    segments.push_back(std::move(*decoded));
  }
  if (empty_segment) return match;

  Search<Node> search(method, segments);
  if (search.visit(root_, 0)) {
    match.route = search.route();
    auto value = search.values().begin();
    for (const auto segment : segments_of(match.route->pattern))
      if (is_parameter(segment)) match.params.add(name_of(segment), std::move(*value++));
  } else {
    for (const auto allowed : search.allowed()) {
      if (!match.allow.empty()) match.allow += ", ";
      match.allow += name_of(allowed);
    }
  }
  return match;
}

std::optional<std::vector<std::pair<std::string, std::string>>> parse_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> parameters;
  for (const auto part : split(query, '&')) {
    if (part.empty()) continue;
    const auto equals = part.find('=');
    auto name = percent_decode(part.substr(0, equals), true);
    auto value = percent_decode(equals == std::string_view::npos ? std::string_view() : part.substr(equals + 1), true);
    if (!name || !value) return std::nullopt;
    parameters.emplace_back(std::move(*name), std::move(*value));
  }
  return parameters;
}

}  // namespace stoa::http
