// The walk of themes: what is fetched, what is written, what is taken away.
#include "sync/theme_walk.h"

#include <gmock/gmock.h>

#include "base/crypto.h"
#include "base/json_text.h"
#include "base/text.h"
#include "sync/walk_fixture.h"

namespace stoa::sync {
namespace {

using model::Kind;
using storage::KindState;
using ::testing::HasSubstr;

std::string gid_of(int number) { return make_gid("OnlineStoreTheme", number); }

// Themes in memory, with the files of each.
class ThemeShop final : public shopify::Transport {
 public:
  struct Theme {
    std::string role = "UNPUBLISHED";
    std::map<std::string, std::string> files = {};
    bool processing = false;
  };

  Result<shopify::Answer> call(const shopify::Call& call) override {
    ++calls[std::string(call.operation)];
    if (fail_next == call.operation) {
      fail_next.clear();
      return fail(error(Code::unavailable, "the shop is away").because("shop-unavailable"));
    }
    shopify::Answer answer{
        .body = data(call), .actual_cost = 1, .api_version = version, .version_mismatch = version != "2026-10"};
    answer.data_end = answer.body.size();
    return answer;
  }
  shopify::Budget budget() const override { return {}; }
  std::string last_request_id() const override { return {}; }

  std::map<int, Theme> themes;
  std::map<std::string, std::size_t> calls;
  std::size_t bodies = 0, page_bodies_max = 50;  // bodies answered; at most so many a page
  std::size_t bytes_max = 0;                     // of one page of bodies
  std::map<std::string, std::string> codes;      // filename to the error that stands for its body
  std::set<std::string> by_url;                  // files handed out as URLs
  std::set<int> unlisted;                        // themes that the list lacks
  std::string version = "2026-10", fail_next;

