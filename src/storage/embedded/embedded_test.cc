// The contract on SQLite, and what only this engine has: its files.
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <set>

#include "base/pause.h"
#include "storage/contract_test.h"
#include "storage/embedded/embedded.h"
#include "storage/embedded/sqlite.h"

namespace stoa::storage {

namespace {

using model::Kind;
namespace fs = std::filesystem;

EmbeddedOptions options_for(const fs::path& folder) { return {.folder = folder, .open_stores_max = 8}; }

class EmbeddedDeployment final : public Deployment {
 public:
  Result<std::unique_ptr<Registry>> open(const Clock& clock, Random& random) override {
    auto options = options_for(folder());
    options.kinds = kinds;
    return open_embedded(options, clock, random);
  }
  std::vector<std::string> databases() override {
    std::vector<std::string> names;
    for (const auto& file : fs::directory_iterator(folder() / "stores")) {
      const auto name = file.path().filename().string();
      // Whether a log stands beside an open database is SQLite's affair.
      if (name.ends_with("-wal") || name.ends_with("-shm")) {
        if (!fs::exists(file.path().parent_path() / name.substr(0, name.size() - 4))) names.push_back(name);
      } else {
        names.push_back(name);
      }
    }
    if (fs::exists(folder() / "media"))
      for (const auto& space : fs::directory_iterator(folder() / "media"))
        names.push_back("media/" + space.path().filename().string());
    std::ranges::sort(names);
    return names;
  }
  void make_foreign(const std::string& database) override {
    std::ofstream(folder() / "stores" / (database + ".sqlite")) << "somebody else's";
  }

 private:
  fs::path folder() const { return dir_.path() / "data"; }
  testing::TempDir dir_;
};

}  // namespace

Engine embedded_engine() {
  // In memory where there is such a folder: what is tested here survives killed processes, not power cuts.
  if (fs::is_directory("/dev/shm")) ::setenv("TMPDIR", "/dev/shm", 0);
  return {"sqlite", [] { return std::make_unique<EmbeddedDeployment>(); }};
}

namespace {

class EmbeddedTest : public ::testing::Test {
 protected:
  Result<std::unique_ptr<Registry>> open(std::size_t open_stores_max = 8) {
    auto options = options_for(folder_);
    options.open_stores_max = open_stores_max;
    return open_embedded(options, clock_, random_);
  }
  std::shared_ptr<StoreHandle> create(Registry& registry, const std::string& key) {
    const auto now = clock_.wall();
    return must(registry.create(client_record(key, now), shop_record(key, key + ".myshopify.com", now),
                                key_record(key, "key_" + key, now), job_record(key, "job_" + key, now)));
  }
  static model::Document product(std::int64_t number, Time fetched_at, const std::string& body = "{}") {
    return document(Kind::products, gid(number), fetched_at, body);
  }
  fs::path store_file(const std::string& key) const { return folder_ / "stores" / (key + ".sqlite"); }
  // Changes a closed database behind the engine's back.
  static void run_sql(const fs::path& file, const std::string& sql) {
    auto db = must(embedded::Connection::open(file, embedded::Connection::Mode::writer));
    must(db.exec(sql));
  }

