#include "sandbox/model.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace stoa::sandbox {

std::string gid(std::string_view type, std::int64_t id) {
  char digits[24];
  std::string out = "gid://shopify/";
  out.append(type).append("/").append(digits, std::to_chars(digits, digits + sizeof digits, id).ptr);
  return out;
}

std::optional<Gid> parse_gid(std::string_view text) {
  constexpr std::string_view kPrefix = "gid://shopify/";
  if (!text.starts_with(kPrefix)) return std::nullopt;
  text.remove_prefix(kPrefix.size());
  const auto slash = text.find('/');
  if (slash == std::string_view::npos || slash == 0) return std::nullopt;
  const auto id = parse_int(text.substr(slash + 1));
  if (!id) return std::nullopt;
  return Gid{text.substr(0, slash), *id};
}

std::string Variant::display_title() const {
  if (title) return *title;
  std::string out;
  for (const auto& option : options)
    if (option) out += (out.empty() ? "" : " / ") + *option;
  return out;
}

bool Variant::available() const { return !tracked || continue_selling || inventory.value_or(0) > 0; }

bool Product::only_default_variant() const {
  return variants.size() == 1 && variants.front().display_title() == "Default Title";
}

std::int64_t Product::inventory() const {
  std::int64_t sum = 0;
  for (const Variant& variant : variants)
    if (variant.tracked) sum += variant.inventory.value_or(0);
  return sum;
}

bool Product::tracks_inventory() const { return std::ranges::any_of(variants, &Variant::tracked); }
bool Product::available() const { return std::ranges::any_of(variants, &Variant::available); }

const std::vector<Category>& categories() {
  static const std::vector<Category> all = {
      {"hg-11-10", "Bedding", "Home & Garden > Linens & Bedding > Bedding"},
      {"aa-1-13-8", "T-Shirts", "Apparel & Accessories > Clothing > Clothing Tops > T-Shirts"},
      {"ae-2-1", "Arts & Crafts", "Arts & Entertainment > Hobbies & Creative Arts > Arts & Crafts"},
      {"fb-1", "Beverages", "Food, Beverages & Tobacco > Beverages"}};
  return all;
}

std::string_view enum_constant(std::string_view text, std::span<const std::string_view> known) {
  std::string wanted(text);
  for (char& c : wanted) c = c == '-' || c == ' ' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  for (const auto name : known)
    if (name == wanted) return name;
  return {};
}

bool zero_decimal(std::string_view currency) {
  static constexpr auto kZero = std::to_array<std::string_view>({"JPY", "KRW", "CLP", "ISK", "VND", "XAF"});
  return std::ranges::find(kZero, currency) != kZero.end();
}

double money_value(std::string_view amount) {
  double value = 0;
  std::from_chars(amount.data(), amount.data() + amount.size(), value);
  return value;
}

std::string decimal_amount(std::string_view amount) {
  std::string out(amount);
  if (out.find('.') == std::string::npos) return out + ".0";
  while (out.ends_with('0') && out[out.size() - 2] != '.') out.pop_back();
  return out;
}

}  // namespace stoa::sandbox
