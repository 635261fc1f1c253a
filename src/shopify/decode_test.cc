// Products, collections and the shop: from answers to documents and back.
#include <gtest/gtest.h>

#include "base/ids.h"
#include "base/json_text.h"
#include "shopify/answer_fixture.h"
#include "shopify/decode/kind_row.h"
#include "shopify/kinds.h"
#include "shopify/themes.h"

namespace stoa::shopify {
namespace {

using model::Kind;

std::string variant(int number, std::string_view extra = "") {
  return fmt::format(
      R"({{"id":"gid://shopify/ProductVariant/{0}","position":{0},"price":"25.00"{1},"media":{{"nodes":[]}}}})", number,
      extra);
}

struct ProductParts {
  std::string id = "gid://shopify/Product/1";
  std::string extra = "";
  std::string variants = variant(1);
  std::string_view variants_info = kDone, media_info = kDone, metafields_info = kDone;
};

std::string product(const ProductParts& parts = {}) {
  return fmt::format(
      R"({{"id":"{}"{},"media":{{"nodes":[],{}}},"metafields":{{"nodes":[],{}}},"variants":{{"nodes":[{}],{}}}}})",
      parts.id, parts.extra, parts.media_info, parts.metafields_info, parts.variants, parts.variants_info);
}

std::string products_page(std::initializer_list<std::string> nodes, std::string_view info = kDone) {
  return fmt::format(R"({{"products":{{"nodes":[{}],{}}}}})", fmt::join(nodes, ","), info);
}

TEST(DecodePage, KeepsEveryByteOfAProduct) {
  const std::string extra =
      R"(,"legacyResourceId":"9223372036854775807","title":"Tea 🍵 & <b>\"x\"</b>","descriptionHtml":"<script>\n</script>","templateSuffix":null,)"
      R"("tags":[],"seo":{"title":null,"description":""},"totalInventory":-3,"unknownLater":{"status":"NEW_VALUE","weight":1.50}, )"
      R"("options":[{"id":"o","optionValues":[{"name":"M","swatch":null}]}],)"
      R"("priceRangeV2":{"minVariantPrice":{"amount":"25.0","currencyCode":"GBP"}})";
  const auto page = decode_page(Kind::products, answer(products_page({product({.extra = extra})})));
  ASSERT_TRUE(page);
  ASSERT_EQ(page->nodes.size(), 1u) << page->broken.at(0).second.what;
  const auto& node = page->nodes[0];
  EXPECT_EQ(node.id, "gid://shopify/Product/1");
  EXPECT_TRUE(node.open.empty());
  std::string wanted =
      R"({"id":"gid://shopify/Product/1")" + extra +
      R"(,"media":[],"metafields":[],"variants":[{"id":"gid://shopify/ProductVariant/1","position":1,"price":"25.00","media":[]}]})";
  wanted.erase(wanted.find(", \"options") + 1, 1);  // the one space outside a string
  EXPECT_EQ(node.body, wanted);
}

TEST(SplitPage, TellsNodesAndTheirIdsWithoutDecodingThem) {
  const auto first = product(), second = product({.id = "gid://shopify/Product/2"});
  const auto text = answer(products_page(
      {first, second, R"({"title":"t","id":"gid://shopify/Product/3"})", R"({"id":"a\"b"})", "null"}, kMore));
  const auto page = split_page(Kind::products, text);
  ASSERT_TRUE(page);
  EXPECT_TRUE(page->has_next);
  EXPECT_EQ(page->end_cursor, "more");
  std::string ids;
  for (const auto& node : page->nodes) ids += fmt::format("{},", node.id);
  EXPECT_EQ(ids, "gid://shopify/Product/1,gid://shopify/Product/2,,,,");
  EXPECT_EQ(page->nodes.at(0).raw, first);
  EXPECT_EQ(page->nodes.at(1).raw, second);
  EXPECT_EQ(decode_nodes(Kind::products, *page).nodes.at(1).raw, second);
}

TEST(RawHash, DependsOnAllThatShapesADocument) {
  const auto usual = raw_hash(Kind::products, product(), {.codes_max = 10});
  EXPECT_EQ(raw_hash(Kind::products, product(), {.codes_max = 10}), usual);
  EXPECT_NE(raw_hash(Kind::products, product({.extra = " "}), {.codes_max = 10}), usual);
  EXPECT_NE(raw_hash(Kind::collections, product(), {.codes_max = 10}), usual);
  EXPECT_NE(raw_hash(Kind::products, product(), {.codes_max = 11}), usual);
  EXPECT_NE(raw_hash(Kind::products, product(), {.codes_max = 10, .decoder_version = "0"}), usual);
}

TEST(DecodePage, TellsWhetherTheWalkGoesOn) {
  const auto more = decode_page(Kind::products, answer(products_page({product()}, kMore)));
  EXPECT_TRUE(more->has_next);
  EXPECT_EQ(more->end_cursor, "more");
  EXPECT_FALSE(decode_page(Kind::products, answer(products_page({})))->has_next);
}

TEST(DecodePage, ListsThatGoOnAreOpen) {
  const auto page =
      decode_page(Kind::products, answer(products_page({product({.variants_info = kMore, .metafields_info = kMore})})));
  const auto& open = page->nodes.at(0).open;
  ASSERT_EQ(open.size(), 2u);
  EXPECT_EQ(open[0].list, "metafields");
  EXPECT_EQ(open[1].list, "variants");
  EXPECT_EQ(open[1].owner, "gid://shopify/Product/1");
  EXPECT_EQ(open[1].cursor, "more");
}

TEST(DecodePage, VariantsStandByPosition) {
  const auto page =
      decode_page(Kind::products,
                  answer(products_page({product({.variants = variant(10) + "," + variant(2) + "," + variant(9)})})));
  EXPECT_TRUE(page->nodes.at(0).body.ends_with(
      R"("variants":[{"id":"gid://shopify/ProductVariant/2","position":2,"price":"25.00","media":[]},)"
      R"({"id":"gid://shopify/ProductVariant/9","position":9,"price":"25.00","media":[]},)"
      R"({"id":"gid://shopify/ProductVariant/10","position":10,"price":"25.00","media":[]}]})"))
      << page->nodes[0].body;
}

TEST(DecodePage, ABrokenNodeIsNamedAndItsNeighboursStay) {
  const std::string deep(100, '['), closed(100, ']');
  const auto bad = [](std::string extra) {
    return product({.id = "gid://shopify/Product/2", .extra = std::move(extra)});
  };
  const std::string rows[] = {
      bad(R"(,"title":"\ud800")"),
      bad(R"(,"title":"\x")"),
      bad(R"(,"total":01)"),
      bad(",\"deep\":" + deep + closed),
      product({.id = "gid://shopify/Product/2", .variants = R"({"id":"v"})"}),
      product({.id = "gid://shopify/Product/2", .variants = "null"}),
      bad(fmt::format(R"(,"options":{{"nodes":[],{}}})", kMore)),
      product({.id = "gid://shopify/Product/2",
               .variants = variant(1, fmt::format(R"(,"notes":{{"nodes":[],{}}})", kMore))}),
      R"({"id":"gid://shopify/Product/2","media":{"nodes":[]},"metafields":{"nodes":[]}})",
      R"({"id":"gid://shopify/Product/2","media":{"nodes":[]},"metafields":{"nodes":[]},"variants":null})",
  };
  for (const auto& row : rows) {
    const auto page = decode_page(Kind::products,
                                  answer(products_page({product(), row, product({.id = "gid://shopify/Product/3"})})));
    ASSERT_TRUE(page) << row << page.error().what;
    EXPECT_EQ(page->nodes.size(), 2u) << row;
    ASSERT_EQ(page->broken.size(), 1u) << row;
    EXPECT_EQ(page->broken[0].first, "gid://shopify/Product/2") << row;
    EXPECT_EQ(page->broken[0].second.code, Code::corrupt) << row;
  }
}

TEST(DecodePage, ANodeThatIsNoneOfTheKindIsBrokenToo) {
  const std::string rows[] = {"null",
                              "{}",
                              "7",
                              product({.id = "gid://shopify/Collection/2"}),
                              product({.id = "2"}),
                              product({.id = "gid://shopify/Product/"})};
  for (const auto& row : rows) {
    const auto page = decode_page(Kind::products, answer(products_page({row, product()})));
    ASSERT_TRUE(page) << row;
    EXPECT_EQ(page->nodes.size(), 1u) << row;
    EXPECT_EQ(page->broken.size(), 1u) << row;
  }
}

TEST(DecodePage, AnAnswerThatIsNoPageFails) {
  for (const auto* bad : {"{}", R"({"products":7})", R"({"products":null})", R"({"products":{"nodes":[]}})",
                          R"({"products":{"nodes":[{]}})",
                          R"({"products":{"nodes":[],"pageInfo":{"hasNextPage":true,"endCursor":null}}})",
                          "{\"products\":{\"nodes\":[{\"id\":\"\xff\"}]}}"})
    EXPECT_FALSE(decode_page(Kind::products, answer(bad))) << bad;
}

std::string collection(std::string_view ids, std::string_view info, std::string_view last = "") {
  return fmt::format(
      R"({{"id":"gid://shopify/Collection/7","ruleSet":null,"metafields":{{"nodes":[],{}}},"productIds":{{"nodes":[{}],{}}}{}}})",
      kDone, ids, info, last);
}

TEST(DecodeCollections, MembershipIsAnArrayOfIdsInOrderAndComesLast) {
  for (const std::string last : {"", R"(,"later":[{"a":"]"}])"}) {
    const auto page = decode_page(
        Kind::collections,
        answer(fmt::format(
            R"({{"collections":{{"nodes":[{}],{}}}}})",
            collection(R"({"id":"gid://shopify/Product/9"},{"id":"gid://shopify/Product/1"})", kMore, last), kDone)));
    ASSERT_TRUE(page);
    EXPECT_EQ(page->nodes.at(0).body, R"({"id":"gid://shopify/Collection/7","ruleSet":null,"metafields":[])" + last +
                                          R"(,"productIds":["gid://shopify/Product/9","gid://shopify/Product/1"]})");
    ASSERT_EQ(page->nodes[0].open.size(), 1u);
    EXPECT_EQ(page->nodes[0].open[0].list, "productIds");
  }
}

TEST(DecodeByIds, NullIsAbsentAndAnythingElseButTheObjectIsBroken) {
  const std::vector<std::string> ids = {"gid://shopify/Product/1", "gid://shopify/Product/2", "gid://shopify/Product/3",
                                        "gid://shopify/Product/4"};
  const auto result = decode_by_ids(
      Kind::products, ids,
      answer(fmt::format(R"({{"nodes":[{},null,{{}},{}]}})", product(), product({.id = "gid://shopify/Product/9"}))));
  ASSERT_TRUE(result);
  ASSERT_EQ(result->found.size(), 1u);
  EXPECT_EQ(result->found[0].id, ids[0]);
  EXPECT_EQ(result->absent, std::vector<std::string>{ids[1]});
  ASSERT_EQ(result->broken.size(), 2u);
  EXPECT_EQ(result->broken[0].first, ids[2]);
  EXPECT_EQ(result->broken[1].first, ids[3]);
  EXPECT_FALSE(decode_by_ids(Kind::products, ids, answer(R"({"nodes":[null]})")));
  EXPECT_FALSE(decode_by_ids(Kind::products, ids, answer(R"({"nodes":null})")));
}

TEST(DecodeByIds, GivesTheSameBytesAsThePage) {
  const auto page = decode_page(Kind::products, answer(products_page({product()})));
  const auto by_id = decode_by_ids(Kind::products, {"gid://shopify/Product/1"},
                                   answer(fmt::format(R"({{ "nodes" : [ {} ] }})", product())));
  EXPECT_EQ(page->nodes.at(0).body, by_id->found.at(0).body);
}

// Takes a document's open list to its end as sync does.
std::string drained(Kind kind, const Decoded& node, const OpenList& open, std::string_view data) {
  const auto items = decode_list(kind, open, answer(std::string(data)));
  if (!items) return items.error().what;
  const auto body = splice(node.body, {{open.owner, open.list, items->items}});
  return body ? *body : body.error().what;
}

TEST(Splice, ADrainedListEqualsOneThatCameWhole) {
  const auto all = variant(1) + "," + variant(2) + "," + variant(3);
  const auto whole = decode_page(Kind::products, answer(products_page({product({.variants = all})})));
  for (const auto& [first, rest] : {std::pair{variant(1), variant(2) + "," + variant(3)},
                                    {variant(3), variant(1) + "," + variant(2)},
                                    {std::string(), all},
                                    {all, std::string()}}) {
    const auto begun =
        decode_page(Kind::products, answer(products_page({product({.variants = first, .variants_info = kMore})})));
    const auto& node = begun->nodes.at(0);
    EXPECT_EQ(drained(Kind::products, node, node.open.at(0),
                      fmt::format(R"({{"product":{{"variants":{{"nodes":[{}],{}}}}}}})", rest, kDone)),
              whole->nodes.at(0).body);
  }
}

TEST(Splice, GoesOnWithAVariantsOwnList) {
  const std::string body =
      R"({"id":"gid://shopify/Product/1","variants":[{"id":"gid://shopify/ProductVariant/1","position":1,"metafields":[]},)"
      R"({"id":"gid://shopify/ProductVariant/2","position":2,"metafields":[{"key":"]"}],"last":1}],"end":{}})";
  const auto result = splice(body, {{"gid://shopify/ProductVariant/2", "metafields", R"({"key":"b"},{"key":"c"})"}});
  ASSERT_TRUE(result);
  EXPECT_TRUE(result->contains(R"("metafields":[{"key":"]"},{"key":"b"},{"key":"c"}],"last":1}],"end":{}})"))
      << *result;
}

TEST(Splice, PutsTheListsOfVariantsThatCameLaterInOneGo) {
  const auto inside = [](int number) {
    return fmt::format(
        R"({{"id":"gid://shopify/ProductVariant/{0}","position":{0},"inventoryItem":{{"id":"gid://shopify/InventoryItem/{0}",)"
        R"("inventoryLevels":[]}},"metafields":[{{"k":"{0}"}}]}})",
        number);
  };
  const std::string body = R"({"id":"gid://shopify/Product/1","variants":[)" + inside(3) + "]}";
  const auto whole = splice(body, {{"gid://shopify/ProductVariant/1", "metafields", R"({"k":"a"})"},
                                   {"gid://shopify/Product/1", "variants", inside(1)},
                                   {"gid://shopify/InventoryItem/3", "inventoryLevels", R"({"l":1},{"l":2})"},
                                   {"gid://shopify/Product/1", "variants", inside(2)},
                                   {"gid://shopify/ProductVariant/1", "metafields", R"({"k":"b"})"}});
  ASSERT_TRUE(whole) << whole.error().what;
  std::string first = inside(1), third = inside(3);
  first.insert(first.size() - 2, R"(,{"k":"a"},{"k":"b"})");
  third.insert(third.find("[]") + 1, R"({"l":1},{"l":2})");
  EXPECT_EQ(*whole, R"({"id":"gid://shopify/Product/1","variants":[)" + first + "," + inside(2) + "," + third + "]}");
}

TEST(DecodeList, ListsOfItsItemsThatGoOnAreToldAndUnknownOnesRefused) {
  const OpenList open{"gid://shopify/Product/1", "variants", "c"};
  const auto page = [&](std::string_view list) {
    return decode_list(Kind::products, open,
                       answer(fmt::format(R"({{"product":{{"variants":{{"nodes":[{}],{}}}}}}})",
                                          variant(4, fmt::format(R"(,"{}":{{"nodes":[],{}}})", list, kMore)), kDone)));
  };
  const auto items = page("metafields");
  ASSERT_TRUE(items);
  ASSERT_EQ(items->open.size(), 1u);
  EXPECT_EQ(items->open[0].owner, "gid://shopify/ProductVariant/4");
  EXPECT_EQ(page("notes").error().code, Code::corrupt);
}

TEST(Splice, RefusesAListThatIsNotThere) {
  const std::string body = R"({"id":"gid://shopify/Product/1","media":null,"variants":[]})";
  for (const auto& open :
       {OpenList{"gid://shopify/Product/2", "variants", "c"}, OpenList{"gid://shopify/Product/1", "nothing", "c"},
        OpenList{"gid://shopify/Product/1", "media", "c"}})
    EXPECT_EQ(splice(body, {{open.owner, open.list, "{}"}}).error().code, Code::corrupt) << open.list;
}

TEST(DecodeList, GoesOnWithIdsAndTellsAnOwnerThatIsGone) {
  const OpenList open{"gid://shopify/Collection/7", "productIds", "c"};
  const auto items = decode_list(
      Kind::collections, open,
      answer(fmt::format(R"({{"collection":{{"productIds":{{"nodes":[{{"id":"a"}},{{"id":"b"}}],{}}}}}}})", kMore)));
  ASSERT_TRUE(items);
  EXPECT_EQ(items->items, R"("a","b")");
  EXPECT_EQ(items->count, 2u);
  EXPECT_TRUE(items->has_next);
  EXPECT_EQ(items->end_cursor, "more");
  EXPECT_EQ(decode_list(Kind::collections, open, answer(R"({"collection":null})")).error().code, Code::not_found);
  EXPECT_EQ(decode_list(Kind::collections, open,
                        answer(fmt::format(R"({{"collection":{{"productIds":{{"nodes":[null],{}}}}}}})", kDone)))
                .error()
                .code,
            Code::corrupt);
  EXPECT_EQ(decode_list(Kind::collections, open, answer(R"({"collection":{"productIds":{"nodes":[{"id":"\ud800"}]}}})"))
                .error()
                .code,
            Code::corrupt);
}

TEST(Calls, CarryTheWalkInTheirVariables) {
  const auto start = page_call(Kind::products, {.first = 54});
  EXPECT_EQ(start.operation, "ProductsPage");
  EXPECT_TRUE(start.document.starts_with("query ProductsPage("));
  EXPECT_EQ(json::write(start.variables), R"({"first":54,"after":null,"query":null,"sortKey":"ID"})");
  const PageArgs increment{.first = 10, .after = "c", .updated_since = from_micros(1'795'348'800'900'000)};
  EXPECT_EQ(json::write(page_call(Kind::collections, increment).variables),
            R"({"first":10,"after":"c","query":"updated_at:>='2026-11-22T12:00:00Z'","sortKey":"UPDATED_AT"})");
  EXPECT_EQ(json::write(page_call(Kind::products, {.first = 10, .id_above = 77}).variables),
            R"({"first":10,"after":null,"query":"id:>77","sortKey":"ID"})");
  PageArgs both = increment;
  both.id_above = 77;
  EXPECT_EQ(json::write(page_call(Kind::products, both).variables),
            R"({"first":10,"after":"c","query":"updated_at:>='2026-11-22T12:00:00Z' id:>77","sortKey":"ID"})");
  EXPECT_EQ(json::write(by_ids_call(Kind::products, {"a", "b"}).variables), R"({"ids":["a","b"]})");
  EXPECT_EQ(json::write(list_call(Kind::products, {"gid", "media", "c"}, {}, 100).variables),
            R"({"id":"gid","first":100,"after":"c"})");
  const Extras extras{.publication = "p", .inventory = true};
  EXPECT_EQ(json::write(by_ids_call(Kind::products, {"a"}, extras).variables),
            R"({"ids":["a"],"publicationId":"p","inventory":true})");
  EXPECT_EQ(json::write(by_ids_call(Kind::collections, {"a"}, extras).variables), R"({"ids":["a"]})");
  EXPECT_EQ(json::write(list_call(Kind::products, {"gid", "variants", "c"}, extras).variables),
            R"({"id":"gid","first":250,"after":"c","inventory":true})");
  EXPECT_EQ(list_call(Kind::products, {"gid://shopify/ProductVariant/1", "metafields", "c"}, extras).operation,
            "VariantMetafields");
}

TEST(Calls, EveryMirroredKindHasItsDocuments) {
  for (const auto kind : model::all_kinds()) {
    EXPECT_TRUE(scope(kind).starts_with("read_"));
    EXPECT_GT(page_size(kind), 0u);
    std::vector<Call> calls{shop_call(), scopes_call()};
    if (kind == Kind::themes)  // asked one by one, with their files
      calls.insert(calls.end(),
                   {themes_page_call(""), theme_call(""), theme_index_call("", ""), theme_bodies_call("", {}, "")});
    else
      calls.insert(calls.end(), {page_call(kind, {}), by_ids_call(kind, {})});
    if (has_count(kind)) calls.push_back(count_call(kind));
    for (const auto& call : calls)
      EXPECT_TRUE(call.document.starts_with(fmt::format("query {}", call.operation))) << call.document;
    for (const auto& list : kind_row(kind).lists)
      EXPECT_TRUE(
          list_call(kind, {make_gid(list.owner_type.empty() ? model::spec(kind).gid_types.front() : list.owner_type, 1),
                           std::string(list.name), "c"})
              .document.contains(fmt::format(" {}", list.name.substr(list.name.rfind('.') + 1))))
          << list.name;
  }
}

TEST(DecodeCount, OnlyAnExactCountIsOne) {
  EXPECT_EQ(decode_count(Kind::products, answer(R"({"productsCount":{"count":507,"precision":"EXACT"}})")), 507);
  EXPECT_EQ(decode_count(Kind::products, answer(R"({"productsCount":{"count":10000,"precision":"AT_LEAST"}})")),
            std::nullopt);
  EXPECT_FALSE(decode_count(Kind::products, answer(R"({"productsCount":null})")));
  EXPECT_FALSE(decode_count(Kind::collections, answer(R"({"productsCount":{"count":1,"precision":"EXACT"}})")));
}

TEST(DecodeShop, KeepsTheShopAndItsNames) {
  const auto shop = decode_shop(
      answer(R"({"shop":{"id":"gid://shopify/Shop/1","name":"Tea","myshopifyDomain":"tea.myshopify.com"}})"));
  ASSERT_TRUE(shop);
  EXPECT_EQ(shop->id, "gid://shopify/Shop/1");
  EXPECT_EQ(shop->myshopify_domain, "tea.myshopify.com");
  EXPECT_EQ(shop->info.at("name"), "Tea");
  for (const auto* bad : {"{}", R"({"shop":null})", R"({"shop":{"id":"x"}})", "nonsense"})
    EXPECT_FALSE(decode_shop(answer(bad))) << bad;
}

TEST(DecodeDefinitions, NamesWhatStorefrontsMayRead) {
  const auto page = decode_definitions(answer(
      R"({"metafieldDefinitions":{"nodes":[{"namespace":"custom","key":"care","access":{"storefront":"PUBLIC_READ"}},)"
      R"({"namespace":"custom","key":"cost","access":{"storefront":"NONE"}},{"namespace":"a","key":"b","access":{"storefront":null}}],)"
      R"("pageInfo":{"hasNextPage":true,"endCursor":"c"}}})"));
  ASSERT_TRUE(page) << page.error().what;
  EXPECT_EQ(page->names, std::vector<std::string>{"custom.care"});
  EXPECT_TRUE(page->has_next);
  EXPECT_EQ(json::write(definitions_call("PRODUCT", page->end_cursor).variables),
            R"({"ownerType":"PRODUCT","first":250,"after":"c"})");
  for (const auto* bad :
       {"{}", R"({"metafieldDefinitions":{"nodes":[{"namespace":"a"}],"pageInfo":{"hasNextPage":false}}})"})
    EXPECT_FALSE(decode_definitions(answer(bad))) << bad;
}

TEST(DecodeScopes, ListsTheGrantedHandles) {
  EXPECT_EQ(
      decode_scopes(answer(
          R"({"currentAppInstallation":{"id":"x","accessScopes":[{"handle":"read_products"},{"handle":"read_themes"}]}})")),
      (std::vector<std::string>{"read_products", "read_themes"}));
  for (const auto* bad :
       {"{}", R"({"currentAppInstallation":null})", R"({"currentAppInstallation":{"accessScopes":null}})"})
    EXPECT_FALSE(decode_scopes(answer(bad))) << bad;
}

}  // namespace
}  // namespace stoa::shopify
