// The control of a first sync into MongoDB: insertMany of documents that are BSON already, by libmongoc, in one thread.
//
//   insert_many URL FROM TO [MONGOD_PID]     the products of database FROM into TO.products, which is there, empty and
//   indexed
//
// Prints one line of JSON, as replay does: documents, bytes, wall, cpu (ours), mongod (its), in seconds.
#include <mongoc/mongoc.h>

#include <cstdio>

#include "base/clock.h"
#include "base/json.h"
#include "cpu_time.h"

namespace stoa {
namespace {

constexpr std::size_t kBatch = 500;

struct Documents {
  std::vector<std::string> all;  // BSON each
  std::size_t bytes = 0;
};

Documents read_all(mongoc_client_t* client, const char* database) {
  Documents out;
  bson_t everything = BSON_INITIALIZER;
  auto* products = mongoc_client_get_collection(client, database, "products");
  auto* cursor = mongoc_collection_find_with_opts(products, &everything, nullptr, nullptr);
  for (const bson_t* document = nullptr; mongoc_cursor_next(cursor, &document);) {
    out.all.emplace_back(reinterpret_cast<const char*>(bson_get_data(document)), document->len);
    out.bytes += document->len;
  }
  bson_error_t why;
  STOA_CHECK(!mongoc_cursor_error(cursor, &why), why.message);
  mongoc_cursor_destroy(cursor);
  mongoc_collection_destroy(products);
  return out;
}

void insert(mongoc_client_t* client, const char* database, const Documents& documents) {
  auto* products = mongoc_client_get_collection(client, database, "products");
  auto* concern = mongoc_write_concern_new();
  mongoc_write_concern_set_wmajority(concern, 0);
  bson_t options = BSON_INITIALIZER;
  BSON_APPEND_BOOL(&options, "ordered", false);
  mongoc_write_concern_append(concern, &options);
  bson_t batch[kBatch];
  const bson_t* pointers[kBatch];
  for (std::size_t from = 0; from < documents.all.size(); from += kBatch) {
    const auto count = std::min(kBatch, documents.all.size() - from);
    for (std::size_t i = 0; i < count; ++i) {
      const auto& bytes = documents.all[from + i];
      bson_init_static(&batch[i], reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
      pointers[i] = &batch[i];
    }
    bson_error_t why;
    STOA_CHECK(mongoc_collection_insert_many(products, pointers, count, &options, nullptr, &why), why.message);
  }
  bson_destroy(&options);
  mongoc_write_concern_destroy(concern);
  mongoc_collection_destroy(products);
}

void run(const char* url, const char* from, const char* to, const std::string& mongod) {
  mongoc_init();
  auto* client = mongoc_client_new(url);
  STOA_CHECK(client != nullptr, "the URL is one of MongoDB");
  const auto documents = read_all(client, from);
  const SystemClock clock;
  const auto began = clock.mono();
  const double cpu = bench::own_cpu(), others = bench::cpu_of(mongod);
  insert(client, to, documents);
  const std::chrono::duration<double> wall = clock.mono() - began;
  const json::Object told{{"documents", documents.all.size()},
                          {"bytes", documents.bytes},
                          {"wall", wall.count()},
                          {"cpu", bench::own_cpu() - cpu},
                          {"mongod", bench::cpu_of(mongod) - others}};
  std::puts(json::write(told).c_str());
  mongoc_client_destroy(client);
  mongoc_cleanup();
}

}  // namespace
}  // namespace stoa

int main(int count, char** words) {
  if (count < 4) return 2;
  stoa::run(words[1], words[2], words[3], count > 4 ? words[4] : "");
}
