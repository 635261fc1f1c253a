#include "sandbox/seed.h"

#include "base/text.h"

namespace stoa::sandbox {
namespace {

using namespace std::chrono_literals;

constexpr auto kNouns = std::to_array<std::string_view>(
    {"Sleep Mask", "Weighted Blanket", "Tee", "Mug", "Lamp", "Notebook", "Candle", "Backpack", "Sneaker", "Scarf"});
constexpr auto kWords = std::to_array<std::string_view>({"Aurora", "Nimbus", "Cedar", "Onyx", "Saffron", "Juniper",
                                                         "Cobalt", "Willow", "Ember", "Fjord", "Mistral", "Tundra"});
constexpr auto kVendors = std::to_array<std::string_view>(
    {"Stoa Goods", "Ærø & Søn", "Ο Έμπορος", "東京商店", "O'Neill \"Supply\" Co.", "plain"});
constexpr auto kTypes = std::to_array<std::string_view>({"Bedding", "Apparel", "Kitchen", "Lighting", ""});
constexpr auto kTags = std::to_array<std::string_view>(
    {"new", "sale", "gift idea", "eco-friendly", "Émigré", "naïve café", "B2B", "winter 2026", "50% off", "😴 sleep"});
constexpr auto kColors = std::to_array<std::string_view>(
    {"Black", "White", "Sand", "Navy", "Rosé", "Moss", "Slate", "Coral", "Ochre", "Plum"});
constexpr auto kSizes =
    std::to_array<std::string_view>({"XS", "S", "M", "L", "XL", "2XL", "3XL", "One size", "36/38", "40 \u00bd"});
constexpr auto kPrices =
    std::to_array<std::string_view>({"25.00", "1.0", "0.00", "25", "19.99", "129.50", "7.5", "1234567.89"});
// What a title may hold: emoji with joiners, markup, no-break space, quotes, right-to-left, a trailing blank.
constexpr auto kTraps = std::to_array<std::string_view>(
    {" \U0001F634", " <script>alert(1)</script>", "\u00a0XL", " \"quoted\" \\ back", " קניות",
     " \U0001F468\u200d\U0001F469\u200d\U0001F467", "  two  blanks", " & Co.", " e\u0301", " \u2028line"});
constexpr std::string_view kProse =
    "Made slowly, in small runs, by people who care how it feels after a thousand nights. The weave is dense, the "
    "seams are flat, "
    "and nothing in it has travelled further than it had to. Wash it cold, dry it in the shade, keep it for years. "
    "Si vous hésitez entre deux tailles, prenez la plus grande — it softens. ";

// Small numbers from (seed, index): splitmix64.
class Dice {
 public:
  Dice(std::uint64_t seed, std::uint64_t index)
      : state_(seed * 0x9E3779B97F4A7C15ull + index * 0xD1B54A32D192ED03ull) {}
  std::uint64_t below(std::uint64_t bound) {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15ull);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return (z ^ (z >> 31)) % bound;
  }
  template <class A>
  std::string_view of(const A& choices) {
    return choices[below(choices.size())];
  }

 private:
  std::uint64_t state_;
};

// One product being made; `index` decides which traps it holds, so that few products hold them all.
class Maker {
 public:
  Maker(Catalog& catalog, const SeedOptions& options, std::size_t index)
      : catalog_(catalog),
        options_(options),
        index_(index),
        dice_(options.number, index),
        p_(std::make_unique<Product>()) {}

  std::unique_ptr<Product> make() {
    p_->id = catalog_.next_id();
    words();
    dates_and_status();
    media();
    variants();
    metafields();
    return std::move(p_);
  }

 private:
  bool every(std::size_t period, std::size_t offset) const { return index_ % period == offset % period; }

  void words() {
    const auto noun = dice_.of(kNouns);
    p_->title = fmt::format("{} {} {}", dice_.of(kWords), noun, index_ + 1);
    p_->handle = ascii_lower(fmt::format("{}-{}", noun, index_ + 1));
    std::ranges::replace(p_->handle, ' ', '-');
    if (every(4, 1)) p_->title += kTraps[index_ / 4 % kTraps.size()];
    if (every(31, 9)) p_->handle = fmt::format("東京-{}", index_ + 1);
    p_->vendor = dice_.of(kVendors);
    p_->type = dice_.of(kTypes);
    for (std::size_t i = 0; i < kTags.size(); ++i)
      if (dice_.below(4) == 0) p_->tags.emplace_back(kTags[i]);
    if (every(13, 2)) p_->tags.clear();
    p_->description_html = every(29, 4) ? "" : html();
    if (every(3, 0)) p_->category = static_cast<int>(dice_.below(categories().size()));
    if (every(5, 2)) p_->seo_title = p_->title + " | Stoa";
    if (every(5, 3)) p_->seo_description = "";
    if (every(11, 4)) p_->template_suffix = "alternate";
    p_->gift_card = every(37, 12);
  }

