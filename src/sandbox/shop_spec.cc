#include <charconv>

#include "base/text.h"
#include "sandbox/shop.h"

namespace stoa::sandbox {
namespace {

constexpr auto kCurrencies =
    std::to_array<std::string_view>({"AUD", "BHD", "CAD", "CHF", "CLP", "CNY", "DKK", "EUR", "GBP", "INR", "ISK",
                                     "JPY", "KRW", "KWD", "NOK", "NZD", "PLN", "SEK", "USD", "VND", "XAF"});
constexpr auto kScopes = std::to_array<std::string_view>(
    {"read_products", "read_inventory", "read_locations", "read_publications", "read_content",
     "read_online_store_navigation", "read_themes", "read_files", "read_discounts", "read_metaobjects",
     "read_metaobject_definitions", "read_translations", "read_locales", "read_markets"});
constexpr auto kPlans = std::to_array<std::pair<std::string_view, double>>(
    {{"standard", 100}, {"advanced", 200}, {"plus", 1'000}, {"enterprise", 2'000}});

Result<void> set(ShopSpec& spec, std::string_view key, std::string_view value) {
  const auto number = [&](auto& out) -> Result<void> {
    const auto parsed = parse_int(value);
    if (!parsed || *parsed < 0) return fail(Code::invalid, "shop {}: {}: '{}', wanted a number", spec.name, key, value);
    out = static_cast<std::remove_reference_t<decltype(out)>>(*parsed);
    return {};
  };
  if (key == "seed") return number(spec.seed.products);
  if (key == "number") return number(spec.seed.number);
  if (key == "variants") return number(spec.seed.variants);
  if (key == "articles") return number(spec.seed.articles);
  if (key == "discounts") return number(spec.seed.discounts);
  if (key == "codes") return number(spec.seed.codes);
  if (key == "pages") return number(spec.seed.pages);
  if (key == "menus") return number(spec.seed.menus);
  if (key == "metaobjects") return number(spec.seed.metaobjects);
  if (key == "points") return number(spec.maximum_available);
  if (key == "restore") return number(spec.restore_rate);
  if (key == "token_seconds") return number(spec.token_seconds);
  if (key == "file") return spec.files.products = value, Result<void>();
  if (key == "collections") return spec.files.collections = value, Result<void>();
  if (key == "membership") return spec.files.membership = value, Result<void>();
  if (key == "theme") return spec.themes.folder = value, Result<void>();
  if (key == "templates") return number(spec.themes.templates);
  if (key == "blogs") return spec.files.blogs = value, Result<void>();
  if (key == "currency") return spec.currency = value, Result<void>();
  if (key == "token") return spec.admin_token = value, Result<void>();
  if (key == "client_id") return spec.client_id = value, Result<void>();
  if (key == "client_secret") return spec.client_secret = value, Result<void>();
  if (key == "refresh_token") return spec.refresh_token = value, Result<void>();
  if (key == "scopes") {
    spec.scopes.clear();
    for (const auto scope : split(value, ' ')) spec.scopes.emplace_back(scope);
    return {};
  }
  if (key == "plan") {
    const auto found = std::ranges::find(kPlans, value, [](const auto& plan) { return plan.first; });
    if (found == kPlans.end())
      return fail(Code::invalid, "shop {}: plan: '{}', wanted standard, advanced, plus or enterprise", spec.name,
                  value);
    spec.restore_rate = found->second;
    spec.maximum_available = 20 * found->second;
    return {};
  }
  return fail(Code::invalid,
              "shop {}: unknown key '{}', wanted seed number variants articles discounts codes pages menus metaobjects "
              "file collections "
              "membership blogs theme templates "
              "currency token "
              "client_id client_secret "
              "refresh_token scopes plan points restore token_seconds",
              spec.name, key);
}

ShopSpec with_defaults(ShopSpec spec) {
  const auto fill = [&](std::string& value, std::string_view prefix) {
    if (value.empty()) value = fmt::format("{}{}", prefix, spec.name);
  };
  fill(spec.admin_token, "shpat_");
  fill(spec.client_id, "client-");
  fill(spec.client_secret, "secret-");
  fill(spec.refresh_token, "shprt_");
  if (spec.scopes.empty()) spec.scopes.assign(kScopes.begin(), kScopes.end());
  return spec;
}

}  // namespace

Result<void> ShopSpec::validate() const {
  const auto sound = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  if (name.empty() || name.size() > 60 || name.front() == '-' || !std::ranges::all_of(name, sound))
    return fail(Code::invalid, "shop: name: '{}', wanted 1 to 60 of a-z, 0-9 and '-', not '-' first", name);
  if (std::ranges::find(kCurrencies, currency) == kCurrencies.end())
    return fail(Code::invalid, "shop {}: currency: '{}', wanted one of {}", name, currency,
                fmt::join(kCurrencies, " "));
  if (seed.products > 1'000'000)
    return fail(Code::invalid, "shop {}: seed: {}, wanted at most 1000000", name, seed.products);
  if (seed.variants > 2'048)
    return fail(Code::invalid, "shop {}: variants: {}, wanted at most 2048", name, seed.variants);
  if (themes.templates > 2'000)
    return fail(Code::invalid, "shop {}: templates: {}, wanted at most 2000", name, themes.templates);
  if (maximum_available <= 0 || restore_rate <= 0)
    return fail(Code::invalid, "shop {}: points, restore: {}, {}, wanted more than 0", name, maximum_available,
                restore_rate);
  return {};
}

Result<ShopSpec> parse_shop_spec(std::string_view text) {
  ShopSpec spec;
  const auto colon = text.find(':');
  spec.name = text.substr(0, colon);
  if (colon != std::string_view::npos)
    for (const auto part : split(text.substr(colon + 1), ',')) {
      const auto equals = part.find('=');
      if (equals == std::string_view::npos)
        return fail(Code::invalid, "shop {}: '{}', wanted key=value", spec.name, part);
      STOA_TRY(set(spec, part.substr(0, equals), part.substr(equals + 1)));
    }
  spec = with_defaults(std::move(spec));
  STOA_TRY(spec.validate());
  return spec;
}

Result<ShopSpec> parse_shop_spec(const json::Object& json) {
  ShopSpec spec;
  if (const auto* name = json.if_contains("name"); name && name->is_string()) spec.name = name->get_string();
  for (const auto& [key, value] : json)
    if (key != "name") {
      const std::string text = value.is_string() ? std::string(value.get_string()) : json::write(value);
      STOA_TRY(set(spec, key, text));
    }
  spec = with_defaults(std::move(spec));
  STOA_TRY(spec.validate());
  return spec;
}

}  // namespace stoa::sandbox
