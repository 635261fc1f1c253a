#include "storage/mongo/document_bson.h"

#include "base/json_token.h"
#include "storage/mongo/body_bson.h"
#include "storage/mongo/bson_get.h"
#include "storage/mongo/bson_json.h"

namespace stoa::storage::mongo {
namespace {

using model::FieldType;
using model::IndexField;
using model::IndexValue;

constexpr std::size_t kStoredBytesMax = 16u << 20;  // MongoDB's
constexpr std::size_t kElementBytes = 64;           // generous: what a small element takes, its name included
constexpr std::size_t kMetaBytes = 1024;            // generous: `_m` without the body

// ---- index values

// Room for index fields in a document. When the body leaves too little, the longest texts are not indexed.
class Room {
 public:
  explicit Room(std::size_t bytes) : left_(bytes) {}
  bool take(const IndexValue& value) {
    std::size_t wanted = kElementBytes;
    if (const auto* text = std::get_if<std::string>(&value)) wanted += text->size();
    if (const auto* texts = std::get_if<std::vector<std::string>>(&value))
      for (const auto& text : *texts) wanted += kElementBytes + text.size();
    if (wanted > left_) return false;
    left_ -= wanted;
    return true;
  }

 private:
  std::size_t left_;
};

// Millionths with two decimals at least and no needless zeros after them: 25 is 25.00.
Decimal128 decimal_of(std::int64_t millionths) {
  constexpr int kPlaces = 6, kPlacesMin = 2, kBias = 6176, kExponentShift = 49;
  const bool negative = millionths < 0;
  auto digits = negative ? 0 - static_cast<std::uint64_t>(millionths) : static_cast<std::uint64_t>(millionths);
  int places = kPlaces;
  for (; places > kPlacesMin && digits % 10 == 0; --places) digits /= 10;
  const auto exponent = static_cast<std::uint64_t>(kBias - places);
  return {.high = std::uint64_t(negative) << 63 | exponent << kExponentShift, .low = digits};
}

// Nothing when it does not fit; what is finer than a millionth is cut, as in model::parse_decimal.
std::optional<std::int64_t> millionths_of(Decimal128 value) {
  constexpr int kPlaces = 6, kBias = 6176, kExponentShift = 49;
  constexpr std::uint64_t kTwoBits = 0x6000'0000'0000'0000;  // set: infinities, NaN, numbers no encoder makes
  const auto above = value.high & ((std::uint64_t(1) << kExponentShift) - 1);
  if ((value.high & kTwoBits) == kTwoBits || above != 0) return std::nullopt;
  auto digits = value.low;
  auto shift = static_cast<int>(value.high >> kExponentShift & 0x3FFF) - kBias + kPlaces;
  for (; shift < 0 && digits != 0; ++shift) digits /= 10;
  for (; shift > 0 && digits != 0; --shift)
    if (__builtin_mul_overflow(digits, 10, &digits)) return std::nullopt;
  if (digits > static_cast<std::uint64_t>(INT64_MAX)) return std::nullopt;
  const auto positive = static_cast<std::int64_t>(digits);
  return value.high >> 63 != 0 ? -positive : positive;
}

std::int64_t to_milliseconds(Time time) {
  return std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch().count();
}

// Null when microseconds cannot say it.
IndexValue from_milliseconds(std::int64_t milliseconds) {
  std::int64_t time = 0;
  return __builtin_mul_overflow(milliseconds, 1000, &time) ? IndexValue() : IndexValue(time);
}

const IndexValue& value_at(const model::Document& document, std::size_t field) {
  static const IndexValue kNull;
  return field < document.index.size() ? document.index[field] : kNull;
}

// Those fields whose place begins with `prefix` ("", "discount."), as members of the open document.
void append_places(BsonWriter& out, const model::Document& document, std::string_view prefix, Room& room) {
  const auto fields = model::spec(document.kind).index;
  std::vector<std::string_view> opened;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const auto place = fields[i].place;
    if (place.empty() || !place.starts_with(prefix)) continue;
    const auto rest = place.substr(prefix.size());
    const auto name = rest.substr(0, rest.find('.'));
    if (name == rest) {
      if (room.take(value_at(document, i))) append_index_value(out, name, fields[i].type, value_at(document, i));
    } else if (std::ranges::find(opened, name) == opened.end()) {
      opened.push_back(name);
      out.begin_document(name);
      append_places(out, document, place.substr(0, prefix.size() + name.size() + 1), room);
      out.end();
    }
  }
}

void append_derived(BsonWriter& out, const model::Document& document, Room& room) {
  const auto fields = model::spec(document.kind).index;
  if (std::ranges::none_of(fields, [](const IndexField& field) { return field.place.empty(); })) return;
  out.begin_document("_x");
  for (std::size_t i = 0; i < fields.size(); ++i)
    if (fields[i].place.empty() && room.take(value_at(document, i)))
      append_index_value(out, fields[i].name, fields[i].type, value_at(document, i));
  out.end();
}

// ---- the document

enum class Keep { fields, text };

void append_meta(BsonWriter& out, const model::Document& document, std::int64_t ver, Keep keep) {
  out.begin_document("_m").binary("hash", document.hash);
  if (document.raw) out.binary("raw", *document.raw);
  out.date("fetchedAt", to_milliseconds(document.fetched_at))
      .int64("fetchedMicros", micros(document.fetched_at))
      .utf8("source", model::to_string(document.source))
      .utf8("apiVersion", document.api_version)
      .int64("ver", ver);
  if (keep == Keep::text) out.utf8("body", document.body);
  out.end();
}

// Fields and text together would be too large: the text and the index fields alone.
Bson encode_text_alone(const model::Document& document, std::int64_t ver, BsonWriter& out) {
  const auto taken = document.body.size() + document.id.size() + document.api_version.size() + kMetaBytes;
  Room room(taken < kStoredBytesMax ? kStoredBytesMax - taken : 0);
  out.reset();
  out.utf8("_id", document.id);
  append_places(out, document, "", room);
  append_meta(out, document, ver, Keep::text);
  append_derived(out, document, room);
  return out.finish();
}

}  // namespace

