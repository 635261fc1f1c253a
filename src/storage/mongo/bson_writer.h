// Builds BSON: stored documents, filters, commands. Bytes into one buffer that is kept from document to document, so
// that an element costs no allocation. Not thread-safe; owned by whoever builds.
//
//   writer.reset();
//   writer.utf8("_id", id).begin_document("_m.fetchedMicros").int64("$lte", stamp).end();
//   writer.begin_array("ids");
//   for (const auto& id : ids) writer.utf8(kItem, id);
//   writer.end();
//   send(writer.finish());
//
// A key must not hold NUL. Inside an array the key is ignored: elements get their index.
#pragma once

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "storage/mongo/bson_view.h"

namespace stoa::storage::mongo {

inline constexpr std::string_view kItem{};  // the key of an array's element

class BsonWriter {
 public:
  // Open levels, the outermost document included. Passing it is a fault of the program.
  static constexpr std::size_t kLevelsMax = 128;

  BsonWriter() { reset(); }

  void reset() {  // starts an empty document
    depth_ = 0;
    size_ = 0;
    open(0, false);
  }

  BsonWriter& begin_document(std::string_view key) { return begin(BsonType::document, key); }
  BsonWriter& begin_array(std::string_view key) { return begin(BsonType::array, key); }
  BsonWriter& end() {
    STOA_CHECK(depth_ > 1, "end() without a begin");
    close();
    --depth_;
    return *this;
  }

  BsonWriter& utf8(std::string_view key, std::string_view text) {
    std::uint8_t* const room = begin_utf8(key, text.size());
    if (!text.empty()) std::memcpy(room, text.data(), text.size());
    end_utf8(text.size());
    return *this;
  }
  BsonWriter& int32(std::string_view key, std::int32_t value) { return scalar(BsonType::int32, key, value); }
  BsonWriter& int64(std::string_view key, std::int64_t value) { return scalar(BsonType::int64, key, value); }
  BsonWriter& float64(std::string_view key, double value) { return scalar(BsonType::float64, key, value); }
  BsonWriter& boolean(std::string_view key, bool value) {
    return scalar(BsonType::boolean, key, std::uint8_t(value ? 1 : 0));
  }
  BsonWriter& date(std::string_view key, std::int64_t milliseconds) {
    return scalar(BsonType::date, key, milliseconds);
  }
  BsonWriter& date(std::string_view key, Time time) {  // to the millisecond before
    return date(key, std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch().count());
  }
  BsonWriter& null(std::string_view key) {
    header(BsonType::null, key, 0);
    return *this;
  }
  BsonWriter& decimal128(std::string_view key, Decimal128 value) {
    header(BsonType::decimal128, key, 16);
    put(value.low);
    put(value.high);
    return *this;
  }
  BsonWriter& binary(std::string_view key, Bson bytes);  // subtype 0

  // Ready BSON under a key: a document, an array, or any value that was read.
  BsonWriter& document(std::string_view key, Bson document) { return value(key, {BsonType::document, document}); }
  BsonWriter& array(std::string_view key, Bson array) { return value(key, {BsonType::array, array}); }
  BsonWriter& value(std::string_view key, const BsonValue& value);
  BsonWriter& splice(Bson document);  // all its elements, into the open document

  // A text written in place: room for `bytes_max` bytes and 16 more to spare, then how many it became.
  std::uint8_t* begin_utf8(std::string_view key, std::size_t bytes_max) {
    header(BsonType::utf8, key, sizeof(std::int32_t) + bytes_max + 1 + kSpare);
    return bytes_.get() + size_ + sizeof(std::int32_t);
  }
  void end_utf8(std::size_t bytes) {
    put(static_cast<std::int32_t>(bytes + 1));
    size_ += bytes;
    bytes_[size_++] = 0;
  }

  // Bytes so far. drop_to() takes back every element since the size was asked; no level may have opened or closed
  // between, and not inside an array.
  std::size_t size() const { return size_; }
  void drop_to(std::size_t size) { size_ = size; }

  // The document, whole; valid until the next call. Every begin must have met its end.
  Bson finish();

 private:
  struct Level {
    std::uint32_t start = 0;  // of its length field
    std::uint32_t items = 0;  // elements so far, of an array
    bool is_array = false;
  };
  static constexpr std::size_t kSpare = 16;
  static constexpr std::size_t kIndexDigitsMax = 10;

  void ensure(std::size_t bytes) {
    if (capacity_ - size_ < bytes) grow(bytes);
  }
  void grow(std::size_t bytes);
  template <class T>
  void put(T value) {  // BSON is little endian, and so is every machine that Stoa is built for
    std::memcpy(bytes_.get() + size_, &value, sizeof value);
    size_ += sizeof value;
  }
  // The element's type and key; afterwards there is room for `value_bytes`.
  void header(BsonType type, std::string_view key, std::size_t value_bytes) {
    auto& level = levels_[depth_ - 1];
    ensure(2 + std::max(key.size(), kIndexDigitsMax) + value_bytes);
    bytes_[size_++] = static_cast<std::uint8_t>(type);
    if (level.is_array) {
      put_index(level.items++);
    } else if (!key.empty()) {
      std::memcpy(bytes_.get() + size_, key.data(), key.size());
      size_ += key.size();
    }
    bytes_[size_++] = 0;
  }
  template <class T>
  BsonWriter& scalar(BsonType type, std::string_view key, T value) {
    header(type, key, sizeof value);
    put(value);
    return *this;
  }
  BsonWriter& begin(BsonType type, std::string_view key) {
    header(type, key, 0);
    open(size_, type == BsonType::array);
    return *this;
  }
  void open(std::size_t start, bool is_array) {
    STOA_CHECK(depth_ < kLevelsMax, "BSON nested too deep");
    ensure(sizeof(std::int32_t));
    levels_[depth_++] = {static_cast<std::uint32_t>(start), 0, is_array};
    size_ = start + sizeof(std::int32_t);
  }
  void close() {
    ensure(1);
    bytes_[size_++] = 0;
    const auto start = levels_[depth_ - 1].start;
    const auto length = static_cast<std::int32_t>(size_ - start);
    std::memcpy(bytes_.get() + start, &length, sizeof length);
  }
  void put_index(std::uint32_t index);

  std::unique_ptr<std::uint8_t[]> bytes_;
  std::size_t size_ = 0, capacity_ = 0;
  std::size_t depth_ = 0;
  std::array<Level, kLevelsMax> levels_;
};

}  // namespace stoa::storage::mongo
