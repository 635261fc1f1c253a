#include "storage/records.h"

#include <gtest/gtest.h>

#include "testing/fakes.h"

namespace stoa::storage {
namespace {

Time at(std::int64_t n) { return from_micros(1'795'348'800'000'000 + n); }

JobRecord full_job() {
  JobRecord job{.id = "job_1", .store = ClientKey("acme"), .type = "sync", .state = JobState::partial};
  job.created_at = at(1), job.started_at = at(2), job.finished_at = at(3);
  job.waiting = JobWait{.reason = "bulk", .until = at(4), .detail = "d"};
  job.attempts = {{.process = "p", .started_at = at(2), .ended_at = at(3)}, {.process = "q", .started_at = at(5)}};
  job.wanted = {model::Kind::products, model::Kind::themes};
  job.ids = {"gid://shopify/Product/1"};
  job.mode = "incremental", job.work = "w", job.cost = 1LL << 60;
  job.kinds = {
      {.kind = model::Kind::blogs, .state = KindState::not_permitted, .seen = 1, .failed = 1, .error = "scope"}};
  job.error = JobError{.code = "c", .detail = "d", .next_step = "n", .request_id = "r"};
  job.log = {{.at = at(9), .level = "warn", .text = "t\n\"\xf0\x9f\x91\x95"}};
  job.cancel_requested = true;
  job.confirmed = {{model::Kind::media, 412}};
  return job;
}
ShopRecord full_shop() {
  ShopRecord shop{
      .domain = ShopDomain("a.myshopify.com"), .client_key = ClientKey("acme"), .posted_domain = "b.myshopify.com"};
  shop.info = {{"name", "x"}, {"nothing", nullptr}};
  shop.scopes = {"a", "b"};
  shop.access_expires_at = at(7);
  shop.state = StoreState::auth_failed;
  shop.cause = Cause{.code = "c", .shopify_request_id = "r"};
  return shop;
}

template <class R>
json::Value through_text(const R& record) {
  return json::parse(json::write(to_json(record))).value();
}

TEST(Records, AJobSurvivesTheRoundTripWhole) {
  const auto back = job_from_json(through_text(full_job()));
  ASSERT_TRUE(back) << back.error().what;
  EXPECT_EQ(to_json(*back), to_json(full_job()));
  EXPECT_EQ(back->attempts[0].ended_at, at(3));
  EXPECT_FALSE(back->attempts[1].ended_at);
  EXPECT_EQ(back->log[0].text, full_job().log[0].text);
  EXPECT_EQ(back->cost, 1LL << 60);
  EXPECT_EQ(back->kinds[0].state, KindState::not_permitted);
  EXPECT_FALSE(back->kinds[0].total);
}

TEST(Records, AShopAndAClientSurviveTheRoundTrip) {
  const auto shop = shop_from_json(through_text(full_shop()));
  ASSERT_TRUE(shop) << shop.error().what;
  EXPECT_EQ(to_json(*shop), to_json(full_shop()));
  EXPECT_EQ(shop->access_expires_at, at(7));
  EXPECT_EQ(shop->refresh_expires_at, Time{});
  ClientRecord client{.key = ClientKey("acme"), .fields = {{"clientName", "n"}, {"appName", ""}}};
  client.settings = {{"kinds", json::Array{"products"}}};
  const auto back = client_from_json(through_text(client));
  ASSERT_TRUE(back) << back.error().what;
  EXPECT_EQ(back->fields, client.fields);
  EXPECT_EQ(back->settings, client.settings);
  EXPECT_EQ(back->field("clientName"), "n");
  EXPECT_EQ(back->field("absent"), "");
}

TEST(Records, AMemberThatIsMissingUnknownOrOfAnotherTypeIsCorrupt) {
  const auto good = to_json(full_job());
  for (const auto& [name, member] : good.get_object()) {
    auto without = good;
    without.get_object().erase(name);
    EXPECT_FALSE(job_from_json(without)) << name;
    auto other = good;
    other.get_object()[name] = 1.5;
    const auto refused = job_from_json(other);
    ASSERT_FALSE(refused) << name;
    EXPECT_EQ(refused.error().code, Code::corrupt);
    EXPECT_NE(refused.error().what.find(std::string(name)), std::string::npos);
  }
  auto more = good;
  more.get_object()["surprise"] = 1;
  EXPECT_FALSE(job_from_json(more));
  auto nested = good;
  nested.get_object()["waiting"].get_object()["surprise"] = 1;
  EXPECT_FALSE(job_from_json(nested));
  EXPECT_FALSE(shop_from_json(json::Value("text")));
}

TEST(Records, EveryStateHasItsOwnNameBothWays) {
  for (int i = 0; i <= static_cast<int>(StoreState::deleting); ++i)
    EXPECT_EQ(store_state_from(to_string(static_cast<StoreState>(i))), static_cast<StoreState>(i));
  for (int i = 0; i <= static_cast<int>(JobState::cancelled); ++i)
    EXPECT_EQ(job_state_from(to_string(static_cast<JobState>(i))), static_cast<JobState>(i));
  for (int i = 0; i <= static_cast<int>(KindState::not_permitted); ++i)
    EXPECT_EQ(kind_state_from(to_string(static_cast<KindState>(i))), static_cast<KindState>(i));
  EXPECT_FALSE(job_state_from("Queued"));
}

TEST(Records, JobIdsSortByCreation) {
  testing::SeededRandom random(1);
  EXPECT_LT(new_job_id(at(1), random), new_job_id(at(2), random));
  EXPECT_LT(new_job_id(from_micros(0xfffffffffffff), random), new_job_id(from_micros(0x10000000000000), random));
}

}  // namespace
}  // namespace stoa::storage
