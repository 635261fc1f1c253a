// Menu and its items.
#include "base/text.h"
#include "sandbox/types/lists.h"

namespace stoa::sandbox {

using graphql::Call;
using graphql::field;

namespace {

constexpr std::string_view kScope = "read_online_store_navigation";

const SearchFields<Menu>& menu_search() {
  static const SearchFields<Menu> fields = {
      {"", [](const Menu& m, const Term& t) { return fold(m.title).contains(fold(t.value)); }},
      {"id", [](const Menu& m, const Term& t) { return match_number(t, m.id); }},
      {"title", [](const Menu& m, const Term& t) { return match_text(t, m.title); }}};
  return fields;
}

SortValue<Menu> menu_order(std::string_view key) {
  if (key == "UPDATED_AT") return [](const Menu& m) { return sortable(micros(m.updated_at)); };
  if (key == "TITLE") return [](const Menu& m) { return fold(m.title); };
  return nullptr;
}

void write_items(Call& call, const std::vector<MenuItem>& items) {
  call.list(items.size(), [&](std::size_t i) { call.value(&items[i]); });
}

}  // namespace

void add_menu(graphql::SchemaBuilder& builder) {
  builder.enumeration("MenuSortKeys", "ID TITLE UPDATED_AT");
  builder.enumeration("MenuItemType",
                      "ARTICLE BLOG CATALOG COLLECTION COLLECTIONS CUSTOMER_ACCOUNT_PAGE FRONTPAGE HTTP METAOBJECT "
                      "PAGE PRODUCT SEARCH SHOP_POLICY");
  builder.object(
      "MenuItem", {},
      {field<MenuItem>("id: ID!", [](const MenuItem& m, Call& call) { call.string(gid("MenuItem", m.id)); }),
       field<MenuItem>("title: String!", [](const MenuItem& m, Call& call) { call.string(m.title); }),
       field<MenuItem>("type: MenuItemType!", [](const MenuItem& m, Call& call) { call.string(m.type); }),
       field<MenuItem>("url: String", [](const MenuItem& m, Call& call) { call.string(m.url); }),
       field<MenuItem>("resourceId: ID", [](const MenuItem& m, Call& call) { call.string(m.resource); }),
       field<MenuItem>("tags: [String!]!", [](const MenuItem& m, Call& call) { call.strings(m.tags); }),
       field<MenuItem>("items: [MenuItem!]!", [](const MenuItem& m, Call& call) { write_items(call, m.items); })});
  builder
      .object("Menu", {"Node"},
              {field<Menu>("id: ID!", [](const Menu& m, Call& call) { call.string(gid("Menu", m.id)); }),
               field<Menu>("handle: String!", [](const Menu& m, Call& call) { call.string(m.handle); }),
               field<Menu>("title: String!", [](const Menu& m, Call& call) { call.string(m.title); }),
               field<Menu>("isDefault: Boolean!", [](const Menu& m, Call& call) { call.boolean(m.is_default); }),
               field<Menu>("items(limit: Int): [MenuItem!]!",
                           [](const Menu& m, Call& call) { write_items(call, m.items); })})
      .scope = kScope;
  builder.connection("Menu");
}

std::vector<graphql::FieldSpec> menu_roots() {
  return {field<Reading>(
              "menu(id: ID!): Menu",
              [](const Reading& r, Call& call) {
                if (const auto id = id_argument(call, "id", "Menu")) call.value(r.catalog.menus().find(*id));
              },
              kScope),
          field<Reading>(
              "menus(after: String, before: String, first: Int, last: Int, query: String, reverse: Boolean = false, "
              "sortKey: MenuSortKeys = ID): MenuConnection!",
              [](const Reading& r, Call& call) {
                const auto value = menu_order(call.arguments().text("sortKey", "ID"));
                answer_list(call, filtered(call, r.catalog.menus().sorted(value), menu_search()), value, true);
              },
              kScope)};
}

}  // namespace stoa::sandbox
