// The contract on MongoDB: a mongod that is for tests alone, named by STOA_TEST_MONGODB_URL. Every database on it is
// dropped.
#include <mongoc/mongoc.h>

#include "storage/contract_test.h"
#include "storage/mongo/mongo.h"
#include "testing/environment.h"

namespace stoa::storage {
namespace {

namespace fs = std::filesystem;

std::string url_under_test() {
  auto url = testing::environment("STOA_TEST_MONGODB_URL");
  if (url.empty())
    throw std::runtime_error(
        "STOA_TEST_MONGODB_URL is not set: ./dev test starts a mongod and sets it; by hand, ./dev mongod prints one");
  return url;
}

// A connection of the test's own, beside the engine's.
class Client {
 public:
  Client() {
    mongoc_init();
    client_.reset(mongoc_client_new(url_under_test().c_str()));
    if (!client_) throw std::runtime_error("STOA_TEST_MONGODB_URL: not a MongoDB URL");
  }
  // All but MongoDB's own.
  std::vector<std::string> databases() {
    bson_error_t error;
    char** const names = mongoc_client_get_database_names_with_opts(client_.get(), nullptr, &error);
    if (names == nullptr) throw std::runtime_error(fmt::format("listDatabases: {}", error.message));
    std::vector<std::string> out;
    for (char** name = names; *name != nullptr; ++name)
      if (const std::string_view one(*name); one != "admin" && one != "local" && one != "config") out.emplace_back(one);
    bson_strfreev(names);
    std::ranges::sort(out);
    return out;
  }
  void drop_all() {
    for (const auto& name : databases()) run(name, BCON_NEW("dropDatabase", BCON_INT32(1)));
  }
  void create(const std::string& database, const char* collection) {
    run(database, BCON_NEW("create", BCON_UTF8(collection)));
  }

 private:
  struct Destroy {
    void operator()(mongoc_client_t* client) const { mongoc_client_destroy(client); }
  };
  void run(const std::string& database, bson_t* command) {
    bson_error_t error;
    const bool done = mongoc_client_command_simple(client_.get(), database.c_str(), command, nullptr, nullptr, &error);
    bson_destroy(command);
    if (!done) throw std::runtime_error(fmt::format("{}: {}", database, error.message));
  }
  std::unique_ptr<mongoc_client_t, Destroy> client_;
};

class MongoDeployment final : public Deployment {
 public:
  MongoDeployment() { client_.drop_all(); }
  ~MongoDeployment() override {
    try {
      client_.drop_all();
    } catch (const std::exception&) {  // the test has failed already: its server is gone
    }
  }

  Result<std::unique_ptr<Registry>> open(const Clock& clock, Random& random) override {
    MongoOptions options;
    options.cells = {{.url = url_under_test()}};
    options.process = "contract";
    options.media = dir_.path() / "media";
    options.kinds = kinds;
    return open_mongo(options, clock, random, metrics_);
  }
  std::vector<std::string> databases() override {
    auto names = client_.databases();
    std::erase(names, "appconfig");
    if (fs::exists(dir_.path() / "media"))
      for (const auto& space : fs::directory_iterator(dir_.path() / "media"))
        names.push_back("media/" + space.path().filename().string());
    return names;
  }
  void make_foreign(const std::string& database) override { client_.create(database, "theirs"); }

 private:
  Client client_;
  testing::TempDir dir_;
  Metrics metrics_;
};

}  // namespace

Engine mongo_engine() {
  return {"mongodb", [] { return std::make_unique<MongoDeployment>(); }};
}

}  // namespace stoa::storage
