// Small types that many others use, the interfaces, and the schema's assembly.
#include "sandbox/types/lists.h"

namespace stoa::sandbox {

using graphql::Call;
using graphql::field;

void add_common(graphql::SchemaBuilder& builder) {
  builder.scalars("DateTime Money Decimal UnsignedInt64 URL HTML FormattedString JSON Color");
  builder.enumeration("CountPrecision", "AT_LEAST EXACT");
  builder.enumeration("WeightUnit", "GRAMS KILOGRAMS OUNCES POUNDS");
  // Every code the shops of the sandbox may be made with (SandboxOptions checks); Shopify knows more.
  builder.enumeration("CurrencyCode",
                      "AUD BHD CAD CHF CLP CNY DKK EUR GBP INR ISK JPY KRW KWD NOK NZD PLN SEK USD VND XAF");
  builder.interface("Node", {"id: ID!"});
  builder.interface("LegacyInteroperability", {"legacyResourceId: UnsignedInt64!"});
  builder.interface("Navigable", {"defaultCursor: String!"});
  builder.interface("OnlineStorePreviewable", {"onlineStorePreviewUrl: URL"});
  builder
      .object(
          "MoneyV2", {},
          {field<Money>("amount: Decimal!", [](const Money& m, Call& call) { call.string(m.amount); }),
           field<Money>("currencyCode: CurrencyCode!", [](const Money& m, Call& call) { call.string(m.currency); })})
      .free = true;
  builder.object("Count", {},
                 {field<Counted>("count: Int!", [](const Counted& c, Call& call) { call.integer(c.count); }),
                  field<Counted>("precision: CountPrecision!",
                                 [](const Counted& c, Call& call) { call.string(c.exact ? "EXACT" : "AT_LEAST"); })});
  builder.object("SEO", {},
                 {field<Seo>("title: String", [](const Seo& seo, Call& call) { call.string(seo.title); }),
                  field<Seo>("description: String", [](const Seo& seo, Call& call) { call.string(seo.description); })});
}

void write_time(Call& call, const std::optional<Time>& time) { time ? write_time(call, *time) : call.null(); }

void write_count(Call& call, std::size_t count, std::int64_t limit) {
  const Counted counted{std::min(static_cast<std::int64_t>(count), limit), static_cast<std::int64_t>(count) <= limit};
  call.value(&counted);
}

void write_money(Call& call, std::string_view amount) {
  const Money money{decimal_amount(amount), call.context<Reading>().catalog.info().currency};
  call.value(&money);
}

std::optional<std::int64_t> id_argument(Call& call, std::string_view name, std::string_view type) {
  const auto text = call.arguments().text(name);
  const auto id = parse_gid(text);
  if (id && id->type == type) return id->id;
  call.fail(fmt::format("Invalid id: {}", text), "RESOURCE_NOT_FOUND");
  return std::nullopt;
}

const graphql::Schema& admin_schema() {
  static const graphql::Schema schema = [] {
    graphql::SchemaBuilder builder;
    add_common(builder);
    add_shop(builder);
    add_app(builder);
    add_product(builder);
    add_variant(builder);
    add_media(builder);
    add_metafield(builder);
    add_collection(builder);
    add_publication(builder);
    add_theme(builder);
    add_blog(builder);
    add_discount(builder);
    add_page(builder);
    add_menu(builder);
    add_metaobject(builder);
    add_query(builder);
    return std::move(builder).build();
  }();
  return schema;
}

}  // namespace stoa::sandbox
