// Paths to handlers. Built once, then read-only: thread-safe.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.h"
#include "http/problem.h"

namespace stoa::http {

// The decoded values of a pattern's {names}.
class Params {
 public:
  const std::string& operator[](std::string_view name) const;  // CHECKs that the pattern has it
  void add(std::string_view name, std::string value) { values_.emplace_back(name, std::move(value)); }

 private:
  std::vector<std::pair<std::string_view, std::string>> values_;
};

using Handler = std::function<Response(const Request&, const Params&)>;

// One route: "/v1/stores/{store}/products/{id}". A last segment "{name...}" takes the rest of the path, slashes
// included.
struct Route {
  Method method = Method::get;  // get answers HEAD too
  std::string pattern;          // the `route` label of metrics
  Handler handler;
};

class Router {
 public:
  void add(Method method, std::string pattern, Handler handler);

  struct Match {
    const Route* route = nullptr;  // null: nothing there
    Params params;
    std::string allow;      // path known, method not: the Allow header of a 405
    bool bad_path = false;  // broken percent-encoding or invalid UTF-8: 400
  };
  Match match(Method method, std::string_view path) const;

 private:
  struct Node {
    std::map<std::string, std::unique_ptr<Node>, std::less<>> literal;
    std::unique_ptr<Node> any;   // one {segment}
    std::unique_ptr<Node> rest;  // {name...}
    std::map<Method, Route> routes;
  };
  Node root_;
};

// The decoded parameters of a query string, in order. Nothing when an escape is broken.
std::optional<std::vector<std::pair<std::string, std::string>>> parse_query(std::string_view query);

}  // namespace stoa::http