Result<Bson> encode_document(const model::Document& document, std::int64_t ver, BsonWriter& out) {
  const auto too_large = [&](std::size_t bytes, std::size_t wanted) {
    return fail(
        error(Code::invalid, "document {}: {} bytes, wanted at most {}", document.id.substr(0, 200), bytes, wanted)
            .because("document-too-large"));
  };
  STOA_TRY(check_size(document));
  out.reset();
  out.utf8("_id", document.id);
  auto form = append_body(out, document.kind, document.body, kStoredBytesMax);
  if (!form) return fail(std::move(form).error().in(fmt::format("document {}", document.id)));
  if (*form != BodyForm::too_large) {
    append_meta(out, document, ver, *form == BodyForm::exact ? Keep::fields : Keep::text);
    Room unlimited(SIZE_MAX);
    append_derived(out, document, unlimited);
    const auto whole = out.finish();
    if (whole.size() <= kStoredBytesMax) return whole;
  }
  const auto whole = encode_text_alone(document, ver, out);
  if (whole.size() > kStoredBytesMax) return too_large(whole.size(), kStoredBytesMax);
  return whole;
}

namespace {

std::optional<model::Source> source_from(std::string_view name) {
  using enum model::Source;
  for (const auto source : {page, bulk, webhook})
    if (to_string(source) == name) return source;
  return std::nullopt;
}

// Fills in what `_m` says; the name of what is missing or of another type, null when nothing is.
const char* read_meta(Bson meta, Stored& stored) {
  const auto hash = hash_at(meta, "hash");
  if (!hash) return "_m.hash";
  stored.hash = *hash;

  const auto fetched = find(meta, "fetchedMicros");
  if (!fetched || !fetched->integer()) return "_m.fetchedMicros";
  stored.fetched_at = from_micros(*fetched->integer());

  const auto source = find(meta, "source");
  const auto known = source && source->utf8() ? source_from(*source->utf8()) : std::nullopt;
  if (!known) return "_m.source";
  stored.source = *known;

  const auto api_version = find(meta, "apiVersion");
  if (!api_version || !api_version->utf8()) return "_m.apiVersion";
  stored.api_version = *api_version->utf8();

  const auto ver = find(meta, "ver");
  if (!ver || !ver->integer()) return "_m.ver";
  stored.ver = *ver->integer();
  return nullptr;
}

}  // namespace

