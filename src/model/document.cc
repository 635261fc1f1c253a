#include "model/document.h"

#include "base/json_text.h"
#include "base/text.h"

namespace stoa::model {
namespace {

constexpr std::int64_t kEndOfTime = 253'402'300'799'000'000;  // 9999-12-31T23:59:59Z

using json::Cursor;

IndexValue text_value(std::string_view raw) {
  if (raw.empty() || raw.front() != '"') return {};
  return json::unquoted(raw);
}
IndexValue fold_value(std::string_view raw) {
  if (raw.empty() || raw.front() != '"') return {};
  return fold(json::unquoted(raw));
}
IndexValue time_value(std::string_view raw) {
  if (raw.size() < 2 || raw.front() != '"') return {};
  const auto time = parse_iso(raw.substr(1, raw.size() - 2));
  return time ? IndexValue(micros(*time)) : IndexValue();
}
IndexValue bool_value(std::string_view raw) {
  if (raw == "true") return true;
  if (raw == "false") return false;
  return {};
}
IndexValue texts_value(std::string_view raw) {
  std::vector<std::string> out;
  if (raw.empty() || raw.front() != '[') return out;
  Cursor cursor(raw);
  cursor.enter_array();
  while (cursor.next_element()) {
    const auto element = cursor.take();
    if (element.front() == '"') out.push_back(json::unquoted(element));
  }
  return out;
}

// The codes of a discount, folded: Shopify finds them whatever their case.
IndexValue codes_value(std::string_view raw) {
  std::vector<std::string> out;
  if (!raw.starts_with('[')) return out;
  Cursor cursor(raw);
  cursor.enter_array();
  while (cursor.next_element())
    if (const auto code = json::find_string(cursor.take(), {"code"})) out.push_back(fold(*code));
  return out;
}

// Lowest and highest variant price, and whether any can be bought: from the variants themselves, since Shopify's own
// aggregates lag behind them (shopify.md, H6).
struct VariantFacts {
  std::optional<std::int64_t> price_min, price_max;
  std::optional<bool> available;
};

// Reads the list that the cursor stands at, and leaves it.
VariantFacts read_variants(Cursor& cursor) {
  VariantFacts facts;
  if (cursor.peek() != '[') return cursor.skip(), facts;
  cursor.enter_array();
  while (cursor.next_element()) {
    if (cursor.peek() != '{') {
      cursor.skip();
      continue;
    }
    cursor.enter_object();
    while (auto key = cursor.next_key()) {
      const auto value = cursor.take();
      if (*key == "price" && value.size() > 2 && value.front() == '"') {
        if (const auto price = parse_decimal(value.substr(1, value.size() - 2))) {
          facts.price_min = std::min(facts.price_min.value_or(*price), *price);
          facts.price_max = std::max(facts.price_max.value_or(*price), *price);
        }
      } else if (*key == "availableForSale") {
        facts.available = facts.available.value_or(false) || value == "true";
      }
    }
  }
  return facts;
}

// One member of the body to the index fields that derive from it.
class Indexer {
 public:
  explicit Indexer(Document& document) : document_(document) {
    document_.index.assign(spec(document.kind).index.size(), {});
  }

  // The cursor stands at the value of `key`; it is left behind it. The document's text is read once, variants included.
  void member(std::string_view key, Cursor& cursor) {
    if (key == "variants") return variants(cursor);
    const auto raw = cursor.take();
    if (key == "id" && raw.front() == '"') document_.id = json::unquoted(raw);
    if (key == "title") return set("titleFold", fold_value(raw));
    if (key == "vendor") set("vendorFold", fold_value(raw));
    if (document_.kind == Kind::discounts) return key == "discount" ? discount(raw) : void();
    const auto position = index_position(document_.kind, key);
    if (!position) return;
    switch (spec(document_.kind).index[*position].type) {
      case FieldType::text: document_.index[*position] = text_value(raw); break;
      case FieldType::time: document_.index[*position] = time_value(raw); break;
      case FieldType::boolean: document_.index[*position] = bool_value(raw); break;
      case FieldType::texts: document_.index[*position] = texts_value(raw); break;
      case FieldType::decimal: break;  // only derived
    }
  }