  testing::TempDir dir_;
  const fs::path folder_ = dir_.path() / "data";
  testing::ManualClock clock_;
  testing::SeededRandom random_{3};
};

// ---- the folder

TEST_F(EmbeddedTest, OptionsOutOfRangeAreNamed) {
  EXPECT_FALSE(EmbeddedOptions{}.validate());
  EXPECT_NE((EmbeddedOptions{.folder = "x", .open_stores_max = 0}).validate().error().what.find("open_stores_max: 0"),
            std::string::npos);
  EXPECT_FALSE((EmbeddedOptions{.folder = "x", .readers_per_store = 0}).validate());
  EXPECT_TRUE((EmbeddedOptions{.folder = "x"}).validate());
}

TEST_F(EmbeddedTest, ASecondProcessIsRefusedUntilTheFirstHasEnded) {
  auto first = must(open());
  EXPECT_EQ(refusal(open()), "unavailable/data-in-use");
  first.reset();
  EXPECT_EQ(refusal(open()), "ok");
}

TEST_F(EmbeddedTest, TheFolderIsForItsOwnerOnly) {
  auto registry = must(open());
  create(*registry, "acme");
  EXPECT_EQ(fs::status(folder_).permissions(), fs::perms::owner_all);
  const auto readable_by_others = fs::perms::group_all | fs::perms::others_all;
  for (const auto& file : fs::recursive_directory_iterator(folder_)) {
    if (!file.is_regular_file()) continue;
    EXPECT_EQ(file.status().permissions() & readable_by_others, fs::perms::none) << file.path();
  }
}

TEST_F(EmbeddedTest, AFileThatIsNotStoasIsLeftAsItIs) {
  fs::create_directories(folder_);
  const auto path = folder_ / "appconfig.sqlite";
  for (const auto& bytes : {std::string("my shopping list"), std::string(), std::string(500, '\0')}) {
    std::ofstream(path, std::ios::trunc) << bytes;
    EXPECT_EQ(refusal(open()), "conflict/appconfig-not-ours");
    std::ifstream file(path);
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), bytes);
  }
  fs::remove(path);
  sqlite3* foreign = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &foreign), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(foreign, "CREATE TABLE mine(x)", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(foreign);
  EXPECT_EQ(refusal(open()), "conflict/appconfig-not-ours");
}

TEST_F(EmbeddedTest, ANewerFormatIsRefusedInEitherFile) {
  {
    auto registry = must(open());
    create(*registry, "acme");
    create(*registry, "other");
  }
  run_sql(store_file("acme"), "PRAGMA user_version=98");
  {
    auto registry = must(open());
    EXPECT_EQ(refusal(must(registry->resolve({.client_key = "acme"}))->version()), "corrupt/format-too-new");
    EXPECT_EQ(refusal(must(registry->resolve({.client_key = "other"}))->version()), "ok");
  }
  run_sql(folder_ / "appconfig.sqlite", "PRAGMA user_version=99");
  EXPECT_EQ(refusal(open()), "corrupt/format-too-new");
}

TEST_F(EmbeddedTest, AnOlderFormatIsRefusedAndTheStoreCanBeRemoved) {
  {
    auto registry = must(open());
    create(*registry, "acme");
  }
  run_sql(store_file("acme"), "PRAGMA user_version=1");
  auto registry = must(open());
  const auto version = must(registry->resolve({.client_key = "acme"}))->version();
  EXPECT_EQ(refusal(version), "corrupt/format-unknown");
  EXPECT_TRUE(version.error().what.contains("older stoa")) << version.error().what;
  must(registry->remove(ClientKey("acme"), ""));
  EXPECT_FALSE(std::filesystem::exists(store_file("acme")));
  auto again = create(*registry, "acme");
  EXPECT_EQ(refusal(again->version()), "ok");
}

