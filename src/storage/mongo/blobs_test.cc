// What the contract cannot say of the GridFS bucket: other clients read it, and what a cut upload left does no harm.
#include <mongoc/mongoc.h>

#include <fstream>

#include "base/crypto.h"
#include "base/text.h"
#include "storage/contract_test.h"
#include "testing/environment.h"

namespace stoa::storage {
namespace {

class MongoBlobs : public StorageContract {
 protected:
  MongoBlobs() : client_(mongoc_client_new(testing::environment("STOA_TEST_MONGODB_URL").c_str())) {}
  ~MongoBlobs() override { mongoc_client_destroy(client_); }

  std::string put(const std::string& bytes) {
    const auto file = must(store().spool()) / "download.part";
    std::ofstream(file, std::ios::binary) << bytes;
    const auto name = to_hex(sha256(bytes));
    must(store().put_blob(name, file));
    return name;
  }
  void run(bson_t* command) {
    bson_error_t error;
    const bool done = mongoc_client_command_simple(client_, "acme", command, nullptr, nullptr, &error);
    bson_destroy(command);
    ASSERT_TRUE(done) << error.message;
  }
  // A chunk without a file's row, made at that time.
  void leave_chunk(const std::string& name, int n, Time made) {
    const auto second = std::chrono::floor<std::chrono::seconds>(made).time_since_epoch().count();
    bson_oid_t id;
    bson_oid_init(&id, nullptr);
    for (std::size_t i = 0; i < 4; ++i) id.bytes[i] = static_cast<std::uint8_t>(second >> (24 - 8 * i));
    run(BCON_NEW("insert", "fs.chunks", "documents", "[", "{", "_id", BCON_OID(&id), "files_id",
                 BCON_UTF8(name.c_str()), "n", BCON_INT32(n), "data",
                 BCON_BIN(BSON_SUBTYPE_BINARY, reinterpret_cast<const std::uint8_t*>("cut"), 3), "}", "]"));
  }
  std::int64_t chunks(const std::string& name) {
    auto* collection = mongoc_client_get_collection(client_, "acme", "fs.chunks");
    auto* filter = BCON_NEW("files_id", BCON_UTF8(name.c_str()));
    bson_error_t error;
    const auto count = mongoc_collection_count_documents(collection, filter, nullptr, nullptr, nullptr, &error);
    bson_destroy(filter);
    mongoc_collection_destroy(collection);
    return count;
  }
  // As any GridFS client does: by the driver's own bucket.
  std::string read_by_name(const std::string& name) {
    auto* database = mongoc_client_get_database(client_, "acme");
    auto* bucket = mongoc_gridfs_bucket_new(database, nullptr, nullptr, nullptr);
    bson_value_t id{};
    id.value_type = BSON_TYPE_UTF8;
    id.value.v_utf8 = {.str = const_cast<char*>(name.c_str()), .len = static_cast<std::uint32_t>(name.size())};
    bson_error_t error;
    std::string out;
    if (auto* stream = mongoc_gridfs_bucket_open_download_stream(bucket, &id, &error)) {
      std::string part(100'000, '\0');
      for (ssize_t count; (count = mongoc_stream_read(stream, part.data(), part.size(), 1, 10'000)) > 0;)
        out.append(part, 0, static_cast<std::size_t>(count));
      if (mongoc_gridfs_bucket_stream_error(stream, &error)) out = error.message;
      mongoc_stream_destroy(stream);
    } else {
      out = error.message;
    }
    mongoc_gridfs_bucket_destroy(bucket);
    mongoc_database_destroy(database);
    return out;
  }

  mongoc_client_t* const client_;
};

INSTANTIATE_TEST_SUITE_P(Mongo, MongoBlobs, ::testing::Values(mongo_engine()), engine_name);

TEST_P(MongoBlobs, AnyGridFsClientReadsThem) {
  std::string bytes(700'001, 'x');
  for (std::size_t i = 0; i < bytes.size(); i += 997) bytes[i] = char(i % 251);
  EXPECT_EQ(read_by_name(put(bytes)), bytes);
  EXPECT_EQ(read_by_name(put("small")), "small");
  EXPECT_EQ(read_by_name(put("")), "");
}

TEST_P(MongoBlobs, WhatACutUploadLeftIsWrittenOver) {
  put("so that the bucket is there");
  const std::string bytes(300'000, 'y');
  const auto name = to_hex(sha256(bytes));
  run(BCON_NEW("insert", "fs.chunks", "documents", "[", "{", "files_id", BCON_UTF8(name.c_str()), "n", BCON_INT32(0),
               "data", BCON_BIN(BSON_SUBTYPE_BINARY, reinterpret_cast<const std::uint8_t*>("cut"), 3), "}", "]"));
  EXPECT_EQ(must(store().blob(name)), std::nullopt);
  EXPECT_EQ(refusal(store().read_blob(name, 0, 10)), "not-found/blob-not-found");
  EXPECT_EQ(put(bytes), name);
  EXPECT_EQ(must(store().read_blob(name, 0, bytes.size())), bytes);
}

TEST_P(MongoBlobs, WhatCutUploadsLeftIsForgottenOnceItIsOld) {
  const auto whole = put(std::string(600'000, 'w'));
  const auto now = SystemClock().wall();
  const auto old = to_hex(sha256("old")), young = to_hex(sha256("young"));
  for (int n = 0; n < 2; ++n) {
    leave_chunk(old, n, now - std::chrono::hours(2));
    leave_chunk(young, n, now - std::chrono::minutes(10));
  }
  must(store().forget_cut_uploads(now - std::chrono::hours(1)));
  EXPECT_EQ(chunks(old), 0);
  EXPECT_EQ(chunks(young), 2) << "its upload may be under way";
  EXPECT_EQ(chunks(whole), 3);
  EXPECT_EQ(must(store().read_blob(whole, 0, 1u << 20)).size(), 600'000u);
}

// Else its old chunks would make an upload under way look like one that was cut long ago.
TEST_P(MongoBlobs, AnUploadHasNoChunksOfAnEarlierOne) {
  const std::string bytes(300'000, 'y');
  const auto name = to_hex(sha256(bytes));
  put("so that the bucket is there");
  leave_chunk(name, 0, clock_.wall() - std::chrono::hours(2));
  leave_chunk(name, 7, clock_.wall() - std::chrono::hours(2));
  EXPECT_EQ(put(bytes), name);
  EXPECT_EQ(chunks(name), 2);
  EXPECT_EQ(must(store().read_blob(name, 0, bytes.size())), bytes);
}

TEST_P(MongoBlobs, AMissingChunkIsSaidNotServed) {
  const std::string bytes(300'000, 'z');
  const auto name = put(bytes);
  run(BCON_NEW("delete", "fs.chunks", "deletes", "[", "{", "q", "{", "files_id", BCON_UTF8(name.c_str()), "n",
               BCON_INT32(1), "}", "limit", BCON_INT32(1), "}", "]"));
  EXPECT_EQ(refusal(store().read_blob(name, 0, bytes.size())), "corrupt/blob-damaged");
  must(store().erase_blob(name));
  EXPECT_EQ(must(store().blob(name)), std::nullopt);
}

}  // namespace
}  // namespace stoa::storage
