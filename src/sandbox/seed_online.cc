// Made-up menus, three levels deep, and metaobjects of all states.
#include "sandbox/seed.h"

namespace stoa::sandbox {
namespace {

using namespace std::chrono_literals;

// The gid of the n-th object of a shelf, or nothing.
template <class T>
std::optional<std::string> target(std::string_view type, const Shelf<T>& shelf, std::size_t n) {
  const auto all = shelf.sorted(nullptr);
  if (all.empty()) return std::nullopt;
  return gid(type, all[n % all.size()]->id);
}

MenuItem item(Catalog& catalog, std::string title, std::string_view type, std::optional<std::string> resource) {
  MenuItem out{.id = catalog.next_id(),
               .title = std::move(title),
               .type = type,
               .url = {},
               .resource = {},
               .tags = {},
               .items = {}};
  out.url = resource ? "/" + std::string(type) : type == "FRONTPAGE" ? "/" : "https://elsewhere.example/?a=1&b=<2>";
  out.resource = std::move(resource);
  return out;
}

}  // namespace

void seed_menus(Catalog& catalog, const SeedOptions& options) {
  for (std::size_t i = 0; i < options.menus; ++i) {
    auto menu = std::make_unique<Menu>();
    menu->id = catalog.next_id();
    menu->is_default = i < 2;
    menu->title = i == 0 ? "Main menu" : i == 1 ? "Footer <small>" : fmt::format("Menu {} \U0001F9ED", i);
    menu->handle = i == 0 ? "main-menu" : i == 1 ? "footer" : fmt::format("menu-{}", i);
    menu->created_at = menu->updated_at = kSeedEpoch;
    if (i % 3 != 2) {
      auto shop = item(catalog, "Shop \"all\"", "COLLECTION", target("Collection", catalog.collections(), i));
      auto deep = item(catalog, "Émigré", "PRODUCT", target("Product", catalog.products(), i));
      deep.items.push_back(item(catalog, "Deepest", "PAGE", target("Page", catalog.pages(), i)));
      shop.tags = {"50% off", "寝る"};
      shop.items.push_back(std::move(deep));
      shop.items.push_back(item(catalog, "Out", "HTTP", std::nullopt));
      menu->items.push_back(item(catalog, "Home", "FRONTPAGE", std::nullopt));
      menu->items.push_back(std::move(shop));
    }
    catalog.put(std::move(menu));
  }
}

void seed_metaobjects(Catalog& catalog, const SeedOptions& options) {
  constexpr std::array kTypes{"size_chart", "internal_note", "lookbook"};
  for (std::size_t i = 0; i < options.metaobjects; ++i) {
    auto made = std::make_unique<Metaobject>();
    made->id = catalog.next_id();
    made->type = kTypes[i % kTypes.size()];
    made->handle = fmt::format("entry-{}", i / kTypes.size());  // the same in every type
    made->title = fmt::format("Entry <b>{}</b> \U0001F5C2", i);
    made->draft = i % 2 == 1;
    made->created_at = kSeedEpoch + std::chrono::hours(24 * i);
    made->updated_at = made->created_at + 1h;
    made->fields.push_back({"name", "single_line_text_field", made->title});
    made->fields.push_back({"sizes", "list.number_integer", "[1,2, 3]"});
    made->fields.push_back({"note", "multi_line_text_field", std::nullopt});
    catalog.put(std::move(made));
  }
}

}  // namespace stoa::sandbox
