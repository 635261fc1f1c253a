// A scripted http::Client for the tests of this folder: answers in order, remembers what it was asked.
#pragma once

#include <deque>
#include <vector>

#include "http/client.h"

namespace stoa::shopify {

class FakeClient final : public http::Client {
 public:
  std::deque<Result<http::ClientResponse>> answers;
  std::vector<http::ClientRequest> requests;

  Result<http::ClientResponse> send(const http::ClientRequest& request) override {
    requests.push_back(request);
    if (answers.empty()) return fail(Code::bug, "fake client: no answer left for {}", request.url);
    auto answer = std::move(answers.front());
    answers.pop_front();
    return answer;
  }
  void stop() override {}
};

using Headers = std::vector<std::pair<std::string, std::string>>;

inline http::ClientResponse response(int status, std::string body, Headers headers = {}) {
  headers.emplace_back("x-shopify-api-version", "2026-10");
  headers.emplace_back("x-request-id", "req-1");
  return {status, std::move(headers), std::move(body)};
}

}  // namespace stoa::shopify