 private:
  static std::string node(int number, const Theme& theme) {
    return fmt::format(
        R"({{"id":"{}","name":"Theme {}","role":"{}","processing":{},"updatedAt":"2026-01-01T00:00:00Z"}})",
        gid_of(number), number, theme.role, theme.processing);
  }
  std::string file(const std::string& name, const std::string& content, bool with_body) const {
    const auto hash = hash_hex(content_hash({content}));
    std::string body;
    if (with_body && by_url.contains(name))
      body =
          fmt::format(R"(,"body":{{"__typename":"OnlineStoreThemeFileBodyUrl","url":"https://files.test/{}"}})", name);
    else if (with_body)
      body =
          fmt::format(R"(,"body":{{"__typename":"OnlineStoreThemeFileBodyText","content":{}}})", json::quoted(content));
    return fmt::format(
        R"({{"filename":"{}","checksumMd5":"{}","size":"{}","contentType":"t","updatedAt":"2026-01-01T00:00:00Z"{}}})",
        name, hash, content.size(), body);
  }
  static std::string page(const std::string& nodes, bool more, const std::string& cursor, const std::string& errors) {
    return fmt::format(
        R"({{"theme":{{"files":{{"nodes":[{}],"pageInfo":{{"hasNextPage":{},"endCursor":"{}"}},"userErrors":[{}]}}}}}})",
        nodes, more, cursor, errors);
  }

  std::string data(const shopify::Call& call) {
    if (call.operation == "ThemesPage") {
      std::string nodes;
      for (const auto& [number, theme] : themes)
        if (!unlisted.contains(number)) nodes += (nodes.empty() ? "" : ",") + node(number, theme);
      return fmt::format(R"({{"themes":{{"nodes":[{}],"pageInfo":{{"hasNextPage":false,"endCursor":null}}}}}})", nodes);
    }
    const auto id = parse_gid(json::string_or(call.variables, "id"));
    const auto found = themes.find(static_cast<int>(id->number));
    if (found == themes.end()) return R"({"theme":null})";
    if (call.operation == "ThemeById") return fmt::format(R"({{"theme":{}}})", node(found->first, found->second));
    return call.operation == "ThemeFileIndex" ? index(found->second, call) : contents(found->second, call);
  }

  std::string index(const Theme& theme, const shopify::Call& call) {
    std::string nodes, last;
    std::size_t count = 0;
    auto at = theme.files.upper_bound(std::string(json::string_or(call.variables, "after")));
    for (; at != theme.files.end() && count < 250; ++at, ++count) {
      last = at->first;
      nodes += (nodes.empty() ? "" : ",") + file(at->first, at->second, false);
    }
    return page(nodes, at != theme.files.end(), last, "");
  }

  std::string contents(const Theme& theme, const shopify::Call& call) {
    std::string nodes, errors;
    std::size_t count = 0;
    bool more = false;
    for (const auto& each : call.variables.at("filenames").as_array()) {
      const std::string name(each.as_string());
      const auto at = theme.files.find(name);
      const auto code = at == theme.files.end() ? "NOT_FOUND" : codes.contains(name) ? codes.at(name) : "";
      if (!code.empty()) {
        if (code != "SILENT")
          errors += fmt::format(R"({}{{"code":"{}","filename":"{}"}})", errors.empty() ? "" : ",", code, name);
        continue;
      }
      if (count == page_bodies_max) {
        more = true;
        break;
      }
      ++count;
      nodes += (nodes.empty() ? "" : ",") + file(name, at->second, true);
    }
    bodies += count;
    bytes_max = std::max(bytes_max, nodes.size());
    return page(nodes, more, "more", errors);
  }
};

class ThemeWalkTest : public ::testing::Test {
 protected:
  ThemeWalkTest() {
    shop.themes[1] = {.role = "MAIN",
                      .files = {{"config/settings_data.json", R"(/* x */{"current":{"color":"red"}})"},
                                {"templates/index.json", R"({"sections":{"a":{"type":"hero"}},"order":["a"]})"},
                                {"templates/broken.json", "no json"},
                                {"sections/hero.liquid", "{% schema %}{}{% endschema %}"},
                                {"assets/base.css", "body{}"},
                                {"layout/theme.liquid", "x"}}};
    shop.themes[2] = {.files = {{"templates/index.json", "{}"}}};
  }

  storage::JobRecord new_job(std::vector<std::string> ids = {}) {
    auto job = fixture.new_job();
    job.kinds = {{.kind = Kind::themes}};
    job.ids = std::move(ids);
    return job;
  }
  ThemeWalk make(storage::JobRecord& job) {
    return {{.store = fixture.store(), .job = job, .options = fixture.options},
            [this](const std::string& url) -> Result<std::string> {
              if (downloads_fail) return fail(Code::unavailable, "no answer");
              return shop.themes[1].files.at(url.substr(std::string("https://files.test/").size()));
            }};
  }
  storage::KindProgress run(storage::JobRecord job) {
    shop.calls.clear();
    shop.bodies = 0;
    auto walk = make(job);
    for (int steps = 0; steps < 500; ++steps) {
      const auto step = walk.step(shop);
      if (!step && step.error().reason == "shop-unavailable") continue;  // the job would come again
      STOA_CHECK(step, step ? "" : step.error().what.c_str());
      if (*step) {
        EXPECT_TRUE(fixture.store().end_passes(job.id));
        return job.kinds.front();
      }
    }
    ADD_FAILURE() << "the walk does not end";
    return {};
  }
  storage::KindProgress run() { return run(new_job()); }

  std::string body(const std::string& id) {
    const auto found = fixture.store().get(Kind::themes, id);
    return found && *found ? (*found)->body : "";
  }
  std::string raw(const std::string& id, std::string_view member) {
    const auto text = body(id);
    return std::string(json::find_raw(text, {member}));
  }
  std::int64_t count() { return fixture.store().kinds()->at(static_cast<std::size_t>(Kind::themes)).count; }
  storage::KindStatus status() { return fixture.store().kinds()->at(static_cast<std::size_t>(Kind::themes)); }