TEST_F(EmbeddedTest, ADamagedFileIsCorruptAndOthersServe) {
  {
    auto registry = must(open());
    auto store = create(*registry, "acme");
    create(*registry, "other");
    Batch batch;
    for (int i = 0; i < 200; ++i) batch.documents.push_back(product(i, clock_.wall(), std::string(3000, 'x')));
    must(store->apply(batch));
  }
  std::fstream file(store_file("acme"), std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(4096);
  file << std::string(200'000, '\xee');
  file.close();
  auto registry = must(open());
  auto store = must(registry->resolve({.client_key = "acme"}));
  EXPECT_EQ(refusal(store->get(Kind::products, gid(1))), "corrupt/storage-corrupt");
  EXPECT_EQ(refusal(must(registry->resolve({.client_key = "other"}))->version()), "ok");
}

TEST_F(EmbeddedTest, AnotherStoresFileInThePlaceOfOursIsNotTaken) {
  {
    auto registry = must(open());
    for (const auto* key : {"acme", "other"}) must(create(*registry, key)->version());
  }
  fs::copy_file(store_file("other"), store_file("acme"), fs::copy_options::overwrite_existing);
  auto registry = must(open());
  EXPECT_EQ(refusal(must(registry->resolve({.client_key = "acme"}))->version()), "conflict/database-not-ours");
}

// ---- crashes in between

TEST_F(EmbeddedTest, AStoreRecordedButNotMadeIsMadeByTheNextOpen) {
  create(*must(open()), "acme");
  const auto appconfig = folder_ / "appconfig.sqlite";
  const std::string not_made = "UPDATE shops SET record = json_set(record, '$.databaseMade', json('false'))";
  run_sql(appconfig, not_made);  // as if it had ended before saying so
  {
    auto registry = must(open());
    EXPECT_EQ(refusal(must(registry->resolve({.client_key = "acme"}))->version()), "ok");
  }
  run_sql(appconfig, not_made);  // as if it had ended before making the file, with half a copy lying there
  fs::remove(store_file("acme"));
  std::ofstream(store_file("acme").string() + ".new") << "half a cop";
  auto registry = must(open());
  EXPECT_EQ(refusal(must(registry->resolve({.client_key = "acme"}))->version()), "ok");
  EXPECT_FALSE(fs::exists(store_file("acme").string() + ".new"));
}

TEST_F(EmbeddedTest, ARemovalThatACrashInterruptedCanBeRepeated) {
  create(*must(open()), "acme");
  run_sql(folder_ / "appconfig.sqlite",
          "UPDATE shops SET record = json_set(record, '$.databaseMade', json('false'), '$.state', 'deleting')");
  for (const bool file_gone : {false, true}) {
    if (file_gone) fs::remove(store_file("acme"));
    auto registry = must(open());
    EXPECT_EQ(fs::exists(store_file("acme")), !file_gone) << "a store being removed is not made again";
  }
  auto registry = must(open());
  must(registry->remove(ClientKey("acme"), ""));
  EXPECT_TRUE(registry->stores().empty());
  EXPECT_TRUE(fs::is_empty(folder_ / "stores"));
}

TEST_F(EmbeddedTest, ARemovedStoresSecretsAreInNoFile) {
  auto registry = must(open());
  create(*registry, "acme");
  must(registry->update_shop(ClientKey("acme"), [](ShopRecord& shop) -> Result<> {
    shop.access_token = "v1.canary-of-the-sealed-token";
    return {};
  }));
  const auto canary_found = [&] {
    for (const auto& file : fs::recursive_directory_iterator(folder_)) {
      if (!file.is_regular_file()) continue;
      std::ifstream in(file.path(), std::ios::binary);
      const std::string bytes(std::istreambuf_iterator<char>(in), {});
      if (bytes.find("canary-of-the-sealed-token") != std::string::npos) return true;
    }
    return false;
  };
  EXPECT_TRUE(canary_found());
  must(registry->remove(ClientKey("acme"), ""));
  EXPECT_FALSE(canary_found());
}

TEST_F(EmbeddedTest, AfterABootTheVersionIsBeyondAnyThatAPowerCutTookBack) {
  Version before;
  {
    auto registry = must(open());
    auto store = create(*registry, "acme");
    must(store->apply({.documents = {product(1, clock_.wall())}}));
    before = must(store->version());
  }
  run_sql(store_file("acme"), "UPDATE meta SET value = 'another-boot' WHERE name = 'boot'");
  Version after;
  for (int i = 0; i < 2; ++i) {
    auto registry = must(open());
    after = must(must(registry->resolve({.client_key = "acme"}))->version());
  }
  EXPECT_EQ(after.incarnation, before.incarnation);
  EXPECT_EQ(after.number, before.number + 1'000'000) << "once for each boot";
}

// What the child acknowledges through the pipe, it has had acknowledged by the engine.
[[noreturn]] void write_until_killed(const fs::path& folder, int pipe) {
  SystemClock clock;
  SystemRandom random;
  auto registry = must(open_embedded(options_for(folder), clock, random));
  auto store = must(registry->resolve({.client_key = "acme"}));
  auto saved = must(store->pass("job_1", Kind::products));
  Pass pass = saved.value_or(Pass{.job = "job_1"});
  for (std::int64_t page = pass.cursor.empty() ? 0 : std::stoll(pass.cursor);; ++page) {
    const auto stamp = store->fetch_clock().begin();
    Batch batch;
    for (std::int64_t i = 0; i < 10; ++i)
      batch.documents.push_back(
          document(Kind::products, gid(page * 10 + i), stamp.time(), fmt::format("{:>2000}", page)));
    pass.cursor = std::to_string(page + 1);
    batch.pass = pass;
    must(store->apply(batch));
    must(store->append_event({.id = fmt::format("e{}", page), .received_at = clock.wall()}));
    if (::write(pipe, &page, sizeof page) != sizeof page) _exit(1);
  }
}

TEST_F(EmbeddedTest, WhatWasAcknowledgedSurvivesSigkillAndNothingIsHalfThere) {
  create(*must(open()), "acme");
  std::set<std::int64_t> acknowledged = {-1};
  SystemRandom random;
  for (int round = 0; round < 8; ++round) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const auto child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      ::close(ends[0]);
      write_until_killed(folder_, ends[1]);
    }
    ::close(ends[1]);
    const auto pages = static_cast<std::int64_t>(random.below(12));
    for (std::int64_t i = 0, page = 0; i <= pages && ::read(ends[0], &page, sizeof page) == sizeof page; ++i)
      acknowledged.insert(page);
    pause(std::chrono::milliseconds(random.below(4)));
    ::kill(child, SIGKILL);
    for (std::int64_t page = 0; ::read(ends[0], &page, sizeof page) == sizeof page;) acknowledged.insert(page);
    ::close(ends[0]);
    ::waitpid(child, nullptr, 0);

    auto registry = must(open());
    auto store = must(registry->resolve({.client_key = "acme"}));
    const auto pass = must(store->pass("job_1", Kind::products));
    ASSERT_TRUE(pass);
    const auto pages_stored = std::stoll(pass->cursor);
    EXPECT_GE(pages_stored, *acknowledged.rbegin() + 1);
    EXPECT_EQ(must(store->kinds())[0].count, pages_stored * 10) << "a batch is stored whole or not at all";
    EXPECT_EQ(pass->progress.written, pages_stored * 10);
    EXPECT_EQ(must(store->version()).number, pages_stored);
    auto unseen_by_it = *pass;
    unseen_by_it.started = from_micros(INT64_MAX);
    EXPECT_EQ(must(store->count_unseen(unseen_by_it)).unseen, 0) << "what it saw is remembered";
    for (const auto page : acknowledged) {
      if (page < 0) continue;
      EXPECT_TRUE(must(store->get(Kind::products, gid(page * 10 + 9))));
      EXPECT_TRUE(must(store->event(fmt::format("e{}", page))));
    }
  }
}

