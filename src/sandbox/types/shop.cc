// Shop, its domain, plan, formats and limits. All are the same ShopInfo seen from different sides.
#include "sandbox/types/lists.h"

namespace stoa::sandbox {

using graphql::Call;
using graphql::field;

namespace {

struct Locale {
  std::string_view code, name;
};
constexpr Locale kLocales[] = {{"en", "English"}, {"fr", "French"}};

std::string money_format(const ShopInfo& shop) {
  return zero_decimal(shop.currency) ? "¤{{amount_no_decimals}}" : "¤{{amount}}";
}

void add_parts(graphql::SchemaBuilder& builder) {
  builder.enumeration("UnitSystem", "IMPERIAL_SYSTEM METRIC_SYSTEM");
  builder.object(
      "DomainLocalization", {},
      {field<ShopInfo>("defaultLocale: String!", [](const ShopInfo&, Call& call) { call.string("en"); }),
       field<ShopInfo>("alternateLocales: [String!]!", [](const ShopInfo&, Call& call) { call.strings({"fr", "de"}); }),
       field<ShopInfo>("country: String", [](const ShopInfo&, Call& call) { call.null(); })});
  builder.object("ShopLocale", {},
                 {field<Locale>("locale: String!", [](const Locale& l, Call& call) { call.string(l.code); }),
                  field<Locale>("name: String!", [](const Locale& l, Call& call) { call.string(l.name); }),
                  field<Locale>("primary: Boolean!", [](const Locale& l, Call& call) { call.boolean(&l == kLocales); }),
                  field<Locale>("published: Boolean!", [](const Locale&, Call& call) { call.boolean(true); })});
  builder.object(
      "Domain", {"Node"},
      {field<ShopInfo>("id: ID!", [](const ShopInfo& s, Call& call) { call.string(gid("Domain", s.id + 1)); }),
       field<ShopInfo>("host: String!", [](const ShopInfo& s, Call& call) { call.string(s.domain); }),
       field<ShopInfo>("url: URL!", [](const ShopInfo& s, Call& call) { call.string("https://" + s.domain); }),
       field<ShopInfo>("localization: DomainLocalization", [](const ShopInfo& s, Call& call) { call.value(&s); }),
       field<ShopInfo>("sslEnabled: Boolean!", [](const ShopInfo&, Call& call) { call.boolean(true); })});
  builder.object(
      "ShopPlan", {},
      {field<ShopInfo>("publicDisplayName: String!", [](const ShopInfo& s, Call& call) { call.string(s.plan); }),
       field<ShopInfo>("shopifyPlus: Boolean!", [](const ShopInfo& s, Call& call) { call.boolean(s.plus); }),
       field<ShopInfo>("partnerDevelopment: Boolean!", [](const ShopInfo&, Call& call) { call.boolean(false); })});
  builder.object(
      "CurrencyFormats", {},
      {field<ShopInfo>("moneyFormat: FormattedString!",
                       [](const ShopInfo& s, Call& call) { call.string(money_format(s)); }),
       field<ShopInfo>("moneyInEmailsFormat: String!",
                       [](const ShopInfo& s, Call& call) { call.string(money_format(s)); }),
       field<ShopInfo>("moneyWithCurrencyFormat: FormattedString!",
                       [](const ShopInfo& s, Call& call) { call.string(money_format(s) + " " + s.currency); }),
       field<ShopInfo>("moneyWithCurrencyInEmailsFormat: String!",
                       [](const ShopInfo& s, Call& call) { call.string(money_format(s) + " " + s.currency); })});
  builder.object(
      "ShopResourceLimits", {},
      {field<ShopInfo>("locationLimit: Int!", [](const ShopInfo&, Call& call) { call.integer(10); }),
       field<ShopInfo>("maxProductOptions: Int!", [](const ShopInfo&, Call& call) { call.integer(3); }),
       field<ShopInfo>("maxProductVariants: Int!", [](const ShopInfo&, Call& call) { call.integer(2048); }),
       field<ShopInfo>("redirectLimitReached: Boolean!", [](const ShopInfo&, Call& call) { call.boolean(false); })});
}
}  // namespace

void add_shop(graphql::SchemaBuilder& builder) {
  add_parts(builder);
  builder.object(
      "Shop", {"Node"},
      {field<ShopInfo>("id: ID!", [](const ShopInfo& s, Call& call) { call.string(gid("Shop", s.id)); }),
       field<ShopInfo>("name: String!", [](const ShopInfo& s, Call& call) { call.string(s.name); }),
       field<ShopInfo>("myshopifyDomain: String!", [](const ShopInfo& s, Call& call) { call.string(s.domain); }),
       field<ShopInfo>("url: URL!", [](const ShopInfo& s, Call& call) { call.string("https://" + s.domain); }),
       field<ShopInfo>("email: String!", [](const ShopInfo& s, Call& call) { call.string("owner@" + s.domain); }),
       field<ShopInfo>("contactEmail: String!",
                       [](const ShopInfo& s, Call& call) { call.string("hello@" + s.domain); }),
       field<ShopInfo>("description: String", [](const ShopInfo&, Call& call) { call.null(); }),
       field<ShopInfo>("currencyCode: CurrencyCode!", [](const ShopInfo& s, Call& call) { call.string(s.currency); }),
       field<ShopInfo>("enabledPresentmentCurrencies: [CurrencyCode!]!",
                       [](const ShopInfo& s, Call& call) { call.strings({s.currency}); }),
       field<ShopInfo>("ianaTimezone: String!", [](const ShopInfo& s, Call& call) { call.string(s.timezone); }),
       field<ShopInfo>("timezoneOffset: String!", [](const ShopInfo&, Call& call) { call.string("+0000"); }),
       field<ShopInfo>("timezoneOffsetMinutes: Int!", [](const ShopInfo&, Call& call) { call.integer(0); }),
       field<ShopInfo>("timezoneAbbreviation: String!", [](const ShopInfo&, Call& call) { call.string("GMT"); }),
       field<ShopInfo>("weightUnit: WeightUnit!", [](const ShopInfo&, Call& call) { call.string("KILOGRAMS"); }),
       field<ShopInfo>("unitSystem: UnitSystem!", [](const ShopInfo&, Call& call) { call.string("METRIC_SYSTEM"); }),
       field<ShopInfo>("taxesIncluded: Boolean!", [](const ShopInfo&, Call& call) { call.boolean(true); }),
       field<ShopInfo>("taxShipping: Boolean!", [](const ShopInfo&, Call& call) { call.boolean(false); }),
       field<ShopInfo>("setupRequired: Boolean!", [](const ShopInfo&, Call& call) { call.boolean(false); }),
       field<ShopInfo>("shopOwnerName: String!", [](const ShopInfo& s, Call& call) { call.string(s.name + " Owner"); }),
       field<ShopInfo>("createdAt: DateTime!", [](const ShopInfo& s, Call& call) { write_time(call, s.created_at); }),
       field<ShopInfo>("updatedAt: DateTime!", [](const ShopInfo& s, Call& call) { write_time(call, s.updated_at); }),
       field<ShopInfo>("primaryDomain: Domain!", [](const ShopInfo& s, Call& call) { call.value(&s); }),
       field<ShopInfo>("plan: ShopPlan!", [](const ShopInfo& s, Call& call) { call.value(&s); }),
       field<ShopInfo>("currencyFormats: CurrencyFormats!", [](const ShopInfo& s, Call& call) { call.value(&s); }),
       field<ShopInfo>("resourceLimits: ShopResourceLimits!", [](const ShopInfo& s, Call& call) { call.value(&s); })});
}

void write_locales(Call& call) {
  call.list(std::size(kLocales), [&](std::size_t i) { call.value(&kLocales[i]); });
}

}  // namespace stoa::sandbox