  std::string html() {
    std::string out = "<h2>" + p_->handle + "</h2>\n<p data-x='1'>";
    for (auto length = 1 + dice_.below(2); length > 0; --length) out += kProse;
    out += "</p><ul>";
    for (int i = 0; i < 4; ++i) out += fmt::format("<li>{} &amp; {}</li>", dice_.of(kWords), dice_.of(kWords));
    out += "</ul>";
    if (every(7, 3))
      out +=
          "<script>document.write(\"</p>\\u003c\")</script><img src=\"https://elsewhere.example/x.png\" onerror='1'>";
    if (every(7, 5)) out += "\r\n\t<table><tr><td>\u00a0</td></tr></table>\U0001F525";
    return out;
  }

  void dates_and_status() {
    p_->created_at = kSeedEpoch + std::chrono::minutes(index_ * 7);
    p_->updated_at = p_->created_at + std::chrono::seconds(dice_.below(40'000'000));
    p_->published_at = p_->created_at + 90s;
    if (every(17, 6)) p_->status = "DRAFT";
    if (every(23, 11)) p_->status = "ARCHIVED";
    if (every(41, 13)) p_->status = "UNLISTED";
    if (every(19, 8)) p_->published_at.reset();
    if (every(53, 18)) p_->published_at = kSeedFuture;
    if (!p_->published_at) return;
    // Every fifth is on sale in the online store alone.
    const auto& publications = catalog_.info().publications;
    for (std::size_t i = 0; i < (p_->id % 5 == 0 ? 1 : publications.size()); ++i)
      p_->publishings.push_back({publications[i].id, *p_->published_at});
  }

  void media() {
    auto count = dice_.below(4);
    if (every(89, 7)) count = 30;
    for (std::size_t i = 0; i < count; ++i) {
      Media m{.created_at = p_->created_at, .updated_at = p_->updated_at};
      m.image.id = catalog_.next_id();
      m.image.url = fmt::format("https://cdn.shopify.com/s/files/1/0000/0001/files/{}_{}.{}?v=1756486008", p_->handle,
                                i, i % 3 ? "jpg" : "png");
      m.image.width = 800 + static_cast<int>(dice_.below(1200));
      m.image.height = 600 + static_cast<int>(dice_.below(1200));
      if (dice_.below(3)) m.image.alt = dice_.below(4) ? p_->title : "";
      if (i + 1 == count && i > 0) kind(m);
      p_->media.push_back(std::move(m));
    }
  }

  void kind(Media& m) {
    const std::string base = fmt::format("https://cdn.shopify.com/videos/c/o/v/{}", p_->handle);
    if (every(5, 0)) m.kind = Media::Kind::video, m.url = base + ".mp4", m.duration_ms = 12'345;
    if (every(5, 1))
      m.kind = Media::Kind::external_video, m.url = "https://www.youtube.com/watch/" + std::to_string(m.image.id);
    if (every(5, 2)) m.kind = Media::Kind::model, m.url = base + ".glb";
    if (every(43, 3)) m.ready = false;
  }

  void option(std::string_view name, std::size_t count, std::string_view (*value)(std::size_t)) {
    Option made{
        .id = catalog_.next_id(), .name = std::string(name), .position = static_cast<int>(p_->options.size()) + 1};
    for (std::size_t i = 0; i < count; ++i) {
      std::string text(value(i % 10));
      if (i >= 10) text += " " + std::to_string(i / 10 + 1);
      made.values.push_back({.id = catalog_.next_id(), .name = std::move(text)});
      if (name == "Color" && i < 3) made.values.back().swatch = fmt::format("#{:06X}", dice_.below(1 << 24));
    }
    if (name == "Color" && every(59, 5)) made.linked = {"shopify", "color-pattern"};
    p_->options.push_back(std::move(made));
  }

  void variants() {
    std::size_t count = 1 + dice_.below(2);
    if (every(20, 4)) count = 6 + dice_.below(8);
    if (every(97, 10)) count = 100;
    if (index_ == 0 && options_.variants) count = std::min<std::size_t>(options_.variants, 2048);
    if (count == 1) {
      option("Title", 1, [](std::size_t) { return std::string_view("Default Title"); });
    } else {
      option("Color", (count + 9) / 10, [](std::size_t i) { return kColors[i]; });
      option("Size", std::min<std::size_t>(count, 10), [](std::size_t i) { return kSizes[i]; });
    }
    p_->variants.reserve(count);
    for (std::size_t i = 0; i < count; ++i) p_->variants.push_back(variant(i, count));
  }