// ---- open files

std::size_t open_descriptors() {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator("/proc/self/fd"), {}));
}

TEST_F(EmbeddedTest, NoMoreStoresAreOpenThanAllowedAndClosedOnesServeAgain) {
  auto registry = must(open(4));
  std::vector<std::shared_ptr<StoreHandle>> stores;
  for (int i = 0; i < 24; ++i) {
    stores.push_back(create(*registry, fmt::format("store{}", i)));
    must(stores.back()->apply({.documents = {product(i, clock_.wall())}}));
  }
  EXPECT_LT(open_descriptors(), 4 * 5 + 24u) << "4 open stores of up to 5 descriptors, and the rest of the process";
  for (int round = 0; round < 2; ++round)
    for (int i = 0; i < 24; ++i) EXPECT_TRUE(must(stores[static_cast<std::size_t>(i)]->get(Kind::products, gid(i))));
}

TEST_F(EmbeddedTest, StoresOpenedAndClosedByManyThreadsLoseNothing) {
  auto registry = must(open(2));
  std::vector<std::shared_ptr<StoreHandle>> stores;
  for (int i = 0; i < 6; ++i) stores.push_back(create(*registry, fmt::format("store{}", i)));
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 30; ++i) {
        auto& store = *stores[static_cast<std::size_t>((i + t) % 6)];
        must(store.apply({.documents = {product(t * 1000 + i, clock_.wall())}}));
        EXPECT_TRUE(must(store.get(Kind::products, gid(t * 1000 + i))));
      }
    });
  for (auto& thread : threads) thread.join();
  std::int64_t total = 0;
  for (const auto& store : stores) total += must(store->kinds())[0].count;
  EXPECT_EQ(total, 120);
}

}  // namespace
}  // namespace stoa::storage