Result<Stored> decode_document(Bson bson) {
  Stored stored;
  const auto id = find(bson, "_id");
  if (!id || !id->utf8()) return fail(Code::corrupt, "stored document: _id: missing or no text");
  stored.id = *id->utf8();
  const auto meta = find(bson, "_m");
  if (!meta || meta->type != BsonType::document) return fail(Code::corrupt, "document {}: _m: missing", stored.id);
  if (const char* missing = read_meta(meta->bytes, stored); missing != nullptr)
    return fail(Code::corrupt, "document {}: {}: missing or of another type", stored.id, missing);
  if (const auto body = find(meta->bytes, "body")) {
    const auto text = body->utf8();
    if (!text || !json::is_utf8(*text)) return fail(Code::corrupt, "document {}: _m.body: no UTF-8 text", stored.id);
    stored.body = *text;
    return stored;
  }
  if (auto written = write_json(stored.body, bson); !written)
    return fail(std::move(written).error().in(fmt::format("document {}", stored.id)));
  return stored;
}

// ---- index fields

namespace {
const IndexField& field_of(model::Kind kind, std::string_view name) {
  const auto position = model::index_position(kind, name);
  STOA_CHECK(position.has_value(), "an index field that the kind does not have");
  return model::spec(kind).index[*position];
}
}  // namespace

std::string index_path(model::Kind kind, std::string_view field) {
  const auto& known = field_of(kind, field);
  return known.place.empty() ? fmt::format("_x.{}", field) : std::string(known.place);
}

IndexValue index_value(Bson stored, model::Kind kind, std::string_view field) {
  const auto value = find(stored, index_path(kind, field));
  if (!value) return {};
  switch (field_of(kind, field).type) {
    case FieldType::text:
      if (const auto text = value->utf8()) return std::string(*text);
      return {};
    case FieldType::time:
      if (const auto date = value->date()) return from_milliseconds(*date);
      return {};
    case FieldType::decimal:
      if (const auto decimal = value->decimal128())
        if (const auto millionths = millionths_of(*decimal)) return *millionths;
      return {};
    case FieldType::boolean:
      if (const auto truth = value->boolean()) return *truth;
      return {};
    case FieldType::texts: {
      if (value->type != BsonType::array) return {};
      std::vector<std::string> texts;
      BsonReader reader(value->bytes);
      while (const auto element = reader.next())
        if (const auto text = element->value.utf8()) texts.emplace_back(*text);
      return texts;
    }
  }
  return {};
}

void append_index_value(BsonWriter& out, std::string_view key, FieldType type, const IndexValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) {
    out.utf8(key, *text);
  } else if (const auto* truth = std::get_if<bool>(&value)) {
    out.boolean(key, *truth);
  } else if (const auto* number = std::get_if<std::int64_t>(&value)) {
    if (type == FieldType::decimal)
      out.decimal128(key, decimal_of(*number));
    else if (type == FieldType::time)
      out.date(key, to_milliseconds(from_micros(*number)));
    else
      out.int64(key, *number);
  } else if (const auto* texts = std::get_if<std::vector<std::string>>(&value)) {
    out.begin_array(key);
    for (const auto& each : *texts) out.utf8(kItem, each);
    out.end();
  } else {
    out.null(key);
  }
}

}  // namespace stoa::storage::mongo
