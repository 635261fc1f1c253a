#include "storage/mongo/bson_view.h"

#include <cstring>

namespace stoa::storage::mongo {
namespace {

constexpr std::size_t kLengthBytes = 4;
constexpr std::size_t kDocumentBytesMin = kLengthBytes + 1;

template <class T>
T load(const std::uint8_t* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

template <class T>
std::optional<T> scalar(const BsonValue& value, BsonType type) {
  if (value.type != type || value.bytes.size() != sizeof(T)) return std::nullopt;
  return load<T>(value.bytes.data());
}

}  // namespace

std::optional<std::size_t> value_size(BsonType type, const std::uint8_t* at, const std::uint8_t* end) {
  const auto room = static_cast<std::size_t>(end - at);
  const auto fixed = [&](std::size_t size) { return room >= size ? std::optional(size) : std::nullopt; };
  switch (type) {
    case BsonType::null: return 0;
    case BsonType::boolean: return room >= 1 && *at <= 1 ? std::optional<std::size_t>(1) : std::nullopt;
    case BsonType::int32: return fixed(4);
    case BsonType::float64:
    case BsonType::date:
    case BsonType::timestamp:
    case BsonType::int64: return fixed(8);
    case BsonType::object_id: return fixed(12);
    case BsonType::decimal128: return fixed(16);
    default: break;
  }
  if (room < kDocumentBytesMin) return std::nullopt;
  const auto length = load<std::int32_t>(at);
  if (length < 0) return std::nullopt;
  const auto bytes = static_cast<std::size_t>(length);
  switch (type) {
    case BsonType::utf8: {  // the length counts the NUL
      const auto size = kLengthBytes + bytes;
      return bytes >= 1 && size <= room && at[size - 1] == 0 ? std::optional(size) : std::nullopt;
    }
    case BsonType::document:
    case BsonType::array:  // the length counts itself
      return bytes >= kDocumentBytesMin && bytes <= room && at[bytes - 1] == 0 ? std::optional(bytes) : std::nullopt;
    case BsonType::binary: {  // length of the content, subtype, content
      const auto size = kLengthBytes + 1 + bytes;
      return size <= room ? std::optional(size) : std::nullopt;
    }
    default: return std::nullopt;
  }
}

// ---- one value

std::optional<std::string_view> BsonValue::utf8() const {
  if (type != BsonType::utf8 || bytes.size() <= kLengthBytes) return std::nullopt;
  return std::string_view(reinterpret_cast<const char*>(bytes.data()) + kLengthBytes, bytes.size() - kLengthBytes - 1);
}
std::optional<std::int64_t> BsonValue::integer() const {
  if (const auto small = scalar<std::int32_t>(*this, BsonType::int32)) return *small;
  return scalar<std::int64_t>(*this, BsonType::int64);
}
std::optional<double> BsonValue::float64() const { return scalar<double>(*this, BsonType::float64); }
std::optional<bool> BsonValue::boolean() const {
  const auto byte = scalar<std::uint8_t>(*this, BsonType::boolean);
  return byte ? std::optional(*byte != 0) : std::nullopt;
}
std::optional<std::int64_t> BsonValue::date() const { return scalar<std::int64_t>(*this, BsonType::date); }
std::optional<Decimal128> BsonValue::decimal128() const {
  if (type != BsonType::decimal128 || bytes.size() != 16) return std::nullopt;
  return Decimal128{.high = load<std::uint64_t>(bytes.data() + 8), .low = load<std::uint64_t>(bytes.data())};
}
std::optional<Bson> BsonValue::binary() const {
  if (type != BsonType::binary || bytes.size() <= kLengthBytes) return std::nullopt;
  return bytes.subspan(kLengthBytes + 1);
}
std::optional<Bson> BsonValue::document() const {
  if (type != BsonType::document && type != BsonType::array) return std::nullopt;
  return bytes;
}

// ---- many

BsonReader::BsonReader(Bson document) : at_(nullptr), end_(nullptr) {
  const auto size = value_size(BsonType::document, document.data(), document.data() + document.size());
  broken_ = size != document.size();
  if (broken_) return;
  at_ = document.data() + kLengthBytes;
  end_ = document.data() + document.size() - 1;
}

std::optional<BsonElement> BsonReader::next() {
  if (at_ == end_ || broken_) return std::nullopt;
  broken_ = true;  // until the element has proved whole
  const auto type = static_cast<BsonType>(*at_++);
  const auto* const key_end =
      static_cast<const std::uint8_t*>(std::memchr(at_, 0, static_cast<std::size_t>(end_ - at_)));
  if (key_end == nullptr) return std::nullopt;
  const std::string_view key(reinterpret_cast<const char*>(at_), static_cast<std::size_t>(key_end - at_));
  const auto size = value_size(type, key_end + 1, end_);
  if (!size) return std::nullopt;
  at_ = key_end + 1 + *size;
  broken_ = false;
  return BsonElement{key, {type, Bson(key_end + 1, *size)}};
}

std::optional<BsonValue> find(Bson document, std::string_view path) {
  for (;;) {
    const auto dot = path.find('.');
    const auto name = path.substr(0, dot);
    BsonReader reader(document);
    auto element = reader.next();
    while (element && element->key != name) element = reader.next();
    if (!element) return std::nullopt;
    if (dot == std::string_view::npos) return element->value;
    if (element->value.type != BsonType::document) return std::nullopt;
    document = element->value.bytes;
    path.remove_prefix(dot + 1);
  }
}

}  // namespace stoa::storage::mongo
