// Reading BSON that something else made: a stored document, a reply. Nothing is copied and nothing is trusted: every
// length is checked before it is followed, so forged bytes read as "nothing there", never out of bounds. A view borrows
// its bytes. Pure functions; not tied to any thread. Specification: bsonspec.org, version 1.1.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace stoa::storage::mongo {

// One whole document: its length first (int32), its terminator (NUL) last.
using Bson = std::span<const std::uint8_t>;

// The types that Stoa writes, and those that a reply of MongoDB may hold besides.
enum class BsonType : std::uint8_t {
  float64 = 0x01,
  utf8 = 0x02,
  document = 0x03,
  array = 0x04,
  binary = 0x05,
  object_id = 0x07,
  boolean = 0x08,
  date = 0x09,  // milliseconds since 1970
  null = 0x0A,
  int32 = 0x10,
  timestamp = 0x11,
  int64 = 0x12,
  decimal128 = 0x13,
};

struct Decimal128 {
  std::uint64_t high = 0, low = 0;
  bool operator==(const Decimal128&) const = default;
};

// One value. Each accessor answers nothing when the value is of another type.
struct BsonValue {
  BsonType type = BsonType::null;
  Bson bytes;  // as they stand: a string with its length and its NUL, a document whole

  std::optional<std::string_view> utf8() const;
  std::optional<std::int64_t> integer() const;  // int32 or int64
  std::optional<double> float64() const;
  std::optional<bool> boolean() const;
  std::optional<std::int64_t> date() const;  // milliseconds since 1970
  std::optional<Decimal128> decimal128() const;
  std::optional<Bson> binary() const;    // its bytes alone
  std::optional<Bson> document() const;  // of an array too
};

struct BsonElement {
  std::string_view key;
  BsonValue value;
};

// A forward reader over the elements of a document or array:
// `BsonReader reader(document); while (auto element = reader.next()) …`
class BsonReader {
 public:
  explicit BsonReader(Bson document);
  std::optional<BsonElement> next();       // nothing at the end, and at the first fault
  bool broken() const { return broken_; }  // it ended at a fault: a length, a type or an end that cannot be

 private:
  const std::uint8_t* at_;
  const std::uint8_t* end_;  // the terminator
  bool broken_ = false;
};

// How many bytes the value of that type takes at `at`; nothing when it would pass `end`, contradicts itself, or is of a
// type not listed above.
std::optional<std::size_t> value_size(BsonType type, const std::uint8_t* at, const std::uint8_t* end);

// The member at a dotted path ("_m.hash"), through documents only; the first one when a key repeats.
std::optional<BsonValue> find(Bson document, std::string_view path);

}  // namespace stoa::storage::mongo
