// What it costs to make stored documents and to answer with them, beside libbson, per CPU-second:
// build/release/src/storage/storage_codec_bench. Bytes are those of the JSON text in both directions.
#include <benchmark/benchmark.h>
#include <bson/bson.h>

#include "storage/mongo/body_bson.h"
#include "storage/mongo/bson_json.h"
#include "storage/mongo/document_bson.h"

namespace stoa::storage::mongo {
namespace {

constexpr std::size_t kProducts = 200;  // about 1 MB: more than the caches next to a core hold

// As decode makes it: 5 to 6 KB, four variants, a description with escapes.
std::string body(std::size_t number) {
  std::string html, variants;
  for (int i = 0; i < 12; ++i)
    html += R"(<p class=\"tea\">A tea of the <b>first</b> flush, plucked by hand on the slopes of a garden</p>\n)";
  for (std::size_t i = 1; i <= 4; ++i)
    variants += fmt::format(
        R"({}{{"id":"gid://shopify/ProductVariant/{}","legacyResourceId":"{}","title":"Size {}","displayName":"Tea - Size {}","sku":"TEA-{}",)"
        R"("barcode":null,"position":{},"price":"25.00","compareAtPrice":null,"availableForSale":true,"inventoryQuantity":7,"inventoryPolicy":"DENY",)"
        R"("sellableOnlineQuantity":7,"taxable":true,"requiresComponents":false,"createdAt":"2026-01-01T00:00:00Z","updatedAt":"2026-01-01T00:00:00Z",)"
        R"("selectedOptions":[{{"name":"Size","value":"{}"}}],"unitPrice":null,"product":{{"id":"gid://shopify/Product/{}"}},)"
        R"("inventoryItem":{{"id":"gid://shopify/InventoryItem/{}","tracked":true,"requiresShipping":true,"measurement":{{"weight":{{"unit":"GRAMS","value":250.0}}}}}},)"
        R"("media":[]}})",
        i > 1 ? "," : "", number * 10 + i, number * 10 + i, i, i, number, i, i, number, number * 10 + i);
  return fmt::format(
      R"({{"id":"gid://shopify/Product/{0}","legacyResourceId":"{0}","title":"Tea {0}","handle":"tea-{0}","descriptionHtml":"{1}","vendor":"Acme",)"
      R"("productType":"Tea","tags":["green","first flush"],"status":"ACTIVE","templateSuffix":null,"isGiftCard":false,"totalInventory":28,)"
      R"("createdAt":"2026-01-01T00:00:00Z","updatedAt":"2026-01-01T00:00:00Z","publishedAt":"2026-01-01T00:00:00Z","seo":{{"title":null,"description":null}},)"
      R"("options":[{{"id":"gid://shopify/ProductOption/{0}","name":"Size","position":1,"optionValues":[{{"id":"gid://shopify/ProductOptionValue/1","name":"1"}}]}}],)"
      R"("priceRangeV2":{{"minVariantPrice":{{"amount":"25.0","currencyCode":"GBP"}},"maxVariantPrice":{{"amount":"25.0","currencyCode":"GBP"}}}},)"
      R"("media":[{{"__typename":"MediaImage","id":"gid://shopify/MediaImage/{0}","alt":"","mediaContentType":"IMAGE","status":"READY",)"
      R"("image":{{"id":"gid://shopify/ImageSource/{0}","url":"https://cdn.shopify.com/s/files/1/0000/0001/files/tea-{0}.jpg?v=1","altText":"","width":1200,"height":1200}}}}],)"
      R"("metafields":[],"variants":[{2}]}})",
      number, html, variants);
}

struct Catalogue {
  std::vector<model::Document> documents;
  std::vector<std::vector<std::uint8_t>> stored;
  std::size_t text_bytes = 0;
};

const Catalogue& catalogue() {
  static const auto made = [] {
    Catalogue all;
    BsonWriter out;
    for (std::size_t i = 0; i < kProducts; ++i) {
      auto document = model::make_document(model::Kind::products, body(7'000'000'000'000 + i));
      STOA_CHECK(document.has_value(), "the body is canonical");
      const auto bytes = encode_document(*document, 1, out);
      STOA_CHECK(bytes && !find(*bytes, "_m.body"), "fields say all of the body");
      all.stored.emplace_back(bytes->begin(), bytes->end());
      all.text_bytes += document->body.size();
      all.documents.push_back(std::move(*document));
    }
    return all;
  }();
  return made;
}

// Each round takes the whole catalogue.
template <class Work>
void measure(benchmark::State& state, Work work) {
  const auto& all = catalogue();
  for (auto _ : state)
    for (std::size_t i = 0; i < kProducts; ++i) work(i);
  state.SetBytesProcessed(static_cast<std::int64_t>(all.text_bytes) * state.iterations());
  state.SetItemsProcessed(static_cast<std::int64_t>(kProducts) * state.iterations());
  state.counters["bytes_each"] = static_cast<double>(all.text_bytes) / kProducts;
}

void encode(benchmark::State& state) {
  BsonWriter out;
  measure(state, [&](std::size_t i) { benchmark::DoNotOptimize(encode_document(catalogue().documents[i], 1, out)); });
}
void encode_members_alone(benchmark::State& state) {
  BsonWriter out;
  measure(state, [&](std::size_t i) {
    out.reset();
    benchmark::DoNotOptimize(append_body(out, model::Kind::products, catalogue().documents[i].body, 16u << 20));
  });
}
void encode_by_libbson(benchmark::State& state) {
  measure(state, [&](std::size_t i) {
    const auto& text = catalogue().documents[i].body;
    bson_t* made = bson_new_from_json(reinterpret_cast<const std::uint8_t*>(text.data()),
                                      static_cast<ssize_t>(text.size()), nullptr);
    benchmark::DoNotOptimize(made);
    bson_destroy(made);
  });
}

void decode(benchmark::State& state) {
  measure(state, [&](std::size_t i) { benchmark::DoNotOptimize(decode_document(catalogue().stored[i])); });
}
void json(benchmark::State& state) {
  std::string out;
  measure(state, [&](std::size_t i) {
    out.clear();
    benchmark::DoNotOptimize(write_json(out, catalogue().stored[i]));
  });
}
void json_by_libbson(benchmark::State& state) {
  measure(state, [&](std::size_t i) {
    bson_t view;
    STOA_CHECK(bson_init_static(&view, catalogue().stored[i].data(), catalogue().stored[i].size()), "valid");
    char* text = bson_as_relaxed_extended_json(&view, nullptr);
    benchmark::DoNotOptimize(text);
    bson_free(text);
  });
}

BENCHMARK(encode);
BENCHMARK(encode_members_alone);
BENCHMARK(encode_by_libbson);
BENCHMARK(decode);
BENCHMARK(json);
BENCHMARK(json_by_libbson);

}  // namespace
}  // namespace stoa::storage::mongo

BENCHMARK_MAIN();
