// Publications (sales channels), and where an object is published.
#include "sandbox/types/lists.h"

namespace stoa::sandbox {

using graphql::Call;
using graphql::field;

namespace {
constexpr std::string_view kScope = "read_publications";
constexpr std::string_view kList =
    "resourcePublicationsV2(after: String, before: String, catalogType: CatalogType, first: Int, last: Int, "
    "onlyPublished: Boolean = true, reverse: Boolean = false): ResourcePublicationV2Connection!";

const Publication* publication_of(const Call& call, std::int64_t id) {
  const auto& all = call.context<Reading>().catalog.info().publications;
  const auto found = std::ranges::find(all, id, &Publication::id);
  return found == all.end() ? nullptr : &*found;
}

bool is_published(const Call& call, const Publishing& publishing, bool visible) {
  return visible && publishing.at <= call.context<Reading>().now;
}
}  // namespace

void add_publication(graphql::SchemaBuilder& builder) {
  builder.enumeration("CatalogType", "APP COMPANY_LOCATION MARKET NONE");
  builder.enumeration("CatalogStatus", "ACTIVE ARCHIVED DRAFT");
  builder.interface("Catalog", {"id: ID!", "title: String!", "status: CatalogStatus!"});
  builder.interface("Publishable", {"publishedOnPublication(publicationId: ID!): Boolean!", kList});
  builder.object(
      "AppCatalog", {"Catalog", "Node"},
      {field<Publication>("id: ID!", [](const Publication& p, Call& call) { call.string(gid("AppCatalog", p.id)); }),
       field<Publication>("title: String!", [](const Publication& p, Call& call) { call.string(p.title); }),
       field<Publication>("status: CatalogStatus!", [](const Publication&, Call& call) { call.string("ACTIVE"); })});
  builder
      .object("Publication", {"Node"},
              {field<Publication>("id: ID!",
                                  [](const Publication& p, Call& call) { call.string(gid("Publication", p.id)); }),
               field<Publication>("autoPublish: Boolean!", [](const Publication&, Call& call) { call.boolean(true); }),
               field<Publication>("supportsFuturePublishing: Boolean!",
                                  [](const Publication&, Call& call) { call.boolean(true); }),
               field<Publication>("catalog: Catalog",
                                  [](const Publication& p, Call& call) {
                                    call.object({&call.context<Reading>().schema.known("AppCatalog"), &p});
                                  })})
      .scope = "read_publications";
  builder.connection("Publication");
  builder.object(
      "ResourcePublicationV2", {},
      {field<Published>(
           "isPublished: Boolean!",
           [](const Published& p, Call& call) { call.boolean(is_published(call, *p.publishing, p.visible)); }),
       field<Published>("publishDate: DateTime",
                        [](const Published& p, Call& call) { write_time(call, p.publishing->at); }),
       field<Published>(
           "publication: Publication!",
           [](const Published& p, Call& call) { call.value(publication_of(call, p.publishing->publication)); }, kScope),
       field<Published>("publishable: Publishable!", [](const Published& p, Call& call) { call.object(p.owner); })});
  builder.connection("ResourcePublicationV2");
}

void answer_publications(Call& call, const std::vector<Publishing>& all, bool visible) {
  const bool only = call.arguments().truth("onlyPublished", true);
  const auto kind = call.arguments().text("catalogType", "APP");
  const graphql::Object owner = call.owner();
  std::vector<Published> wanted;
  for (const Publishing& publishing : all)
    if (kind == "APP" && (!only || is_published(call, publishing, visible)))
      wanted.push_back({&publishing, owner, visible});
  if (call.arguments().truth("reverse")) std::ranges::reverse(wanted);
  const auto& type = call.context<Reading>().schema.known("ResourcePublicationV2");
  answer_page(call, {.count = wanted.size(),
                     .object = [&](std::size_t i) { return graphql::Object{&type, &wanted[i]}; },
                     .id = [&](std::size_t i) { return wanted[i].publishing->publication; },
                     .value = {}});
}

void answer_published_on(Call& call, const std::vector<Publishing>& all, bool visible) {
  const auto id = id_argument(call, "publicationId", "Publication");
  if (!id) return;
  const auto found = std::ranges::find(all, *id, &Publishing::publication);
  call.boolean(found != all.end() && is_published(call, *found, visible));
}

}  // namespace stoa::sandbox
