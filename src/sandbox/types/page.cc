// Page.
#include "base/text.h"
#include "sandbox/types/lists.h"

namespace stoa::sandbox {

using graphql::Call;
using graphql::field;

namespace {

const SearchFields<Page>& page_search() {
  static const SearchFields<Page> fields = {
      {"", [](const Page& p, const Term& t) { return fold(p.title).contains(fold(t.value)); }},
      {"id", [](const Page& p, const Term& t) { return match_number(t, p.id); }},
      {"created_at", [](const Page& p, const Term& t) { return match_time(t, p.created_at); }},
      {"updated_at", [](const Page& p, const Term& t) { return match_time(t, p.updated_at); }},
      {"published_at", [](const Page& p, const Term& t) { return match_time(t, p.published_at); }},
      {"handle", [](const Page& p, const Term& t) { return match_text(t, p.handle); }},
      {"title", [](const Page& p, const Term& t) { return match_text(t, p.title); }}};
  return fields;
}

SortValue<Page> page_order(std::string_view key) {
  if (key == "UPDATED_AT") return [](const Page& p) { return sortable(micros(p.updated_at)); };
  if (key == "PUBLISHED_AT")
    return [](const Page& p) { return p.published_at ? sortable(micros(*p.published_at)) : std::string(); };
  if (key == "TITLE") return [](const Page& p) { return fold(p.title); };
  return nullptr;
}

}  // namespace

void add_page(graphql::SchemaBuilder& builder) {
  builder.enumeration("PageSortKeys", "ID PUBLISHED_AT TITLE UPDATED_AT");
  builder
      .object(
          "Page", {"HasMetafields", "Navigable", "Node"},
          {field<Page>("id: ID!", [](const Page& p, Call& call) { call.string(gid("Page", p.id)); }),
           field<Page>("defaultCursor: String!", [](const Page& p, Call& call) { call.string(default_cursor(p.id)); }),
           field<Page>("title: String!", [](const Page& p, Call& call) { call.string(p.title); }),
           field<Page>("handle: String!", [](const Page& p, Call& call) { call.string(p.handle); }),
           field<Page>("body: HTML!", [](const Page& p, Call& call) { call.string(p.body); }),
           field<Page>("templateSuffix: String", [](const Page& p, Call& call) { call.string(p.template_suffix); }),
           field<Page>("isPublished: Boolean!",
                       [](const Page& p, Call& call) { call.boolean(p.published(call.context<Reading>().now)); }),
           field<Page>("publishedAt: DateTime", [](const Page& p, Call& call) { write_time(call, p.published_at); }),
           field<Page>("createdAt: DateTime!", [](const Page& p, Call& call) { write_time(call, p.created_at); }),
           field<Page>("updatedAt: DateTime!", [](const Page& p, Call& call) { write_time(call, p.updated_at); }),
           field<Page>("metafield(key: String!, namespace: String): Metafield",
                       [](const Page& p, Call& call) { answer_metafield(call, p.metafields); }),
           field<Page>("metafields(after: String, before: String, first: Int, keys: [String!], last: Int, namespace: "
                       "String, reverse: Boolean = false): MetafieldConnection!",
                       [](const Page& p, Call& call) { answer_metafields(call, p.metafields); })})
      .scope = kContentScope;
  builder.connection("Page");
}

std::vector<graphql::FieldSpec> page_roots() {
  return {field<Reading>(
              "page(id: ID!): Page",
              [](const Reading& r, Call& call) {
                if (const auto id = id_argument(call, "id", "Page")) call.value(r.catalog.pages().find(*id));
              },
              kContentScope),
          field<Reading>(
              "pages(after: String, before: String, first: Int, last: Int, query: String, reverse: Boolean = false, "
              "savedSearchId: ID, sortKey: PageSortKeys = ID): PageConnection!",
              [](const Reading& r, Call& call) {
                const auto value = page_order(call.arguments().text("sortKey", "ID"));
                answer_list(call, filtered(call, r.catalog.pages().sorted(value), page_search()), value, true);
              },
              kContentScope),
          field<Reading>(
              "pagesCount(limit: Int = 10000): Count",
              [](const Reading& r, Call& call) {
                write_count(call, r.catalog.pages().size(), call.arguments().integer("limit", INT64_MAX));
              },
              kContentScope)};
}

}  // namespace stoa::sandbox
