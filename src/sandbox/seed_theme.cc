// The themes of a made-up shop. What trips readers up is in there on purpose: comment headers, a byte order mark,
// trailing commas, static and nested and disabled blocks, a context template, a file that is no JSON, app blocks,
// dynamic sources, links, a vintage theme.
#include "sandbox/catalog.h"

namespace stoa::sandbox {
namespace {

struct Text {
  std::string_view filename, content;
};

constexpr Text kMain[] = {
    {"config/settings_data.json", R"json(/*
 * ------------------------------------------------------------
 * IMPORTANT: The contents of this file are auto-generated.
 * ------------------------------------------------------------
 */
{
  "current": {
    "logo": "shopify:\/\/shop_images\/logo.png",
    "logo_width": 120,
    "page_width": 1200.0,
    "featured": "a-few",
    "color_palette": {"background": "#ffffff", "foreground": "#101010", "accent": "#e85d04"},
    "badge_color": "{{ settings.color_palette.accent }}",
    "color_schemes": {"scheme-1": {"settings": {"background": "#ffffff", "text": "#101010"}}},
    "sections": {"main-password-header": {"type": "main-password-header", "settings": {"color_scheme": "scheme-1"}}},
    "content_for_index": [],
    "blocks": {
      "1000820342134069872": {"type": "shopify://apps/reviews/blocks/badge/408a74ac", "disabled": false, "settings": {"position": "left"}}
    }
  },
  "presets": {"Default": {"logo_width": 90}}
}
)json"},
    {"config/settings_schema.json", R"json([
  {"name": "theme_info", "theme_name": "Colonnade", "theme_version": "1.2.0"},
  {"name": "t:settings.general", "settings": [
    {"type": "image_picker", "id": "logo", "label": "Logo"},
    {"type": "range", "id": "logo_width", "min": 50, "max": 300, "step": 10, "default": 100, "label": "Logo width"},
    {"type": "collection", "id": "featured", "label": "Featured collection"},
    {"type": "color", "id": "badge_color", "label": "Badge"}
  ]}
]
)json"},
    {"templates/index.json", R"json(/*
 * ------------------------------------------------------------
 * IMPORTANT: The contents of this file are auto-generated.
 * ------------------------------------------------------------
 */
{
  "sections": {
    "grid": {
      "type": "featured-collection",
      "settings": {"title": "Chosen for you", "collection": "everything", "products_to_show": 8, "show_view_all": true}
    },
    "hero_jVaWmY": {
      "type": "hero",
      "blocks": {
        "group_1": {
          "type": "group",
          "blocks": {
            "text_2": {"type": "text", "settings": {"text": "<p>Nothing in excess</p>", "color": "{{ settings.color_palette.accent }}"}},
            "text_1": {"type": "text", "disabled": true, "settings": {"text": "<p>Hidden</p>"}}
          },
          "block_order": ["text_1", "text_2"],
          "settings": {"direction": "column"}
        },
        "button_1": {"type": "button", "settings": {"label": "Shop all \ud83d\uded2", "link": "shopify://collections/everything", "note": "<p><a href=\"shopify://collections/everything\">All</a> or <a href=\"shopify://pages/gone\">none</a></p>"}},
        "overlay": {"type": "_overlay", "static": true, "settings": {"opacity": 0.40}},
        "forgotten": {"type": "text", "settings": {"text": "in no order"}}
      },
      "block_order": ["group_1", "button_1"],
      "custom_css": ["h1 { color: red; }"],
      "settings": {"image": "shopify://shop_images/lookbook-cover.jpg", "heading": "{{ shop.name }}", "height": "large"}
    },
    "spot": {"type": "featured-product", "settings": {"product": "@product@", "list": ["@product@", "no-such-product"], "more": "shopify://products/@product@"}},
    "news": {"type": "featured-blog", "disabled": true, "settings": {"blog": "news", "post": "news/first-post"}},
    "1755": {"type": "apps", "blocks": {"a": {"type": "shopify://apps/reviews/blocks/carousel/1b", "settings": {}}}, "block_order": ["a"], "settings": {}}
  },
  "order": ["hero_jVaWmY", "grid", "spot", "news", "1755"]
}
)json"},
    {"templates/index.context.fr.json", R"json({
  "parent": "index",
  "context": {"market": "fr"},
  "sections": {"grid": {"settings": {"title": "Choisi pour vous"}}}
}
)json"},
    {"templates/product.json", R"json({
  "sections": {
    "main": {
      "type": "main-product",
      "blocks": {"title": {"type": "title", "settings": {}}, "price": {"type": "price", "settings": {}}, "buy": {"type": "buy_buttons", "settings": {"sticky": true}}},
      "block_order": ["title", "price", "buy"],
      "settings": {"media_size": "large"}
    },
    "related": {"type": "related-products", "settings": {"products_to_show": 4}}
  },
  "order": ["main", "related"]
}
)json"},
    {"templates/product.alternate.json", R"json({
  "layout": "bare", "wrapper": "div#alternate.wide[data-x=1]",
  "sections": {"main": {"type": "main-product", "settings": {"media_size": "small"}}},
  "order": ["main"],
}
)json"},
    {"templates/collection.json",
     "\xEF\xBB\xBF{\"sections\":{\"main\":{\"type\":\"main-collection\",\"settings\":{}}},\"order\":[\"main\"]}"},
    {"templates/customers/login.json",
     R"json({"sections":{"main":{"type":"main-login","settings":{}}},"order":["main"]})json"},
    {"templates/page.broken.json", "{% comment %} once Liquid, never JSON {% endcomment %}\n"},
    {"templates/robots.txt.liquid", "User-agent: *\n"},
    {"sections/header-group.json", R"json({
  "type": "header",
  "name": "t:sections.header.name",
  "sections": {
    "announcement": {"type": "announcement-bar", "blocks": {"a": {"type": "announcement", "settings": {"text": "Free shipping", "link": "shopify://collections/a-few"}}}, "block_order": ["a"], "settings": {}},
    "header": {"type": "header", "settings": {"menu": "main-menu"}}
  },
  "order": ["announcement", "header"]
}
)json"},
    {"sections/footer-group.json",
     R"json({"type":"footer","name":"Footer","sections":{"footer":{"type":"footer","settings":{"menu":"footer"}}},"order":["footer"]})json"},
    {"sections/hero.liquid", R"liquid({% comment %}{% schema %} not this {% endschema %}{% endcomment %}
<div class="hero">{% content_for 'blocks' %}</div>
{% schema %}
{
  "name": "t:sections.hero.name",
  "blocks": [{"type": "@theme"}, {"type": "@app"}],
  "settings": [
    {"type": "image_picker", "id": "image", "label": "Image"},
    {"type": "text", "id": "heading", "label": "Heading", "default": "Welcome"},
    {"type": "select", "id": "height", "options": [{"value": "small", "label": "S"}, {"value": "large", "label": "L"}], "default": "large"},
  ],
  "presets": [{"name": "Hero"}]
}
{% endschema %}
)liquid"},
    {"sections/featured-collection.liquid", R"liquid({%- schema -%}
{"name":"Featured collection","settings":[
  {"type":"text","id":"title","label":"Heading"},{"type":"collection","id":"collection","label":"Collection"},
  {"type":"range","id":"products_to_show","min":2,"max":25,"step":1,"default":4,"label":"Products"},
  {"type":"checkbox","id":"show_view_all","default":true,"label":"View all"}]}
{%- endschema -%}
)liquid"},
    {"sections/featured-product.liquid", R"liquid({% schema %}
{"name":"Featured product","settings":[{"type":"product","id":"product","label":"Product"},
 {"type":"product_list","id":"list","label":"Products","limit":12},{"type":"url","id":"more","label":"More"}]}
{% endschema %}
)liquid"},
    {"sections/featured-blog.liquid", R"liquid({% schema %}
{"name":"Blog posts","settings":[{"type":"blog","id":"blog","label":"Blog"},{"type":"article","id":"post","label":"Post"}]}
{% endschema %}
)liquid"},
    {"sections/announcement-bar.liquid", R"liquid({% schema %}
{"name":"Announcement bar","blocks":[{"type":"announcement","name":"Announcement","settings":[{"type":"text","id":"text","label":"Text"},{"type":"url","id":"link","label":"Link"}]}],"settings":[]}
{% endschema %}
)liquid"},
    {"sections/main-product.liquid",
     "{% schema %}{\"name\":\"Product\",\"settings\":[{\"type\":\"select\",\"id\":\"media_size\"}]}{% endschema %}"},
    {"sections/main-login.liquid", "<form></form>"},
    {"blocks/text.liquid",
     R"liquid({% schema %}{"name":"Text","settings":[{"type":"richtext","id":"text","label":"Text"},{"type":"color","id":"color","label":"Color"}]}{% endschema %})liquid"},
    {"blocks/group.liquid",
     R"liquid({% schema %}{"name":"Group","blocks":[{"type":"@theme"}],"settings":[{"type":"select","id":"direction"}]}{% endschema %})liquid"},
    {"blocks/button.liquid",
     R"liquid({% schema %}{"name":"Button","settings":[{"type":"text","id":"label"},{"type":"url","id":"link"}]}{% endschema %})liquid"},
    {"locales/en.default.json",
     "{\"general\":{\"search\":\"Search\",\"items\":{\"one\":\"{{ count }} item\",\"other\":\"{{ count }} items\"}}}"},
    {"locales/fr.json", "// translated by hand\n{\"general\":{\"search\":\"Rechercher\",},}"},
    {"locales/en.default.schema.json", "{\"sections\":{\"hero\":{\"name\":\"Hero\"}}}"},
    {"layout/theme.liquid", "<!doctype html>{{ content_for_layout }}"},
    {"layout/bare.liquid", "{{ content_for_layout }}"},
    {"snippets/card.liquid", "<article>{{ product.title }}</article>"},
    {"assets/base.css", "body { margin: 0 }"},
    {"assets/logo.png", "\x89PNG\r\n\x1a\n\xff"},
};

