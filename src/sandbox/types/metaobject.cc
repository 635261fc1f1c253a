// Metaobject and its definition.
#include "base/text.h"
#include "sandbox/types/lists.h"

namespace stoa::sandbox {

using graphql::Call;
using graphql::field;

namespace {

constexpr std::string_view kScope = "read_metaobjects", kDefinitionScope = "read_metaobject_definitions";
using Field = Metaobject::Field;
using Definition = MetaobjectDefinition;

const SearchFields<Metaobject>& metaobject_search() {
  static const SearchFields<Metaobject> fields = {
      {"", [](const Metaobject& m, const Term& t) { return fold(m.title).contains(fold(t.value)); }},
      {"id", [](const Metaobject& m, const Term& t) { return match_number(t, m.id); }},
      {"updated_at", [](const Metaobject& m, const Term& t) { return match_time(t, m.updated_at); }},
      {"handle", [](const Metaobject& m, const Term& t) { return match_text(t, m.handle); }},
      {"display_name", [](const Metaobject& m, const Term& t) { return match_text(t, m.title); }}};
  return fields;
}

SortValue<Metaobject> metaobject_order(std::string_view key) {
  if (key == "updated_at") return [](const Metaobject& m) { return sortable(micros(m.updated_at)); };
  if (key == "display_name") return [](const Metaobject& m) { return fold(m.title); };
  return nullptr;
}

const Definition* definition_of(const Call& call, std::string_view type) {
  const auto& all = call.context<Reading>().catalog.info().metaobject_definitions;
  const auto found = std::ranges::find(all, type, &Definition::type);
  return found == all.end() ? nullptr : &*found;
}

void add_definition(graphql::SchemaBuilder& builder) {
  builder.enumeration("MetaobjectStorefrontAccess", "NONE PUBLIC_READ");
  builder.object("MetaobjectAccess", {},
                 {field<Definition>("storefront: MetaobjectStorefrontAccess!",
                                    [](const Definition& d, Call& call) { call.string(d.storefront); })});
  builder
      .object("MetaobjectDefinition", {"Node"},
              {field<Definition>(
                   "id: ID!", [](const Definition& d, Call& call) { call.string(gid("MetaobjectDefinition", d.id)); }),
               field<Definition>("type: String!", [](const Definition& d, Call& call) { call.string(d.type); }),
               field<Definition>("name: String!", [](const Definition& d, Call& call) { call.string(d.name); }),
               field<Definition>("access: MetaobjectAccess!", [](const Definition& d, Call& call) { call.value(&d); }),
               field<Definition>("metaobjectsCount: Int!",
                                 [](const Definition& d, Call& call) {
                                   std::int64_t count = 0;
                                   for (const auto* m : call.context<Reading>().catalog.metaobjects().sorted(nullptr))
                                     count += m->type == d.type;
                                   call.integer(count);
                                 })})
      .scope = kDefinitionScope;
  builder.connection("MetaobjectDefinition");
}

}  // namespace

void add_metaobject(graphql::SchemaBuilder& builder) {
  add_definition(builder);
  builder.enumeration("MetaobjectStatus", "ACTIVE DRAFT");
  builder.object("MetaobjectCapabilityDataPublishable", {},
                 {field<Metaobject>("status: MetaobjectStatus!", [](const Metaobject& m, Call& call) {
                   call.string(m.draft ? "DRAFT" : "ACTIVE");
                 })});
  builder.object(
      "MetaobjectCapabilityData", {},
      {field<Metaobject>("publishable: MetaobjectCapabilityDataPublishable", [](const Metaobject& m, Call& call) {
        const auto* definition = definition_of(call, m.type);
        call.value(definition && definition->publishable ? &m : nullptr);
      })});
  builder.object("MetaobjectField", {},
                 {field<Field>("key: String!", [](const Field& f, Call& call) { call.string(f.key); }),
                  field<Field>("type: String!", [](const Field& f, Call& call) { call.string(f.type); }),
                  field<Field>("value: String", [](const Field& f, Call& call) { call.string(f.value); })});
  builder
      .object(
          "Metaobject", {"Node"},
          {field<Metaobject>("id: ID!", [](const Metaobject& m, Call& call) { call.string(gid("Metaobject", m.id)); }),
           field<Metaobject>("handle: String!", [](const Metaobject& m, Call& call) { call.string(m.handle); }),
           field<Metaobject>("type: String!", [](const Metaobject& m, Call& call) { call.string(m.type); }),
           field<Metaobject>("displayName: String!", [](const Metaobject& m, Call& call) { call.string(m.title); }),
           field<Metaobject>("createdAt: DateTime!",
                             [](const Metaobject& m, Call& call) { write_time(call, m.created_at); }),
           field<Metaobject>("updatedAt: DateTime!",
                             [](const Metaobject& m, Call& call) { write_time(call, m.updated_at); }),
           field<Metaobject>("capabilities: MetaobjectCapabilityData!",
                             [](const Metaobject& m, Call& call) { call.value(&m); }),
           field<Metaobject>(
               "definition: MetaobjectDefinition!",
               [](const Metaobject& m, Call& call) { call.value(definition_of(call, m.type)); }, kDefinitionScope),
           field<Metaobject>("fields: [MetaobjectField!]!",
                             [](const Metaobject& m, Call& call) {
                               call.list(m.fields.size(), [&](std::size_t i) { call.value(&m.fields[i]); });
                             })})
      .scope = kScope;
  builder.connection("Metaobject");
}

std::vector<graphql::FieldSpec> metaobject_roots() {
  return {
      field<Reading>(
          "metaobject(id: ID!): Metaobject",
          [](const Reading& r, Call& call) {
            if (const auto id = id_argument(call, "id", "Metaobject")) call.value(r.catalog.metaobjects().find(*id));
          },
          kScope),
      field<Reading>(
          "metaobjects(after: String, before: String, first: Int, last: Int, query: String, reverse: Boolean = false, "
          "sortKey: String, type: String!): MetaobjectConnection!",
          [](const Reading& r, Call& call) {
            const auto value = metaobject_order(call.arguments().text("sortKey", "id"));
            const auto type = call.arguments().text("type");
            auto all = filtered(call, r.catalog.metaobjects().sorted(value), metaobject_search());
            std::erase_if(all, [&](const Metaobject* m) { return m->type != type; });
            answer_list(call, std::move(all), value, true);
          },
          kScope),
      field<Reading>(
          "metaobjectDefinitions(after: String, before: String, first: Int, last: Int, reverse: Boolean = false): "
          "MetaobjectDefinitionConnection!",
          [](const Reading& r, Call& call) {
            std::vector<const Definition*> all;
            for (const auto& each : r.catalog.info().metaobject_definitions) all.push_back(&each);
            answer_list<Definition>(call, std::move(all), nullptr, true);
          },
          kDefinitionScope)};
}

}  // namespace stoa::sandbox