  WalkFixture fixture;
  ThemeShop shop;
  bool downloads_fail = false;
};

TEST_F(ThemeWalkTest, TheMainThemeIsParsedTheOthersAreListed) {
  const auto progress = run();
  EXPECT_EQ(progress.state, KindState::done);
  EXPECT_EQ(progress.error, "");
  EXPECT_EQ(progress.written, 6) << "two themes, four files";
  EXPECT_EQ(shop.bodies, 4u) << "neither assets nor layouts";
  EXPECT_EQ(raw(gid_of(1), "settings"), R"({"color":"red"})");
  EXPECT_THAT(raw(gid_of(1), "files"), HasSubstr(R"({"filename":"assets/base.css","checksumMd5":)"));
  EXPECT_EQ(raw(gid_of(1) + "/templates/index.json", "sections"),
            R"([{"id":"a","type":"hero","disabled":false,"settings":{},"blocks":[]}])");
  EXPECT_THAT(raw(gid_of(1) + "/templates/broken.json", "error"), HasSubstr("line 1"));
  EXPECT_THAT(raw(gid_of(1), "files"), HasSubstr(R"("unreadable":"line 1)")) << "and the theme lists it";
  EXPECT_EQ(raw(gid_of(2), "files"), "");
  EXPECT_TRUE(status().complete);
  EXPECT_EQ(status().state, "current");
}

TEST_F(ThemeWalkTest, ASecondWalkFetchesNoFileAndWritesNothing) {
  run();
  const auto version = *fixture.store().version();
  const auto progress = run();
  EXPECT_EQ(progress.written, 0);
  EXPECT_EQ(progress.deleted, 0);
  EXPECT_EQ(shop.calls["ThemeFileBodies"], 0u);
  EXPECT_EQ(shop.bodies, 0u);
  EXPECT_EQ(*fixture.store().version(), version);
  EXPECT_EQ(count(), 6);
}

TEST_F(ThemeWalkTest, OnlyAChangedFileIsFetchedAndARemovedOneGoes) {
  run();
  shop.themes[1].files["templates/index.json"] = R"({"sections":{},"order":[]})";
  shop.themes[1].files["templates/new.json"] = "{}";
  shop.themes[1].files.erase("sections/hero.liquid");
  const auto progress = run();
  EXPECT_EQ(shop.bodies, 2u);
  EXPECT_EQ(progress.written, 3) << "two files and the theme";
  EXPECT_EQ(progress.deleted, 1);
  EXPECT_EQ(raw(gid_of(1) + "/templates/index.json", "sections"), "[]");
  EXPECT_EQ(body(gid_of(1) + "/sections/hero.liquid"), "");
}

TEST_F(ThemeWalkTest, AThemeThatASettingNamesIsParsedToo) {
  ASSERT_TRUE(fixture.registry().update_client(fixture.store().key(), [&](storage::ClientRecord& client) -> Result<> {
    client.settings["themes"] = json::Array{gid_of(2)};
    return {};
  }));
  run();
  EXPECT_NE(body(gid_of(2) + "/templates/index.json"), "");
}

TEST_F(ThemeWalkTest, AnotherThemeIsPublished) {
  for (int i = 0; i < 60; ++i) shop.themes[1].files[fmt::format("templates/page.{}.json", i)] = "{}";
  run();
  shop.themes[1].role = "UNPUBLISHED";
  shop.themes[2].role = "MAIN";
  const auto progress = run();
  EXPECT_EQ(progress.state, KindState::done);
  EXPECT_FALSE(progress.sweep_refused) << "that many files are not lost, they are parsed no more";
  EXPECT_EQ(progress.deleted, 64);
  EXPECT_NE(body(gid_of(2) + "/templates/index.json"), "");
  EXPECT_THAT(body(gid_of(1)), HasSubstr("UNPUBLISHED"));
  EXPECT_EQ(count(), 3);
}

TEST_F(ThemeWalkTest, AThemeThatIsGoneGoesWithItsFiles) {
  for (int i = 0; i < 60; ++i) shop.themes[1].files[fmt::format("templates/page.{}.json", i)] = "{}";
  run();
  shop.themes.erase(1);
  shop.themes[2].role = "MAIN";
  const auto progress = run();
  EXPECT_EQ(progress.deleted, 65);
  EXPECT_FALSE(progress.sweep_refused);
  EXPECT_EQ(body(gid_of(1)), "");
  EXPECT_EQ(count(), 2);
}

TEST_F(ThemeWalkTest, AThemeThatTheListLacksButShopifyKnowsStays) {
  run();
  shop.unlisted = {1, 2};
  const auto progress = run();
  EXPECT_EQ(progress.deleted, 0);
  EXPECT_EQ(count(), 6);
}

TEST_F(ThemeWalkTest, ManyFilesLostAtOnceWaitForAConfirmation) {  // rule S2
  for (int i = 0; i < 60; ++i) shop.themes[1].files[fmt::format("templates/page.{}.json", i)] = "{}";
  run();
  for (int i = 0; i < 60; ++i) shop.themes[1].files.erase(fmt::format("templates/page.{}.json", i));
  const auto progress = run();
  EXPECT_TRUE(progress.sweep_refused);
  EXPECT_EQ(progress.would_delete, 60);
  EXPECT_EQ(count(), 66);
}

TEST_F(ThemeWalkTest, FilesOfAThemeStillBeingCopiedAreNotLost) {
  run();
  shop.themes[1].processing = true;
  shop.themes[1].files.erase("templates/index.json");
  EXPECT_EQ(run().deleted, 0);
  EXPECT_NE(body(gid_of(1) + "/templates/index.json"), "");
}

TEST_F(ThemeWalkTest, AnotherApiVersionDeletesNothing) {  // rule S10
  run();
  shop.themes.erase(2);
  shop.version = "2026-07";
  const auto progress = run();
  EXPECT_EQ(progress.deleted, 0);
  EXPECT_THAT(progress.error, HasSubstr("2026-07"));
}

TEST_F(ThemeWalkTest, PagesOfBodiesMayBeShorterThanAsked) {
  for (int i = 0; i < 120; ++i) shop.themes[1].files[fmt::format("templates/page.{}.json", i)] = "{}";
  shop.page_bodies_max = 7;
  const auto progress = run();
  EXPECT_EQ(progress.written, 126);
  EXPECT_EQ(shop.bodies, 124u) << "each once";
}

TEST_F(ThemeWalkTest, AFileThatShopifyCannotReadIsListedAndItsLastContentStays) {
  run();
  const auto before = raw(gid_of(1) + "/templates/index.json", "sections");
  shop.themes[1].files["templates/index.json"] = "{}";
  shop.codes["templates/index.json"] = "TIMEOUT";
  auto progress = run();
  EXPECT_EQ(progress.failed, 1);
  EXPECT_THAT(progress.error, HasSubstr("TIMEOUT"));
  EXPECT_EQ(progress.deleted, 0);
  EXPECT_EQ(raw(gid_of(1) + "/templates/index.json", "sections"), before);
  EXPECT_THAT(raw(gid_of(1), "files"), HasSubstr(R"("error":"Shopify could not read it: TIMEOUT")"));
  shop.codes["templates/index.json"] = "SILENT";
  EXPECT_THAT(run().error, HasSubstr("did not deliver"));
  shop.codes.clear();
  progress = run();
  EXPECT_EQ(progress.failed, 0);
  EXPECT_EQ(raw(gid_of(1) + "/templates/index.json", "sections"), "[]");
  EXPECT_THAT(raw(gid_of(1), "files"), ::testing::Not(HasSubstr("error")));
}

TEST_F(ThemeWalkTest, AFileThatWentSinceItWasListedIsNoFault) {
  run();
  shop.themes[1].files["templates/index.json"] = "{}";
  shop.codes["templates/index.json"] = "NOT_FOUND";
  const auto progress = run();
  EXPECT_EQ(progress.failed, 0);
  EXPECT_EQ(progress.deleted, 1);
}

TEST_F(ThemeWalkTest, ABodyBehindAUrlIsDownloaded) {
  shop.by_url = {"templates/index.json"};
  run();
  EXPECT_NE(raw(gid_of(1) + "/templates/index.json", "sections"), "");
  shop.themes[1].files["templates/index.json"] = "{}";
  downloads_fail = true;
  EXPECT_EQ(run().failed, 1);
  EXPECT_NE(raw(gid_of(1) + "/templates/index.json", "sections"), "[]");
}

TEST_F(ThemeWalkTest, ABrokenOffWalkDoesNotFetchWhatItHasStored) {  // rule S3
  for (int i = 0; i < 200; ++i) shop.themes[1].files[fmt::format("templates/page.{}.json", i)] = "{}";
  auto job = new_job();
  {
    auto broken_off = make(job);
    while (shop.calls["ThemeFileBodies"] < 2) ASSERT_TRUE(broken_off.step(shop));
  }
  const auto progress = run(job);
  EXPECT_EQ(shop.bodies, 104u) << "204 files, of which 100 were here";
  EXPECT_EQ(progress.written, 206);
  EXPECT_EQ(progress.deleted, 0);
  EXPECT_EQ(count(), 206);
}

TEST_F(ThemeWalkTest, AFailedCallIsMadeAgain) {
  for (const auto* operation : {"ThemesPage", "ThemeFileIndex", "ThemeFileBodies"}) {
    shop.fail_next = operation;
    shop.themes[1].files["templates/index.json"] += " ";
    EXPECT_EQ(run().state, KindState::done) << operation;
    EXPECT_TRUE(shop.fail_next.empty()) << operation;
  }
}

TEST_F(ThemeWalkTest, SingleThemesAreWalkedByTheirIds) {
  run();
  shop.themes[1].files["templates/index.json"] = R"({"sections":{},"order":[]})";
  shop.themes.erase(2);
  const auto before = status();
  const auto progress = run(new_job({gid_of(1), gid_of(2), "gid://shopify/Product/1"}));
  EXPECT_EQ(progress.state, KindState::done);
  EXPECT_EQ(raw(gid_of(1) + "/templates/index.json", "sections"), "[]");
  EXPECT_EQ(body(gid_of(2)), "");
  EXPECT_EQ(status().as_of, before.as_of) << "it says nothing of the kind";
}

TEST_F(ThemeWalkTest, AThemeOfAThousandTemplatesIsTakenInSmallPortions) {
  const std::string large(20'000, 'x');
  for (int i = 0; i < 1000; ++i)
    shop.themes[1].files[fmt::format("templates/product.{}.json", i)] = fmt::format(
        R"({{"sections":{{"a":{{"type":"hero","settings":{{"n":{},"t":"{}"}}}}}},"order":["a"]}})", i, large);
  shop.themes[1].files["locales/en.default.json"] = "\"" + std::string(1'500'000, 'x') + "\"";
  EXPECT_EQ(run().written, 1007);
  EXPECT_LT(shop.bytes_max, 3'500'000u) << "2 MiB, or one file";
  EXPECT_EQ(run().written, 0);
  EXPECT_EQ(shop.bodies, 0u);
}

TEST_F(ThemeWalkTest, AShopWithoutThemes) {
  shop.themes.clear();
  EXPECT_EQ(run().state, KindState::done);
  EXPECT_EQ(count(), 0);
}

}  // namespace
}  // namespace stoa::sync
