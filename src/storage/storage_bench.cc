// What the embedded engine costs, per CPU-second of the process: build/release/src/storage/storage_bench.
#include <benchmark/benchmark.h>

#include "storage/embedded/embedded.h"
#include "testing/fakes.h"

namespace stoa::storage {
namespace {

constexpr std::int64_t kProducts = 20'000;
constexpr std::size_t kBodyBytes = 5'000;

template <class T>
T must(Result<T> result) {
  STOA_CHECK(result.has_value(), result.error().what.c_str());
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

// As the catalogue of a shop looks in the order of its ids: every index field filled, three tags, handles, titles and
// times of update in no order, creation and publication in order.
model::Document product(std::int64_t number, std::int64_t round, Time fetched_at) {
  const auto mixed = static_cast<std::int64_t>(static_cast<std::uint64_t>(number) * 0x9e3779b97f4a7c15U >> 24);
  model::Document out{.kind = model::Kind::products, .id = make_gid("Product", 7'000'000'000'000 + number)};
  out.body = fmt::format("{{\"id\":\"{}\",\"round\":{}}}", out.id, round);
  out.body.resize(kBodyBytes, 'x');
  const auto text = [&](std::string_view name) { return fmt::format("{}-{:x}", name, mixed); };
  out.index = {text("handle"),
               "ACTIVE",
               fmt::format("Vendor {}", number % 50),
               fmt::format("vendor {}", number % 50),
               fmt::format("Type {}", number % 20),
               text("title"),
               number * 1'000'000,
               mixed + round,
               number * 1'000'000 + 5,
               mixed % 200 * 500'000,
               mixed % 200 * 500'000 + 5,
               true,
               std::vector<std::string>{fmt::format("tag{}", number % 7), fmt::format("tag{}", number % 31), "all"}};
  out.hash = quick_hash({out.body});
  out.fetched_at = fetched_at;
  out.api_version = "2026-10";
  return out;
}

class Storage {
 public:
  Storage() {
    registry_ = must(open_embedded({.folder = dir_.path() / "data"}, clock_, random_));
    ShopRecord shop{.domain = ShopDomain("acme.myshopify.com"), .client_key = ClientKey("acme")};
    store_ = must(registry_->create({.key = ClientKey("acme")}, shop, {.id = "key", .client_key = ClientKey("acme")},
                                    {.id = "job", .store = ClientKey("acme")}));
  }
  StoreHandle& store() { return *store_; }
  // One page of a walk: documents and pass in one step.
  Applied put(std::int64_t first, std::int64_t count, std::int64_t round) {
    const auto stamp = store_->fetch_clock().begin();
    Batch batch;
    batch.pass = Pass{.job = fmt::format("job-{}", round), .started = stamp.time()};
    for (std::int64_t i = 0; i < count; ++i) batch.documents.push_back(product(first + i, round, stamp.time()));
    return must(store_->apply(batch));
  }
  void fill() {
    for (std::int64_t i = 0; i < kProducts; i += 250) put(i, 250, 0);
  }

 private:
  testing::TempDir dir_;
  SystemClock clock_;
  SystemRandom random_;
  std::unique_ptr<Registry> registry_;
  std::shared_ptr<StoreHandle> store_;
};

Storage& filled() {
  static Storage storage;
  static const bool done = (storage.fill(), true);
  (void)done;
  return storage;
}

void per_second(benchmark::State& state, std::int64_t each) { state.SetItemsProcessed(state.iterations() * each); }

void insert(benchmark::State& state) {
  const auto page = state.range(0);
  for (auto _ : state) {
    state.PauseTiming();
    auto storage = std::make_unique<Storage>();
    state.ResumeTiming();
    for (std::int64_t i = 0; i < kProducts; i += page) storage->put(i, page, 0);
    state.PauseTiming();
    storage.reset();
    state.ResumeTiming();
  }
  per_second(state, kProducts);
}

// Time of making the documents alone: to be taken off the others.
void make_documents(benchmark::State& state) {
  std::int64_t number = 0;
  for (auto _ : state) benchmark::DoNotOptimize(product(++number, 0, Time{}));
  per_second(state, 1);
}

void replace(benchmark::State& state) {
  filled().put(0, 250, 1);
  std::int64_t first = 250, round = 1;
  for (auto _ : state) {
    filled().put(first, 250, round);
    first = (first + 250) % kProducts;
    round += first == 0;
  }
  per_second(state, 250);
}

void unchanged(benchmark::State& state) {
  filled().put(0, 250, 1'000);
  for (auto _ : state) filled().put(0, 250, 1'000);
  per_second(state, 250);
}

void point_read(benchmark::State& state) {
  auto& store = filled().store();
  std::uint64_t at = 0;
  for (auto _ : state) {
    at = (at + 7919) % kProducts;
    benchmark::DoNotOptimize(
        must(store.get(model::Kind::products, make_gid("Product", 7'000'000'000'000 + static_cast<std::int64_t>(at)))));
  }
  per_second(state, 1);
}

void page_of_twenty(benchmark::State& state) {
  const char* fields[] = {"", "titleFold", "updatedAt"};
  Query query{.all = {{.field = "status", .values = {"ACTIVE"}}}, .sort = {fields[state.range(0)], true}, .limit = 20};
  for (auto _ : state) {
    auto page = must(filled().store().query(query));
    query.after = page.next;
    benchmark::DoNotOptimize(page);
  }
  per_second(state, 1);
  state.SetLabel(fmt::format("sort {}", fields[state.range(0)]));
}

void page_of_a_tag(benchmark::State& state) {
  const Query query{.all = {{.field = "tags", .op = Condition::Op::has, .values = {"tag3"}}}, .limit = 20};
  for (auto _ : state) benchmark::DoNotOptimize(must(filled().store().query(query)));
  per_second(state, 1);
}

void event(benchmark::State& state) {
  static std::atomic<std::int64_t> number = 0;
  for (auto _ : state)
    must(filled().store().append_event(
        {.id = std::to_string(++number), .topic = "products/update", .body = std::string(5000, 'x')}));
  per_second(state, 1);
}

BENCHMARK(make_documents);
BENCHMARK(insert)->Arg(100)->Arg(250)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime()->Iterations(3);
BENCHMARK(replace)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime();
BENCHMARK(unchanged)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime();
BENCHMARK(point_read);
BENCHMARK(page_of_twenty)->DenseRange(0, 2);
BENCHMARK(page_of_a_tag);
BENCHMARK(event)->Threads(1)->Threads(16)->UseRealTime();

}  // namespace
}  // namespace stoa::storage

BENCHMARK_MAIN();
