// How many products of 5 KB a CPU-second decodes: pages of 54 as Shopify sends them, flattened to documents.
#include <benchmark/benchmark.h>

#include "shopify/kinds.h"

namespace {

using namespace stoa;

std::string product(int number) {
  std::string variants;
  for (int i = 1; i <= 4; ++i)
    variants += fmt::format(
        R"({}{{"id":"gid://shopify/ProductVariant/{}","legacyResourceId":"{}","title":"Size {}","displayName":"Tea - Size {}","sku":"TEA-{}",)"
        R"("barcode":null,"position":{},"price":"25.00","compareAtPrice":null,"availableForSale":true,"inventoryQuantity":7,"inventoryPolicy":"DENY",)"
        R"("sellableOnlineQuantity":7,"taxable":true,"requiresComponents":false,"createdAt":"2026-01-01T00:00:00Z","updatedAt":"2026-01-01T00:00:00Z",)"
        R"("selectedOptions":[{{"name":"Size","value":"{}"}}],"unitPrice":null,"product":{{"id":"gid://shopify/Product/{}"}},)"
        R"("inventoryItem":{{"id":"gid://shopify/InventoryItem/{}","tracked":true,"requiresShipping":true,"measurement":{{"weight":{{"unit":"GRAMS","value":250.0}}}}}},)"
        R"("media":{{"nodes":[]}}}})",
        i > 1 ? "," : "", number * 10 + i, number * 10 + i, i, i, number, i, i, number, number * 10 + i);
  std::string html;
  for (int i = 0; i < 12; ++i)
    html += R"(\u003cp class=\"tea\"\u003eA tea of the \u003cb\u003efirst\u003c\/b\u003e flush\u003c\/p\u003e\n)";
  return fmt::format(
      R"({{"id":"gid://shopify/Product/{0}","legacyResourceId":"{0}","title":"Tea {0}","handle":"tea-{0}","descriptionHtml":"{1}","vendor":"Acme",)"
      R"("productType":"Tea","tags":["green","first flush"],"status":"ACTIVE","templateSuffix":null,"isGiftCard":false,"totalInventory":28,)"
      R"("createdAt":"2026-01-01T00:00:00Z","updatedAt":"2026-01-01T00:00:00Z","publishedAt":"2026-01-01T00:00:00Z","seo":{{"title":null,"description":null}},)"
      R"("options":[{{"id":"gid://shopify/ProductOption/{0}","name":"Size","position":1,"optionValues":[{{"id":"gid://shopify/ProductOptionValue/1","name":"1"}}]}}],)"
      R"("priceRangeV2":{{"minVariantPrice":{{"amount":"25.0","currencyCode":"GBP"}},"maxVariantPrice":{{"amount":"25.0","currencyCode":"GBP"}}}},)"
      R"("media":{{"nodes":[{{"__typename":"MediaImage","id":"gid://shopify/MediaImage/{0}","alt":"","mediaContentType":"IMAGE","status":"READY",)"
      R"("image":{{"id":"gid://shopify/ImageSource/{0}","url":"https://cdn.shopify.com/s/files/1/0000/0001/files/tea-{0}.jpg?v=1","altText":"","width":1200,"height":1200}}}}],)"
      R"("pageInfo":{{"hasNextPage":false,"endCursor":"c"}}}},"metafields":{{"nodes":[],"pageInfo":{{"hasNextPage":false,"endCursor":null}}}},)"
      R"("variants":{{"nodes":[{2}],"pageInfo":{{"hasNextPage":false,"endCursor":"c"}}}}}})",
      number, html, variants);
}

void decode_products(benchmark::State& state) {
  const std::size_t count = shopify::page_size(model::Kind::products);
  std::string nodes;
  for (std::size_t i = 1; i <= count; ++i) nodes += (i > 1 ? "," : "") + product(static_cast<int>(i));
  shopify::Answer answer;
  answer.body =
      fmt::format(R"({{"products":{{"nodes":[{}],"pageInfo":{{"hasNextPage":false,"endCursor":"c"}}}}}})", nodes);
  answer.data_end = answer.body.size();
  for (auto _ : state) {
    const auto page = shopify::decode_page(model::Kind::products, answer);
    STOA_CHECK(page && page->nodes.size() == count && page->broken.empty(), "the page decodes");
    benchmark::DoNotOptimize(page);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(count * state.iterations()));
  state.SetBytesProcessed(static_cast<std::int64_t>(answer.body.size() * state.iterations()));
  state.counters["bytes_each"] = static_cast<double>(answer.body.size() / count);
}
BENCHMARK(decode_products);

}  // namespace

BENCHMARK_MAIN();
