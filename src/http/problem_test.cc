#include "http/problem.h"

#include <gtest/gtest.h>

#include "base/json.h"

namespace stoa::http {
namespace {

using namespace std::chrono_literals;

TEST(Problem, HasEveryMemberOfTheContract) {
  const Problem problem{.status = 422,
                        .code = "validation-failed",
                        .detail = "two faults",
                        .errors = {{.pointer = "/clientKey", .code = "reserved", .detail = "say \"x\""},
                                   {.parameter = "limit", .detail = "1 to 250"}},
                        .members = {{"job", R"({"id":"j1"})"}}};
  const auto response = to_response(problem, "r-1");
  EXPECT_EQ(response.status, 422);
  EXPECT_NE(response.head.find("Content-Type: application/problem+json\r\n"), std::string::npos);
  EXPECT_EQ(
      *response.body,
      R"({"type":"/problems/validation-failed","title":"Validation failed","status":422,"detail":"two faults",)"
      R"("code":"validation-failed","requestId":"r-1","errors":[)"
      R"({"pointer":"/clientKey","code":"reserved","detail":"say \"x\""},{"parameter":"limit","detail":"1 to 250"}],)"
      R"("job":{"id":"j1"}})");
}

TEST(Problem, TextThatIsNotUtf8StillGivesJson) {
  const auto response = to_response({.status = 400, .code = "bad", .detail = "got '\xff\xfe'\r\n"}, "r");
  const auto parsed = json::parse(*response.body);
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(json::string_or(*parsed, "detail"), "got '?\?'\r\n");
}

TEST(Problem, RetryAfterIsWholeSecondsRoundedUpAndAtLeastOne) {
  const std::vector<std::pair<std::chrono::milliseconds, std::string>> cases{
      {0ms, "1"}, {1ms, "1"}, {1000ms, "1"}, {1001ms, "2"}, {-5s, "1"}};
  for (const auto& [wait, seconds] : cases) {
    const auto response = to_response({.status = 503, .code = "x", .retry_after = wait}, "r");
    EXPECT_NE(response.head.find("Retry-After: " + seconds + "\r\n"), std::string::npos) << wait.count();
  }
  EXPECT_EQ(to_response({.status = 503, .code = "x"}, "r").head.find("Retry-After"), std::string::npos);
}

TEST(Problem, EveryErrorCodeHasItsStatus) {
  const std::vector<std::tuple<Code, int, std::string>> cases{
      {Code::invalid, 400, "invalid"},     {Code::denied, 403, "denied"},       {Code::not_found, 404, "not-found"},
      {Code::conflict, 409, "conflict"},   {Code::throttled, 429, "throttled"}, {Code::unavailable, 503, "unavailable"},
      {Code::cancelled, 500, "cancelled"}, {Code::corrupt, 500, "corrupt"},     {Code::bug, 500, "bug"}};
  for (const auto& [code, status, name] : cases) {
    const auto problem = problem_from({.code = code, .what = "w"}, "r");
    EXPECT_EQ(problem.status, status) << name;
    EXPECT_EQ(problem.code, name);
  }
  EXPECT_EQ(problem_from({.code = Code::not_found, .what = "w", .reason = "store-not-found"}, "r").code,
            "store-not-found");
}

TEST(Problem, ADatabaseThatRefusesTheServersAccountIsTheServersTrouble) {
  const auto problem = problem_from(error(Code::denied, "mongodb: not authorized").because("storage-denied"), "r");
  EXPECT_EQ(problem.status, 503);
  EXPECT_EQ(problem.code, "storage-denied");
  EXPECT_EQ(problem_from(error(Code::denied, "no").because("operator-only"), "r").status, 403);
}

TEST(Problem, WhatIsAwayAlwaysSaysWhenToAskAgain) {
  EXPECT_EQ(problem_from({.code = Code::unavailable, .what = "w"}, "r").retry_after, std::chrono::seconds(1));
  const Error told{.code = Code::unavailable, .what = "w", .retry_after = std::chrono::seconds(9)};
  EXPECT_EQ(problem_from(told, "r").retry_after, std::chrono::seconds(9));
  EXPECT_EQ(problem_from({.code = Code::conflict, .what = "w"}, "r").retry_after, std::nullopt);
}

TEST(Problem, WhatWentWrongInsideIsLoggedAndNotShown) {
  for (const auto code : {Code::corrupt, Code::bug}) {
    testing::internal::CaptureStderr();
    const auto problem = problem_from({.code = code, .what = "table secrets row 7"}, "r1");
    const auto logged = testing::internal::GetCapturedStderr();
    EXPECT_EQ(problem.detail.find("secrets"), std::string::npos);
    EXPECT_NE(logged.find("table secrets row 7"), std::string::npos) << logged;
    EXPECT_NE(logged.find("r1"), std::string::npos) << logged;
  }
  EXPECT_EQ(problem_from({.code = Code::invalid, .what = "limit: too big"}, "r").detail, "limit: too big");
}

TEST(Response, HeaderValuesCannotBreakOutOfTheirLine) {
  Response response;
  response.header("X-Name", "a\r\nSet-Cookie: x\x01\x7f\tb");
  EXPECT_EQ(response.head, "X-Name: a  Set-Cookie: x  \tb\r\n");
}

}  // namespace
}  // namespace stoa::http