  Variant variant(std::size_t i, std::size_t count) {
    Variant v{.id = catalog_.next_id(),
              .inventory_item_id = catalog_.next_id(),
              .position = static_cast<int>(i) + 1,
              .created_at = p_->created_at,
              .updated_at = p_->updated_at};
    v.options[0] = p_->options[0].values[count == 1 ? 0 : i / 10].name;
    if (count > 1) v.options[1] = p_->options[1].values[i % 10].name;
    v.price = price();
    if (dice_.below(5) == 0) v.compare_at_price = price();
    if (dice_.below(6)) v.sku = fmt::format("SKU-{}-{}", index_ + 1, i + 1);
    if (dice_.below(4) == 0) v.barcode = fmt::format("{:013}", dice_.below(9'999'999'999'999ull));
    if (dice_.below(9) == 0) v.sku = "";
    v.inventory = static_cast<int>(dice_.below(60)) - 3;
    v.tracked = dice_.below(8) != 0;
    v.continue_selling = dice_.below(7) == 0;
    v.taxable = dice_.below(10) != 0;
    v.requires_shipping = !p_->gift_card;
    v.weight = static_cast<double>(dice_.below(5000)) / 1000;
    v.weight_unit = kWeightUnits[dice_.below(kWeightUnits.size())];
    if (every(47, 16)) v.unit_price = "3.333";
    if (!p_->media.empty() && p_->media.front().kind == Media::Kind::image && dice_.below(2))
      v.media.push_back(p_->media.front().image.id);
    if (every(21, 6) && i == 0)
      v.metafields.push_back(metafield("PRODUCTVARIANT", "custom", "finish", "single_line_text_field", "matt"));
    if (every(63, 20) && i < 2)
      for (int n = 0; n < 15; ++n)
        v.metafields.push_back(
            metafield("PRODUCTVARIANT", "feed", fmt::format("label_{}", n), "single_line_text_field", "\"x\""));
    return v;
  }

  std::string price() {
    const std::string text(dice_.of(kPrices));
    return zero_decimal(catalog_.info().currency) ? text.substr(0, text.find('.')) : text;
  }

  Metafield metafield(std::string_view owner, std::string ns, std::string key, std::string type, std::string value) {
    return {catalog_.next_id(), owner,          std::move(ns), std::move(key), std::move(type),
            std::move(value),   p_->created_at, p_->updated_at};
  }

