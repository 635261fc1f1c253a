#include "app/config.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "testing/fakes.h"

namespace stoa::app {
namespace {

std::filesystem::path file_with(const stoa::testing::TempDir& folder, std::string_view text) {
  const auto file = folder.path() / "stoa.toml";
  std::ofstream(file) << text;
  return file;
}

TEST(Config, FlagBeatsEnvironmentBeatsFileBeatsDefault) {
  const stoa::testing::TempDir folder;
  const auto file = file_with(folder,
                              "[http]\nlisten = \"127.0.0.1:1\"\nworkers_max = 3\nidle_timeout = "
                              "\"5s\"\n[shopify]\nextra_hosts = [\"a:1\", \"b\"]\n");
  const auto loaded = load_config({.flags = {{"http.listen", "127.0.0.1:3"}},
                                   .environment = {{"STOA_HTTP_LISTEN", "127.0.0.1:2"}, {"STOA_HTTP_WORKERS_MAX", "4"}},
                                   .file = file});
  ASSERT_TRUE(loaded) << loaded.error().what;
  EXPECT_EQ(loaded->config.http.listen, "127.0.0.1:3");
  EXPECT_EQ(loaded->config.http.workers_max, 4u);
  EXPECT_EQ(loaded->config.http.idle_timeout, std::chrono::seconds(5));
  EXPECT_EQ(loaded->config.extra_hosts, (std::vector<std::string>{"a:1", "b"}));
  EXPECT_EQ(loaded->origins.at("http.listen").origin, "flag");
  EXPECT_EQ(loaded->origins.at("http.workers_max").origin, "environment");
  EXPECT_EQ(loaded->origins.at("http.idle_timeout").origin, file.string());
  EXPECT_EQ(loaded->origins.at("sync.workers_max").origin, "default");
}

TEST(Config, ShortFormsWorkAndTheLongNameWins) {
  EXPECT_EQ(load_config({.environment = {{"STOA_LISTEN", "127.0.0.1:2"}}})->config.http.listen, "127.0.0.1:2");
  EXPECT_EQ(load_config({.environment = {{"STOA_LISTEN", "127.0.0.1:2"}, {"STOA_HTTP_LISTEN", "127.0.0.1:5"}}})
                ->config.http.listen,
            "127.0.0.1:5");
}

TEST(Config, AnUnknownKeyOrVariableStopsTheStartWithASuggestion) {
  const stoa::testing::TempDir folder;
  const auto in_file = load_config({.file = file_with(folder, "[http]\nlisen = \"x\"\n")});
  ASSERT_FALSE(in_file);
  EXPECT_NE(in_file.error().what.find("http.listen"), std::string::npos) << in_file.error().what;
  const auto variable = load_config({.environment = {{"STOA_HTP_LISTEN", "x"}}});
  ASSERT_FALSE(variable);
  EXPECT_NE(variable.error().what.find("STOA_HTTP_LISTEN"), std::string::npos) << variable.error().what;
  EXPECT_TRUE(
      load_config({.environment = {{"STOA_SERVER", "x"}, {"STOA_TOKEN_FILE", "x"}, {"STOA_TEST_MONGODB_URL", "x"}}}));
}

TEST(Config, ABadValueNamesItsKeyAndTheFix) {
  for (const auto& [variable, value] : std::map<std::string, std::string>{{"STOA_SYNC_WORKERS_MAX", "0"},
                                                                          {"STOA_SYNC_CALL_TIMEOUT", "soon"},
                                                                          {"STOA_DISCOUNTS_CODES_MAX", "24001"},
                                                                          {"STOA_LOG_LEVEL", "loud"},
                                                                          {"STOA_SHOPIFY_API_VERSION", "2026-04"},
                                                                          {"STOA_PUBLIC_URL", "http://x"},
                                                                          {"STOA_STORAGE", "postgres://x"}}) {
    const auto loaded = load_config({.environment = {{variable, value}}});
    ASSERT_FALSE(loaded) << variable;
    EXPECT_NE(loaded.error().what.find("want"), std::string::npos) << loaded.error().what;
  }
}

TEST(Config, APasswordInAFlagIsRefusedWithoutBeingRepeated) {
  const auto loaded = load_config({.flags = {{"storage.url", "mongodb://user:hunter2@db/"}}});
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().what.find("hunter2"), std::string::npos) << loaded.error().what;
}

TEST(Config, TheExampleFileShowsEveryKeyWithItsDefault) {
  const std::filesystem::path file = std::string(STOA_SOURCE_DIR) + "/config/example.toml";
  if (std::getenv("STOA_TEST_WRITE_EXAMPLE") != nullptr) std::ofstream(file) << example_config();
  std::stringstream text;
  text << std::ifstream(file).rdbuf();
  EXPECT_EQ(text.str(), example_config()) << "write it anew: STOA_TEST_WRITE_EXAMPLE=1 build/debug/src/app/app_test";
  EXPECT_TRUE(load_config({.file = file})) << "all of it is commented out";
}

}  // namespace
}  // namespace stoa::app
