// Metafield and its definition, and HasMetafields.
#include "base/crypto.h"
#include "base/json.h"
#include "sandbox/types/lists.h"

namespace stoa::sandbox {

using graphql::Call;
using graphql::field;

namespace {
constexpr std::string_view kList =
    "metafields(after: String, before: String, first: Int, keys: [String!], last: Int, namespace: String, reverse: "
    "Boolean = false): MetafieldConnection!";
constexpr std::string_view kOne = "metafield(key: String!, namespace: String): Metafield";

// JSON types carry JSON; the others carry text.
bool is_json(std::string_view type) {
  return type.starts_with("list.") || type == "json" || type == "boolean" || type.starts_with("number_integer") ||
         type == "rich_text_field" || type == "money" || type == "weight" || type == "dimension" || type == "rating";
}

const MetafieldDefinition* definition_of(const Call& call, const Metafield& metafield) {
  for (const MetafieldDefinition& definition : call.context<Reading>().catalog.info().definitions)
    if (definition.ns == metafield.ns && definition.key == metafield.key &&
        definition.owner_type == metafield.owner_type)
      return &definition;
  return nullptr;
}

void add_definition(graphql::SchemaBuilder& builder) {
  using Definition = MetafieldDefinition;
  builder.enumeration(
      "MetafieldOwnerType",
      "API_PERMISSION ARTICLE BLOG CARTTRANSFORM COLLECTION COMPANY COMPANY_LOCATION CUSTOMER "
      "DELIVERY_CUSTOMIZATION DISCOUNT DRAFTORDER FULFILLMENT_CONSTRAINT_RULE GIFT_CARD_TRANSACTION "
      "LOCATION MARKET MEDIA_IMAGE ORDER ORDER_ROUTING_LOCATION_RULE PAGE PAYMENT_CUSTOMIZATION PRODUCT "
      "PRODUCTVARIANT SELLING_PLAN SHOP TRANSFER VALIDATION");
  builder.enumeration("MetafieldAdminAccess",
                      "MERCHANT_READ MERCHANT_READ_WRITE PRIVATE PUBLIC_READ PUBLIC_READ_WRITE");
  builder.enumeration("MetafieldStorefrontAccess", "NONE PUBLIC_READ");
  builder.enumeration("MetafieldDefinitionSortKeys", "ID NAME PINNED_POSITION RELEVANCE");
  builder.object("MetafieldDefinitionType", {},
                 {field<Definition>("name: String!", [](const Definition& d, Call& call) { call.string(d.type); }),
                  field<Definition>("category: String!", [](const Definition& d, Call& call) {
                    call.string(d.type == "json" ? "JSON" : d.type.starts_with("number") ? "NUMBER" : "TEXT");
                  })});
  builder.object("MetafieldAccess", {},
                 {field<Definition>("admin: MetafieldAdminAccess",
                                    [](const Definition&, Call& call) { call.string("PUBLIC_READ_WRITE"); }),
                  field<Definition>("storefront: MetafieldStorefrontAccess",
                                    [](const Definition& d, Call& call) { call.string(d.storefront); })});
  builder.object(
      "MetafieldDefinition", {"Node"},
      {field<Definition>("id: ID!",
                         [](const Definition& d, Call& call) { call.string(gid("MetafieldDefinition", d.id)); }),
       field<Definition>("namespace: String!", [](const Definition& d, Call& call) { call.string(d.ns); }),
       field<Definition>("key: String!", [](const Definition& d, Call& call) { call.string(d.key); }),
       field<Definition>("name: String!", [](const Definition& d, Call& call) { call.string(d.name); }),
       field<Definition>("description: String", [](const Definition&, Call& call) { call.null(); }),
       field<Definition>("ownerType: MetafieldOwnerType!",
                         [](const Definition& d, Call& call) { call.string(d.owner_type); }),
       field<Definition>("pinnedPosition: Int", [](const Definition&, Call& call) { call.null(); }),
       field<Definition>("type: MetafieldDefinitionType!", [](const Definition& d, Call& call) { call.value(&d); }),
       field<Definition>("access: MetafieldAccess!", [](const Definition& d, Call& call) { call.value(&d); })});
  builder.connection("MetafieldDefinition");
}
}  // namespace

void add_metafield(graphql::SchemaBuilder& builder) {
  builder.interface("HasMetafields", {kOne, kList});
  add_definition(builder);
  builder
      .object("Metafield", {"Node", "LegacyInteroperability"},
              {field<Metafield>("id: ID!", [](const Metafield& m, Call& call) { call.string(gid("Metafield", m.id)); }),
               field<Metafield>("legacyResourceId: UnsignedInt64!",
                                [](const Metafield& m, Call& call) { call.string(std::to_string(m.id)); }),
               field<Metafield>("namespace: String!", [](const Metafield& m, Call& call) { call.string(m.ns); }),
               field<Metafield>("key: String!", [](const Metafield& m, Call& call) { call.string(m.key); }),
               field<Metafield>("type: String!", [](const Metafield& m, Call& call) { call.string(m.type); }),
               field<Metafield>("value: String!", [](const Metafield& m, Call& call) { call.string(m.value); }),
               field<Metafield>("jsonValue: JSON!",
                                [](const Metafield& m, Call& call) {
                                  is_json(m.type) && json::parse(m.value) ? call.raw(m.value) : call.string(m.value);
                                }),
               field<Metafield>(
                   "compareDigest: String!",
                   [](const Metafield& m, Call& call) { call.string(hash_hex(content_hash({m.type, m.value}))); }),
               field<Metafield>("sizeInBytes: Int!",
                                [](const Metafield& m, Call& call) { call.integer(std::ssize(m.value)); }),
               field<Metafield>("ownerType: MetafieldOwnerType!",
                                [](const Metafield& m, Call& call) { call.string(m.owner_type); }),
               field<Metafield>("createdAt: DateTime!",
                                [](const Metafield& m, Call& call) { write_time(call, m.created_at); }),
               field<Metafield>("updatedAt: DateTime!",
                                [](const Metafield& m, Call& call) { write_time(call, m.updated_at); }),
               field<Metafield>("definition: MetafieldDefinition",
                                [](const Metafield& m, Call& call) { call.value(definition_of(call, m)); })})
      .scope = "read_products";
  builder.connection("Metafield");
}

void answer_metafields(Call& call, const std::vector<Metafield>& all) {
  const auto* keys = call.arguments().get("keys");
  const auto ns = call.arguments().text("namespace");
  std::vector<const Metafield*> wanted;
  for (const Metafield& metafield : all) {
    const auto named = [&](const graphql::Value& key) {
      return key.text == metafield.ns + "." + metafield.key || (!ns.empty() && key.text == metafield.key);
    };
    if (!ns.empty() && metafield.ns != ns) continue;
    if (!keys || std::ranges::any_of(keys->items, named)) wanted.push_back(&metafield);
  }
  answer_list<Metafield>(call, std::move(wanted), nullptr, true);
}

void answer_metafield(Call& call, const std::vector<Metafield>& all) {
  const auto ns = call.arguments().text("namespace"), key = call.arguments().text("key");
  for (const Metafield& metafield : all)
    if (ns.empty() ? metafield.ns + "." + metafield.key == key : metafield.ns == ns && metafield.key == key)
      return call.value(&metafield);
  call.null();
}

}  // namespace stoa::sandbox
