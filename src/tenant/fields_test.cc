#include "tenant/fields.h"

#include <gtest/gtest.h>

#include "tenant/settings.h"

namespace stoa::tenant {
namespace {

std::vector<Fault> faults_of(std::string_view body) {
  std::vector<Fault> faults;
  read_fields(json::parse(body)->as_object(), faults);
  return faults;
}

TEST(Fields, EveryFieldOfTheWrongTypeOrTooLongIsNamedAtOnce) {
  json::Object wrong, too_long, control;
  for (const auto& rule : field_rules()) {
    wrong[rule.name] = 1;
    too_long[rule.name] = std::string(rule.length_max + 1, 'a');
    control[rule.name] = "a\tb";
  }
  for (const auto* body : {&wrong, &too_long, &control}) {
    std::vector<Fault> faults;
    read_fields(*body, faults);
    EXPECT_EQ(faults.size(), field_rules().size());
  }
}

TEST(Fields, LengthsAreCountedInCharactersNotBytes) {
  json::Object body;
  std::string text;
  for (int i = 0; i < 255; ++i) text += "é";
  body["clientName"] = text;
  std::vector<Fault> faults;
  read_fields(body, faults);
  EXPECT_TRUE(faults.empty());
}

TEST(Fields, EmptyAndNullMeanAbsentAndUnknownNamesAreHelped) {
  std::vector<Fault> faults;
  const auto fields = read_fields(json::parse(R"({"clientName":"","appName":null})")->as_object(), faults);
  EXPECT_TRUE(faults.empty());
  EXPECT_FALSE(fields.at("clientName"));
  EXPECT_FALSE(fields.at("appName"));
  const auto unknown = faults_of(R"({"clientkey":"x","a/b~c":1})");
  ASSERT_EQ(unknown.size(), 2u);
  EXPECT_NE(unknown[0].detail.find("clientKey"), std::string::npos);
  EXPECT_EQ(unknown[1].pointer, "/a~1b~0c");
}

TEST(Fields, ControlCharactersBeyondAsciiAreRefusedToo) {
  EXPECT_EQ(faults_of(R"({"clientName":"a\u0085b"})").size(), 1u);
  EXPECT_TRUE(faults_of(R"({"clientName":"a\u00a0\u00c2b"})").empty());
}

TEST(Fields, EnvironmentIsALabelOfThree) {
  EXPECT_TRUE(faults_of(R"({"environment":"staging"})").empty());
  EXPECT_EQ(faults_of(R"({"environment":"prod"})").size(), 1u);
}

TEST(Settings, MergeMemberByMemberAndNullClears) {
  json::Object settings;
  std::vector<Fault> faults;
  merge_settings(
      settings, *json::parse(R"({"paused":true,"metafields":["custom.care","shop.*"],"schedules":{"products":"15m"}})"),
      faults);
  ASSERT_TRUE(faults.empty());
  EXPECT_TRUE(paused(settings));
  EXPECT_EQ(schedule(settings, model::Kind::products), std::chrono::minutes(15));
  merge_settings(settings, *json::parse(R"({"paused":null})"), faults);
  EXPECT_FALSE(paused(settings));
  EXPECT_TRUE(settings.contains("metafields"));
}

TEST(Settings, AFaultLeavesEverythingAsItWas) {
  json::Object settings;
  std::vector<Fault> faults;
  merge_settings(
      settings,
      *json::parse(
          R"({"inventory":true,"paused":"yes","metafield":[],"publicationId":"gid://shopify/Product/1","schedules":{"orders":"1m"},"cors":["https://a/b"]})"),
      faults);
  EXPECT_EQ(faults.size(), 5u);
  EXPECT_TRUE(settings.empty());
}

}  // namespace
}  // namespace stoa::tenant
