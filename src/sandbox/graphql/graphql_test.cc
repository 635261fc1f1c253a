#include <gtest/gtest.h>

#include "base/json_text.h"
#include "sandbox/graphql/lexer.h"
#include "sandbox/graphql/parser.h"
#include "sandbox/graphql/validate.h"
#include "sandbox/types/types.h"

namespace stoa::sandbox::graphql {
namespace {

std::string argument_text(std::string_view literal) {
  const auto document = parse_document(fmt::format("{{ f(a: {}) }}", literal));
  return document ? document->operations[0].selections[0].arguments[0].value.text : document.error().what;
}

TEST(Parser, ReadsEveryPartOfAnOperation) {
  const auto document = parse_document(R"(# a comment
    query Q($a: [ID!]! = ["x"], $b: Boolean) @include(if: $b) { one: f(a: $a, o: {k: [1, -2.5e3, null, ENUM, true]}) { ...F, ... on T @skip(if: $b) { g } ... { h } } }
    fragment F on T { i })");
  ASSERT_TRUE(document) << document.error().what;
  const auto& q = document->operations[0];
  EXPECT_EQ(q.name, "Q");
  EXPECT_EQ(to_text(q.variables[0].type), "[ID!]!");
  EXPECT_EQ(to_text(*q.variables[0].otherwise), R"(["x"])");
  const auto& f = q.selections[0];
  EXPECT_EQ(f.key(), "one");
  EXPECT_EQ(to_text(f.arguments[1].value), "{k: [1, -2.5e3, null, ENUM, true]}");
  EXPECT_EQ(f.selections[1].name, "T");
  EXPECT_EQ(f.selections[2].kind, Selection::Kind::inline_fragment);
  EXPECT_EQ(f.at.line, 2);
  EXPECT_TRUE(document->fragments.contains("F"));
}

TEST(Lexer, StringsResolveEscapesAndSurrogates) {
  EXPECT_EQ(argument_text(R"("a\n\t\"\\\/\u00e9\uD83D\uDE34")"), "a\n\t\"\\/é😴");
}
TEST(Lexer, BlockStringsLoseTheirIndentationAndKeepQuotes) {
  EXPECT_EQ(argument_text("\"\"\"\n    one\n      two \\\"\"\" \"\n\n    \"\"\""), "one\n  two \"\"\" \"");
}
TEST(Lexer, NamesThePlaceOfWhatItCannotRead) {
  EXPECT_EQ(argument_text("\"open"), "syntax error, unterminated string at [1, 8]");
  EXPECT_EQ(argument_text("01"), "syntax error, malformed number at [1, 8]");
  EXPECT_EQ(argument_text("\"\\uD83D\""), "syntax error, bad escape in string at [1, 9]");
  EXPECT_EQ(argument_text("?"), "syntax error, unexpected invalid token (\"?\") at [1, 8]");
}

TEST(Parser, RefusesWhatIsNoDocument) {
  for (const auto text : {"", "{", "{}", "query", "{ a(", "{ a() }", "{ a(b:) }", "fragment F on T { a }", "{ a } }",
                          "fragment on on T {a} {a}", "query ($a) {a}"})
    EXPECT_FALSE(parse_document(text)) << text;
}
TEST(Parser, RefusesBottomlessNesting) {
  std::string text;
  for (int i = 0; i < 10'000; ++i) text += "{a";
  EXPECT_FALSE(parse_document(text));
  EXPECT_FALSE(parse_document("{ a(b: " + std::string(10'000, '[') + ") }"));
}

// What is wrong with a document, by graphql-ruby's code.
std::vector<std::string> codes(std::string_view text) {
  const auto document = parse_document(text);
  EXPECT_TRUE(document) << text;
  std::vector<std::string> out;
  if (document)
    for (const Fault& fault : validate(admin_schema(), *document)) out.push_back(fault.extensions[0].second);
  return out;
}

TEST(Validation, NamesEveryFaultByShopifysCode) {
  const std::vector<std::pair<std::string_view, std::string_view>> cases = {
      {"{ shop { nope } }", "undefinedField"},
      {"{ products(first: 1, nope: 2) { nodes { id } } }", "argumentNotAccepted"},
      {"{ product { id } }", "missingRequiredArguments"},
      {"{ shop }", "selectionMismatch"},
      {"{ shop { id { x } } }", "selectionMismatch"},
      {"{ shop { ...Nope } }", "useAndDefineFragment"},
      {"{ shop { id } } fragment F on Shop { id }", "useAndDefineFragment"},
      {"{ shop { ... on Product { id } } }", "cannotSpreadFragment"},
      {"{ shop { ... on Nope { id } } }", "undefinedType"},
      {"{ shop { ... on Int { id } } }", "fragmentOnNonCompositeType"},
      {"{ shop { ...F } } fragment F on Shop { ...F }", "infiniteLoop"},
      {"query ($a: Int) { shop { id } }", "variableNotUsed"},
      {"{ products(first: $a) { nodes { id } } }", "variableNotDefined"},
      {"query ($a: String) { products(first: $a) { nodes { id } } }", "variableMismatch"},
      {"query ($a: ID) { product(id: $a) { id } }", "variableMismatch"},
      {"query ($a: Nope) { products(first: $a) { nodes { id } } }", "variableRequiresValidType"},
      {"query ($a: Int = \"x\") { products(first: $a) { nodes { id } } }", "defaultValueInvalidType"},
      {"{ products(first: \"x\") { nodes { id } } }", "argumentLiteralsIncompatible"},
      {"{ products(first: 1, sortKey: NOPE) { nodes { id } } }", "argumentLiteralsIncompatible"},
      {"{ product(id: \"1\") { id } }", "argumentLiteralsIncompatible"},
      {"{ shop { id @nope } }", "undefinedDirective"},
      {"{ shop { id @skip } }", "missingRequiredArguments"},
      {"{ shop { a: id a: name } }", "fieldConflict"},
      {"mutation { shop { id } }", "missingOperation"}};
  for (const auto& [text, code] : cases) {
    const auto seen = codes(text);
    ASSERT_FALSE(seen.empty()) << text;
    EXPECT_EQ(seen.front(), json::quoted(code)) << text;
  }
}
TEST(Validation, AcceptsDefaultsListsOfOneAndNullableVariablesWhereADefaultStands) {
  EXPECT_TRUE(codes("query ($r: Boolean, $k: ProductSortKeys = ID, $id: ID!) { products(first: 1, reverse: $r, "
                    "sortKey: $k) { nodes { id } } nodes(ids: [$id]) { id } }")
                  .empty());
  EXPECT_TRUE(codes("query ($id: ID!) { nodes(ids: $id) { id } }").empty());
}
TEST(Validation, TellsPathAndPlace) {
  const auto document = parse_document("query Q {\n  shop {\n    nope\n  }\n}");
  ASSERT_TRUE(document);
  const auto faults = validate(admin_schema(), *document);
  ASSERT_EQ(faults.size(), 1u);
  EXPECT_EQ(
      to_json(faults),
      R"([{"message":"Field 'nope' doesn't exist on type 'Shop'","locations":[{"line":3,"column":5}],"path":["query Q","shop","nope"],"extensions":{"code":"undefinedField","typeName":"Shop","fieldName":"nope"}}])");
}

}  // namespace
}  // namespace stoa::sandbox::graphql
