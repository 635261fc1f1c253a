// A sync of recorded answers of Shopify, held in memory: what turning them into stored documents costs, with neither
// network nor shop. The path is a sync's own (sync::KindWalk over a storage engine); only the transport is ours.
//
//   replay CORPUS STORAGE KEY [MONGOD_PID]     STORAGE: embedded:FOLDER or mongodb://…; the store KEY is made
//
// CORPUS has two lines an answer, {"operation":…,"variables":…} and the answer's text. Prints two lines of JSON, the
// first sync and a second one that finds everything unchanged: documents, written, wall, cpu (ours), mongod (its), in
// seconds.
#include <cstdio>
#include <fstream>

#include "base/crypto.h"
#include "base/json.h"
#include "cpu_time.h"
#include "shopify/classify.h"
#include "storage/embedded/embedded.h"
#include "sync/kind_walk.h"
#include "storage/mongo/mongo.h"

namespace stoa {
namespace {

constexpr auto kApiVersion = "2026-10";

template <class T>
T must(Result<T> result) {
  STOA_CHECK(result.has_value(), result ? "" : result.error().what.c_str());
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

// Answers each call with what Shopify answered to the same one, once a pass.
class Recorded final : public shopify::Transport {
 public:
  explicit Recorded(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    for (std::string head, text; std::getline(in, head) && std::getline(in, text);) {
      const auto asked = must(json::parse(head));
      answers_.emplace(name(json::string_or(asked, "operation"), *json::find(asked, "variables")), std::move(text));
    }
    STOA_CHECK(!answers_.empty(), "the corpus holds answers");
  }

  // Copies the answers that the next pass takes, so that their bytes lie ready as those of a network read do.
  void begin_pass() { ready_ = answers_; }

  Result<shopify::Answer> call(const shopify::Call& call) override {
    auto taken = ready_.extract(name(call.operation, call.variables));
    if (taken.empty()) return fail(Code::invalid, "corpus: no answer to {}", name(call.operation, call.variables));
    http::ClientResponse response{
        .status = 200,
        .headers = {{"content-type", "application/json"}, {"x-shopify-api-version", kApiVersion}},
        .body = std::move(taken.mapped())};
    return shopify::classify(std::move(response), kApiVersion).answer;
  }
  shopify::Budget budget() const override { return {}; }
  std::string last_request_id() const override { return {}; }

 private:
  static std::string name(std::string_view operation, const json::Value& variables) {
    return fmt::format("{} {}", operation, json::write(variables));
  }
  std::unordered_map<std::string, std::string> answers_, ready_;
};

std::unique_ptr<storage::Registry> open(const std::string& storage, const Clock& clock, Random& random) {
  constexpr std::string_view kEmbedded = "embedded:";
  static Metrics metrics;
  if (storage.starts_with("mongodb"))
    return must(storage::open_mongo({.cells = {{.url = storage}}, .process = "replay"}, clock, random, metrics));
  STOA_CHECK(storage.starts_with(kEmbedded),
             "STORAGE is embedded:FOLDER or mongodb://…");
  return must(storage::open_embedded({.folder = storage.substr(kEmbedded.size())}, clock, random));
}

void run(const std::string& corpus, const std::string& storage, const std::string& name, const std::string& mongod) {
  crypto_init();
  SystemClock clock;
  SystemRandom random;
  Recorded transport(corpus);
  const auto registry = open(storage, clock, random);
  const ClientKey key(name);
  storage::ShopRecord shop{.domain = ShopDomain(name + ".myshopify.com"), .client_key = key};
  shop.database = name;
  shop.incarnation = "one";
  shop.scopes.assign(shopify::kInventoryScopes.begin(), shopify::kInventoryScopes.end());  // as the recorded shop had
  const auto store = must(registry->create(
      {.key = key}, shop, {.id = "key_" + name, .client_key = key, .hash = name},
      {.id = storage::new_job_id(clock.wall(), random), .store = key, .type = "sync", .work = "first"}));

  const sync::SyncOptions options;
  for (int pass = 0; pass < 2; ++pass) {
    storage::JobRecord job{.id = storage::new_job_id(clock.wall(), random), .store = key, .type = "sync"};
    job.kinds.push_back({.kind = model::Kind::products});
    transport.begin_pass();
    const auto began = clock.mono();
    const double cpu = bench::own_cpu(), others = bench::cpu_of(mongod);
    {
      sync::KindWalk walk({.store = *store, .job = job, .options = options}, model::Kind::products);
      while (!must(walk.step(transport))) {
      }
    }
    must(store->end_passes(job.id));
    const std::chrono::duration<double> wall = clock.mono() - began;
    const auto& done = job.kinds.front();
    STOA_CHECK(done.state == storage::KindState::done && done.failed == 0, done.error.c_str());
    const json::Object told{{"documents", done.seen},
                            {"written", done.written},
                            {"wall", wall.count()},
                            {"cpu", bench::own_cpu() - cpu},
                            {"mongod", bench::cpu_of(mongod) - others}};
    std::puts(json::write(told).c_str());
    std::fflush(stdout);
  }
}

}  // namespace
}  // namespace stoa

int main(int count, char** words) {
  if (count < 4) return 2;
  stoa::run(words[1], words[2], words[3], count > 4 ? words[4] : "");
}
