#include "storage/mongo/bson_writer.h"

#include <charconv>

namespace stoa::storage::mongo {
namespace {
constexpr std::size_t kFirstBytes = 512;     // a filter needs no second allocation
constexpr std::size_t kBytesMax = 1u << 30;  // lengths are int32; whoever builds documents keeps to MongoDB's 16 MiB
constexpr std::size_t kDocumentBytesMin = 4 + 1;  // length, terminator
}  // namespace

void BsonWriter::grow(std::size_t bytes) {
  STOA_CHECK(bytes <= kBytesMax && size_ <= kBytesMax, "BSON over 1 GiB");
  const auto wanted = std::max({size_ + bytes, capacity_ * 2, kFirstBytes});
  auto larger = std::make_unique_for_overwrite<std::uint8_t[]>(wanted);
  if (size_ > 0) std::memcpy(larger.get(), bytes_.get(), size_);
  bytes_ = std::move(larger);
  capacity_ = wanted;
}

void BsonWriter::put_index(std::uint32_t index) {
  auto* const at = reinterpret_cast<char*>(bytes_.get() + size_);
  size_ += static_cast<std::size_t>(std::to_chars(at, at + kIndexDigitsMax, index).ptr - at);
}

BsonWriter& BsonWriter::binary(std::string_view key, Bson bytes) {
  header(BsonType::binary, key, sizeof(std::int32_t) + 1 + bytes.size());
  put(static_cast<std::int32_t>(bytes.size()));
  bytes_[size_++] = 0;
  std::copy(bytes.begin(), bytes.end(), bytes_.get() + size_);
  size_ += bytes.size();
  return *this;
}

BsonWriter& BsonWriter::value(std::string_view key, const BsonValue& value) {
  header(value.type, key, value.bytes.size());
  std::copy(value.bytes.begin(), value.bytes.end(), bytes_.get() + size_);
  size_ += value.bytes.size();
  return *this;
}

BsonWriter& BsonWriter::splice(Bson document) {
  STOA_CHECK(document.size() >= kDocumentBytesMin && !levels_[depth_ - 1].is_array,
             "splice: wanted a whole document, into a document");
  const auto elements = document.subspan(4, document.size() - kDocumentBytesMin);
  ensure(elements.size());
  std::copy(elements.begin(), elements.end(), bytes_.get() + size_);
  size_ += elements.size();
  return *this;
}

Bson BsonWriter::finish() {
  STOA_CHECK(depth_ == 1, "finish() with a begin that has no end");
  close();
  const Bson whole(bytes_.get(), size_);
  --size_;  // whoever goes on building overwrites the terminator
  return whole;
}

}  // namespace stoa::storage::mongo