constexpr Text kVintage[] = {
    {"config/settings_data.json", R"json({
  "current": "Bold",
  "presets": {
    "Bold": {
      "color_text": "#333", "type_base_size": "16",
      "sections": {
        "header": {"type": "header", "settings": {"main_linklist": "main-menu"}},
        "1490": {"type": "collection-list", "blocks": {"b2": {"type": "collection", "settings": {"collection": "a-few"}}, "b1": {"type": "collection", "settings": {"collection": "everything"}}}, "block_order": ["b1", "b2"], "settings": {"title": "Collections"}},
        "1491": {"type": "slideshow", "disabled": true, "settings": {}}
      },
      "content_for_index": ["1491", "1490"]
    },
    "Light": {"color_text": "#999"}
  }
}
)json"},
    {"templates/index.liquid", "{{ content_for_index }}"},
    {"sections/collection-list.liquid",
     R"liquid({% schema %}{"name":"Collections","settings":[{"type":"text","id":"title"}],"blocks":[{"type":"collection","settings":[{"type":"collection","id":"collection"}]}]}{% endschema %})liquid"},
    {"layout/theme.liquid", "{{ content_for_layout }}"},
};

const Time kMade = from_micros(1'704'067'200'000'000);  // 2024-01-01T00:00:00Z

std::unique_ptr<Theme> theme(const Catalog& catalog, std::int64_t number, std::string name, std::string_view role) {
  auto made = std::make_unique<Theme>();
  made->id = catalog.info().id + 100 + number;
  made->name = std::move(name);
  made->role = role;
  made->created_at = made->updated_at = kMade + std::chrono::hours(number);
  return made;
}

void add_files(Theme& to, std::span<const Text> files, std::string_view product) {
  for (const auto& file : files) {
    std::string content(file.content);
    constexpr std::string_view kProduct = "@product@";
    for (auto at = content.find(kProduct); at != std::string::npos; at = content.find(kProduct, at))
      content.replace(at, kProduct.size(), product);
    put_file(to, std::string(file.filename), std::move(content), to.created_at);
  }
}

// The handle of a product that buyers see.
std::string shown_product(const Catalog& catalog, Time now) {
  for (const Product* product : catalog.products().sorted(nullptr))
    if (product->status == "ACTIVE" && product->published_at && *product->published_at <= now) return product->handle;
  return "no-product";
}

void add_templates(Theme& to, std::size_t count) {
  for (std::size_t i = 1; i <= count; ++i) {
    std::string sections, order;
    for (int s = 0; s < 5; ++s) {
      const auto* comma = s == 0 ? "" : ",";
      sections += fmt::format(
          R"({}"s{}":{{"type":"hero","settings":{{"heading":"Template {}","image":"shopify://shop_images/{}.jpg"}},"blocks":{{"t":{{"type":"text","settings":{{"text":"<p>{}</p>"}}}}}},"block_order":["t"]}})",
          comma, s, i, i, std::string(400, static_cast<char>('a' + s)));
      order += fmt::format("{}\"s{}\"", comma, s);
    }
    put_file(to, fmt::format("templates/product.t{}.json", i),
             fmt::format(R"({{"sections":{{{}}},"order":[{}]}})", sections, order), to.created_at);
  }
}

}  // namespace

Result<void> seed_themes(Catalog& catalog, const ThemeSeed& seed, Time now) {
  const auto product = shown_product(catalog, now);
  auto main = theme(catalog, 1, "Colonnade", "MAIN");
  if (seed.folder.empty()) {
    add_files(*main, kMain, product);
    main->files.at("blocks/button.liquid").body = ThemeFile::Body::base64;
    main->files.at("locales/fr.json").body = ThemeFile::Body::url;
  } else {
    STOA_TRY(load_theme(*main, seed.folder, main->created_at));
  }
  add_templates(*main, seed.templates);
  catalog.themes().put(std::move(main));
  auto vintage = theme(catalog, 2, "Agora (vintage) <b>", "UNPUBLISHED");
  add_files(*vintage, kVintage, product);
  catalog.themes().put(std::move(vintage));
  auto draft = theme(catalog, 3, "Development", "DEVELOPMENT");
  add_files(*draft, std::span(kMain).first(3), product);
  catalog.themes().put(std::move(draft));
  return {};
}

}  // namespace stoa::sandbox