  void metafields() {
    const auto add = [&](std::string ns, std::string key, std::string type, std::string value) {
      p_->metafields.push_back(metafield("PRODUCT", std::move(ns), std::move(key), std::move(type), std::move(value)));
    };
    if (every(2, 0)) add("custom", "care", "multi_line_text_field", "Wash cold.\nDry in the shade.");
    if (every(3, 1))
      add("custom", "specs", "json",
          R"({"weight": 1.50, "big": 9007199254740993, "nested": {"empty": [], "none": null}})");
    if (every(4, 3)) add("reviews", "rating", "rating", R"({"value":"4.5","scale_min":"1.0","scale_max":"5.0"})");
    if (every(6, 5)) add("custom", "hidden", "single_line_text_field", "internal note");
    if (every(45, 5))
      for (int i = 0; i < 27; ++i)
        add("specs", fmt::format("k{}", i), "number_integer", std::to_string(i * 1'000'000'007ll));
  }

  Catalog& catalog_;
  const SeedOptions& options_;
  std::size_t index_;
  Dice dice_;
  std::unique_ptr<Product> p_;
};

std::unique_ptr<Collection> collection(Catalog& catalog, std::string title, std::string handle) {
  auto c = std::make_unique<Collection>();
  c->id = catalog.next_id();
  c->title = std::move(title);
  c->handle = std::move(handle);
  c->description_html = "<p>Chosen by hand &mdash; <b>" + c->title + "</b></p>";
  c->updated_at = kSeedEpoch + std::chrono::hours(c->id % 20'000);
  for (const Publication& publication : catalog.info().publications)
    c->publishings.push_back({publication.id, kSeedEpoch});
  return c;
}

void add_smart(Catalog& catalog, std::string_view column, std::string_view condition) {
  auto c = collection(catalog, fmt::format("{}: {}", column, condition),
                      fmt::format("smart-{}", catalog.collections().size()));
  c->smart = c->evaluated = true;
  c->sort_order = "BEST_SELLING";
  c->rules.push_back({column, column == "TITLE" ? "CONTAINS" : "EQUALS", std::string(condition)});
  if (column == "TAG") c->rules.push_back({"VENDOR", "NOT_EQUALS", "plain"});
  catalog.put(std::move(c));
}

void add_collections(Catalog& catalog, Dice& dice) {
  const auto products = catalog.products().sorted(nullptr);
  auto all = collection(catalog, "Everything \U0001F6D2", "everything");
  for (const Product* product : products) all->products.push_back(product->id);
  for (std::size_t i = all->products.size(); i > 1; --i) std::swap(all->products[i - 1], all->products[dice.below(i)]);
  all->image = Image{catalog.next_id(), "https://cdn.shopify.com/s/files/1/0000/0001/collections/all.jpg?v=1",
                     "all of it", 1600, 900};
  all->metafields.push_back({catalog.next_id(), "COLLECTION", "custom", "banner", "single_line_text_field", "Welcome",
                             kSeedEpoch, kSeedEpoch});
  catalog.put(std::move(all));
  catalog.put(collection(catalog, "Nothing yet", "nothing-yet"));
  auto few = collection(catalog, "A few <b>chosen</b>", "a-few");
  for (std::size_t i = 0; i < products.size(); i += 7) few->products.insert(few->products.begin(), products[i]->id);
  few->sort_order = "ALPHA_DESC";
  few->seo_title = "A few";
  few->publishings.clear();
  catalog.put(std::move(few));
  for (const auto vendor : kVendors) add_smart(catalog, "VENDOR", vendor);
  for (const auto tag : kTags) add_smart(catalog, "TAG", tag);
  add_smart(catalog, "TITLE", "Aurora");
}

}  // namespace

void seed(Catalog& catalog, const SeedOptions& options) {
  for (std::size_t i = 0; i < options.products; ++i) catalog.put(Maker(catalog, options, i).make());
  Dice dice(options.number, SIZE_MAX);
  add_collections(catalog, dice);
  seed_content(catalog, options);
  seed_discounts(catalog, options);
  seed_files(catalog);
  // What came later stands last: the ids of what is above stay what they were.
  seed_pages(catalog, options);
  seed_menus(catalog, options);
  seed_metaobjects(catalog, options);
}

std::unique_ptr<Product> seeded_product(Catalog& catalog, const SeedOptions& options, std::size_t index) {
  return Maker(catalog, options, index).make();
}

void seed_shop(ShopInfo& info, std::int64_t first_id) {
  info.id = first_id;
  info.created_at = kSeedEpoch;
  info.updated_at = kSeedEpoch + 1h;
  info.publications = {{first_id + 10, "Online Store"}, {first_id + 11, "Point of Sale"}};
  constexpr std::array kLocations{"Warehouse \U0001F4E6",
                                  "Shop",
                                  "Outlet",
                                  "Market <b>stall</b>",
                                  "Depot",
                                  "Pop-up",
                                  "North",
                                  "South",
                                  "East",
                                  "West",
                                  "Harbour",
                                  "Airport",
                                  "Station",
                                  "東京"};
  for (const auto* name : kLocations)
    info.locations.push_back({first_id + 30 + static_cast<std::int64_t>(info.locations.size()), name});
  info.metaobject_definitions = {{first_id + 60, "size_chart", "Size chart", true, "PUBLIC_READ"},
                                 {first_id + 61, "internal_note", "Internal note", false, "NONE"},
                                 {first_id + 62, "lookbook", "Lookbook \U0001F4F8", false, "PUBLIC_READ"},
                                 {first_id + 63, "empty_type", "Of which there is none", true, "PUBLIC_READ"}};
  info.definitions = {
      {first_id + 20, "custom", "care", "Care", "multi_line_text_field", "PRODUCT", "PUBLIC_READ"},
      {first_id + 21, "custom", "specs", "Specifications", "json", "PRODUCT", "PUBLIC_READ"},
      {first_id + 22, "custom", "hidden", "Hidden", "single_line_text_field", "PRODUCT", "NONE"},
      {first_id + 23, "custom", "finish", "Finish", "single_line_text_field", "PRODUCTVARIANT", "PUBLIC_READ"},
      {first_id + 24, "custom", "banner", "Banner", "single_line_text_field", "COLLECTION", "NONE"},
      {first_id + 25, "custom", "subtitle", "Subtitle", "single_line_text_field", "PAGE", "PUBLIC_READ"}};
}

}  // namespace stoa::sandbox