  void set(std::string_view field, IndexValue value) {
    if (const auto position = index_position(document_.kind, field)) document_.index[*position] = std::move(value);
  }

 private:
  // What a DiscountNode tells of itself stands in its `discount`.
  void discount(std::string_view raw) {
    if (!raw.starts_with('{')) return;
    const auto type = json::find_string(raw, {"__typename"}).value_or("");
    const auto codes = json::find_raw(raw, {"codes"});
    set("automatic", type.starts_with("DiscountAutomatic"));
    set("codesCounted", type.starts_with("DiscountCode") && codes == "null");
    set("codesFold", codes_value(codes));
    for (const auto* name : {"startsAt", "endsAt", "updatedAt"}) set(name, time_value(json::find_raw(raw, {name})));
    const auto ends = time_value(json::find_raw(raw, {"endsAt"}));
    set("activeUntil", std::holds_alternative<std::monostate>(ends) ? IndexValue(kEndOfTime) : ends);
  }
  void variants(Cursor& cursor) {
    const auto facts = read_variants(cursor);
    if (facts.price_min) set("priceMin", *facts.price_min);
    if (facts.price_max) set("priceMax", *facts.price_max);
    if (facts.available) set("available", *facts.available);
  }

  Document& document_;
};

}  // namespace

std::string_view to_string(Source source) {
  switch (source) {
    case Source::page: return "page";
    case Source::bulk: return "bulk";
    case Source::webhook: return "webhook";
  }
  return "page";
}

std::optional<std::int64_t> parse_decimal(std::string_view text) {
  constexpr int kPlaces = 6;
  bool negative = false;
  if (!text.empty() && text.front() == '-') {
    negative = true;
    text.remove_prefix(1);
  }
  if (text.empty()) return std::nullopt;
  std::int64_t value = 0;
  int places = -1;  // digits after the point; -1: no point yet
  bool any = false;
  for (const char c : text) {
    if (c == '.' && places < 0) {
      places = 0;
      continue;
    }
    if (c < '0' || c > '9') return std::nullopt;
    any = true;
    if (places >= kPlaces) continue;  // finer than a millionth: cut, as an index may
    if (__builtin_mul_overflow(value, 10, &value) || __builtin_add_overflow(value, c - '0', &value))
      return std::nullopt;
    if (places >= 0) ++places;
  }
  for (int i = std::max(places, 0); i < kPlaces; ++i)
    if (__builtin_mul_overflow(value, 10, &value)) return std::nullopt;
  if (!any) return std::nullopt;
  return negative ? -value : value;
}

bool is_readable_metaobject(std::string_view body) {
  return json::find_string(body, {"definition", "access", "storefront"}) == "PUBLIC_READ" &&
         json::find_string(body, {"capabilities", "publishable", "status"}) != "DRAFT";
}

std::string media_file_name(std::string_view body) {
  // Shopify says the file's name of videos and models; an image's is the last part of its URL.
  if (auto name = json::find_string(body, {"filename"}); name && !name->empty()) return std::move(*name);
  const auto url = json::find_string(body, {"sourceUrl"}).value_or("");
  const auto path = std::string_view(url).substr(0, url.find_first_of("?#"));
  constexpr std::string_view kLibrary = "/files/";
  const auto slash = path.rfind('/');
  if (slash == path.npos || !path.substr(0, slash + 1).ends_with(kLibrary)) return {};
  return percent_decode(path.substr(slash + 1), false).value_or("");
}

Result<Document> make_document(Kind kind, std::string body) {
  if (body.empty() || body.front() != '{')
    return fail(Code::corrupt, "{}: the document is not a JSON object", to_string(kind));
  Document document{.kind = kind};
  Indexer indexer(document);
  Cursor cursor(body);
  cursor.enter_object();
  while (const auto key = cursor.next_key()) indexer.member(*key, cursor);
  if (kind == Kind::media)
    if (auto name = media_file_name(body); !name.empty()) indexer.set("fileName", std::move(name));
  if (kind == Kind::metaobjects) indexer.set("readable", is_readable_metaobject(body));
  if (document.id.empty()) return fail(Code::corrupt, "{}: the document has no id", to_string(kind));
  document.hash = quick_hash({kDecoderVersion, body});
  document.body = std::move(body);
  return document;
}

}  // namespace stoa::model
