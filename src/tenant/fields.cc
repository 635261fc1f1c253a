#include "tenant/fields.h"

#include <array>

#include "base/ids.h"
#include "base/text.h"

namespace stoa::tenant {
namespace {

constexpr std::size_t kUrlMax = 2048, kSecretMax = 4096, kTextMax = 255, kClientKeyMax = 48;

constexpr std::array kRules{
    FieldRule{"clientKey", kClientKeyMax, false, false},
    FieldRule{"apiBaseUrl", kUrlMax, false, false},
    FieldRule{"adminApiBaseUrl", kUrlMax, false, false},
    FieldRule{"adminShopToken", kSecretMax, true},
    FieldRule{"clientId", kTextMax},
    FieldRule{"clientSecret", kSecretMax, true},
    FieldRule{"refreshToken", kSecretMax, true},
    FieldRule{"webhookSecret", kSecretMax, true},
    FieldRule{"previousWebhookSecret", kSecretMax, true},
    FieldRule{"storefrontToken", kSecretMax, true},
    FieldRule{"clientName", kTextMax},
    FieldRule{"appName", kTextMax},
    FieldRule{"bundleId", kTextMax},
    FieldRule{"packageName", kTextMax},
    FieldRule{"environment", kTextMax},
};
constexpr std::array<std::string_view, 3> kEnvironments{"production", "staging", "development"};

std::size_t characters(std::string_view utf8) {
  return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::optional<std::string> wrong_with(const FieldRule& rule, std::string_view text) {
  if (const auto count = characters(text); count > rule.length_max)
    return fmt::format("{} characters, at most {} are allowed", count, rule.length_max);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    const bool c1 =
        c == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;  // U+0080..U+009F
    if (c < 0x20 || c == 0x7F || c1) return "control characters are not allowed";
  }
  if (rule.secret && !is_masked(text))
    for (const char c : text)
      if (c == ' ' || static_cast<unsigned char>(c) >= 0x80)
        return "only visible ASCII is allowed in a token or secret: was it pasted with a space?";
  if (rule.name == "environment" && std::find(kEnvironments.begin(), kEnvironments.end(), text) == kEnvironments.end())
    return "want production, staging or development";
  if (rule.name == "clientKey")
    if (const auto key = parse_client_key(text); !key)
      return key.error().what.substr(std::string_view("clientKey: ").size());
  return std::nullopt;
}

std::vector<std::string> known_names() {
  std::vector<std::string> names;
  for (const auto& rule : kRules) names.emplace_back(rule.name);
  return names;
}

}  // namespace

std::string pointer_to(std::string_view name) {
  std::string out = "/";
  for (const char c : name) {
    if (c == '~')
      out += "~0";
    else if (c == '/')
      out += "~1";
    else
      out += c;
  }
  return out;
}

std::span<const FieldRule> field_rules() { return kRules; }

const FieldRule* field_rule(std::string_view name) {
  const auto* found =
      std::find_if(kRules.begin(), kRules.end(), [&](const FieldRule& rule) { return rule.name == name; });
  return found == kRules.end() ? nullptr : found;
}

bool is_masked(std::string_view value) { return value.starts_with("\u2022\u2022\u2022\u2022"); }

std::map<std::string, std::optional<std::string>> read_fields(const json::Object& body, std::vector<Fault>& faults) {
  std::map<std::string, std::optional<std::string>> fields;
  for (const auto& [key, value] : body) {
    const std::string name(key);
    if (name == "settings") continue;
    const auto* rule = field_rule(name);
    if (rule == nullptr) {
      const auto meant = nearest(name, known_names());
      faults.push_back({pointer_to(name.substr(0, 100)),
                        meant ? fmt::format("unknown field, did you mean '{}'?", *meant) : "unknown field, remove it"});
    } else if (value.is_null() || (value.is_string() && value.get_string().empty())) {
      fields[name] = std::nullopt;
    } else if (!value.is_string()) {
      faults.push_back({pointer_to(name), "want a string"});
    } else {
      const std::string text(value.get_string());
      if (auto wrong = wrong_with(*rule, text))
        faults.push_back({pointer_to(name), *wrong});
      else
        fields[name] = text;
    }
  }
  return fields;
}

}  // namespace stoa::tenant
