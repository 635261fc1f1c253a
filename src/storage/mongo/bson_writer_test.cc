#include "storage/mongo/bson_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/mongo/bson_fixture.h"

namespace stoa::storage::mongo {
namespace {

using namespace std::string_view_literals;

std::string bytes_of(Bson document) { return {document.begin(), document.end()}; }

TEST(BsonWriter, WritesWhatLibbsonWrites) {
  BsonWriter writer;
  const std::uint8_t hash[] = {1, 2, 3};
  writer.utf8("name", "a\0b"sv).int32("i", -1).int64("l", INT64_MIN).float64("d", 2.5).boolean("t", true).null("n");
  writer.date("when", 1'795'348'800'123).binary("hash", hash).decimal128("price", {0x303c000000000000, 2500});
  writer.begin_document("sub").utf8("", "empty key").end().begin_array("list").utf8(kItem, "x").begin_document(kItem);
  writer.end().end();

  bson_t* expected = bson_new();
  bson_t child, grandchild;
  const bson_decimal128_t price{.low = 2500, .high = 0x303c000000000000};
  bson_append_utf8(expected, "name", -1, "a\0b", 3);
  bson_append_int32(expected, "i", -1, -1);
  bson_append_int64(expected, "l", -1, INT64_MIN);
  bson_append_double(expected, "d", -1, 2.5);
  bson_append_bool(expected, "t", -1, true);
  bson_append_null(expected, "n", -1);
  bson_append_date_time(expected, "when", -1, 1'795'348'800'123);
  bson_append_binary(expected, "hash", -1, BSON_SUBTYPE_BINARY, hash, sizeof hash);
  bson_append_decimal128(expected, "price", -1, &price);
  bson_append_document_begin(expected, "sub", -1, &child);
  bson_append_utf8(&child, "", 0, "empty key", -1);
  bson_append_document_end(expected, &child);
  bson_append_array_begin(expected, "list", -1, &child);
  bson_append_utf8(&child, "0", -1, "x", -1);
  bson_append_document_begin(&child, "1", -1, &grandchild);
  bson_append_document_end(&child, &grandchild);
  bson_append_array_end(expected, &child);
  EXPECT_EQ(bytes_of(writer.finish()), bytes_of({bson_get_data(expected), expected->len}));
  bson_destroy(expected);
}

TEST(BsonWriter, ResetStartsAnewAndFinishMayBeFollowedByMore) {
  BsonWriter writer;
  EXPECT_EQ(bytes_of(writer.finish()), "\x05\0\0\0\0"sv);
  writer.utf8("a", std::string(5'000, 'x'));
  writer.reset();
  writer.int32("a", 1);
  writer.finish();
  writer.int32("b", 2);
  EXPECT_EQ(extended_json(writer.finish(), true), R"({ "a" : 1, "b" : 2 })");
}

TEST(BsonWriter, ArrayElementsGetTheirIndexWhateverTheirNumber) {
  BsonWriter writer;
  writer.begin_array("ids");
  for (int i = 0; i < 1'234; ++i) writer.int32("ignored", i);
  writer.end();
  const auto list = find(writer.finish(), "ids");
  ASSERT_TRUE(list && list->document());
  BsonReader reader(list->bytes);
  for (int i = 0; i < 1'234; ++i) {
    const auto element = reader.next();
    ASSERT_TRUE(element);
    EXPECT_EQ(element->key, std::to_string(i));
    EXPECT_EQ(element->value.integer(), i);
  }
  EXPECT_FALSE(reader.next());
  EXPECT_FALSE(reader.broken());
}

TEST(BsonWriter, TakesReadyBsonAndTakesBack) {
  BsonWriter filter;
  filter.begin_document("handle").utf8("$eq", "tea").end();
  const auto ready = bytes_of(filter.finish());
  const Bson view(reinterpret_cast<const std::uint8_t*>(ready.data()), ready.size());

  BsonWriter writer;
  writer.document("filter", view).begin_array("pipeline").document(kItem, view).end().splice(view);
  const auto before = writer.size();
  writer.utf8("gone", "x").begin_document("gone too").end();
  writer.drop_to(before);
  writer.value("copy", *find(view, "handle"));
  const auto whole = writer.finish();
  EXPECT_TRUE(is_valid(whole));
  EXPECT_EQ(extended_json(whole, true),
            R"({ "filter" : { "handle" : { "$eq" : "tea" } }, "pipeline" : [ { "handle" : { "$eq" : "tea" } } ], )"
            R"("handle" : { "$eq" : "tea" }, "copy" : { "$eq" : "tea" } })");
}

TEST(BsonView, FindFollowsDocumentsOnly) {
  BsonWriter writer;
  writer.utf8("_id", "a").begin_document("_m").int64("ver", 7).begin_array("list").int32(kItem, 1).end().end();
  const auto document = writer.finish();
  EXPECT_EQ(find(document, "_m.ver")->integer(), 7);
  EXPECT_EQ(find(document, "_m.list")->type, BsonType::array);
  for (const auto* path : {"_m.list.0", "_id.x", "ver", "_m.", "", "_m.ver.x"})
    EXPECT_FALSE(find(document, path)) << path;
  EXPECT_FALSE(find(document, "_id")->integer());
  EXPECT_FALSE(find(document, "_m.ver")->utf8());
  EXPECT_EQ(find(document, "_id")->utf8(), "a");
}

// Copies of exact size on the heap: one byte read beyond them stops the test (ASan).
TEST(BsonView, EveryCutAndEveryForgedByteStaysInside) {
  BsonWriter writer;
  writer.utf8("s", "text").int32("i", 1).begin_document("d").boolean("b", true).date("t", 1).end();
  writer.begin_array("a").float64(kItem, 1).null(kItem).end().binary("h", writer.finish()).decimal128("m", {});
  const auto whole = writer.finish();
  const auto read = [](Bson bytes) {
    BsonReader reader(bytes);
    int count = 0;
    for (; const auto element = reader.next(); ++count) {
      element->value.utf8();
      element->value.binary();
      if (const auto document = element->value.document()) {
        BsonReader inner(*document);
        while (inner.next()) {
        }
      }
    }
    return reader.broken() ? -1 : count;
  };
  EXPECT_EQ(read(whole), 6);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const std::vector<std::uint8_t> cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_EQ(read(cut), -1) << size;
  }
  for (std::size_t at = 0; at < whole.size(); ++at)
    for (const int byte : {0, 1, 2, 3, 4, 5, 0x13, 0x7F, 0x80, 0xFF}) {
      std::vector<std::uint8_t> forged(whole.begin(), whole.end());
      forged[at] = static_cast<std::uint8_t>(byte);
      read(forged);
      find(forged, "d.b");
    }
}

}  // namespace
}  // namespace stoa::storage::mongo
