// Control routes of blogs, articles, pages, menus, metaobjects and discounts: list, make, change, delete, and all blogs
// at once.
#include "sandbox/control_parts.h"
#include "sandbox/rest_content.h"
#include "sandbox/rest_discounts.h"

namespace stoa::sandbox {
namespace {

using http::Method;
using http::Params;
using http::Response;

json::Value time_or_null(const std::optional<Time>& time) {
  return time ? json::Value(iso_seconds(*time)) : json::Value();
}
json::Object describe(const Blog& b) {
  return {{"id", gid("Blog", b.id)}, {"handle", b.handle}, {"updatedAt", time_or_null(b.updated_at)}};
}
json::Object describe(const Article& a) {
  return {{"id", gid("Article", a.id)},
          {"blogId", gid("Blog", a.blog)},
          {"handle", a.handle},
          {"publishedAt", time_or_null(a.published_at)},
          {"updatedAt", time_or_null(a.updated_at)}};
}
json::Object describe(const Discount& d) {
  return {{"id", gid(d.node_type(), d.id)},
          {"type", d.type_name()},
          {"codes", d.codes.size()},
          {"updatedAt", iso_seconds(d.updated_at)}};
}
json::Object describe(const Page& p) {
  return {{"id", gid("Page", p.id)},
          {"handle", p.handle},
          {"publishedAt", time_or_null(p.published_at)},
          {"updatedAt", iso_seconds(p.updated_at)}};
}
json::Object describe(const Menu& m) { return {{"id", gid("Menu", m.id)}, {"handle", m.handle}}; }
json::Object describe(const Metaobject& m) {
  return {{"id", gid("Metaobject", m.id)},
          {"type", m.type},
          {"handle", m.handle},
          {"updatedAt", iso_seconds(m.updated_at)}};
}

// How one type is listed, read and changed.
template <class T>
struct Kind {
  std::string_view name;  // "blogs"
  const Shelf<T>& (Catalog::*all)() const;
  Result<void> (*apply)(Catalog&, T&, const json::Object&, Time);
  Result<const T*> (Catalog::*change)(std::int64_t, Time, const std::function<Result<void>(T&)>&);
  bool (Catalog::*erase)(std::int64_t);
};

template <class T>
void add_routes(http::Router& router, Sandbox& sandbox, World& world, const Kind<T>& kind) {
  const std::string list = fmt::format("/control/shops/{{name}}/{}", kind.name), one = list + "/{id}";
  const auto now = [&world] { return std::chrono::floor<std::chrono::seconds>(world.clock.wall()); };
  router.add(Method::get, list,
             shop_handler(sandbox, [kind](Shop& shop, const json::Object&, const Params&) -> Result<Response> {
               json::Array out;
               shop.read([&](const Catalog& catalog) {
                 for (const T* object : (catalog.*kind.all)().sorted(nullptr)) out.push_back(describe(*object));
               });
               return answer_json(200, json::Object{{kind.name, std::move(out)}});
             }));
  router.add(Method::post, list,
             shop_handler(sandbox, [kind, now](Shop& shop, const json::Object& body, const Params&) {
               return shop.change([&](Catalog& catalog) -> Result<Response> {
                 auto made = std::make_unique<T>();
                 made->id = catalog.next_id();
                 made->title = "Untitled";
                 made->created_at = now();
                 made->updated_at = now();
                 STOA_TRY(kind.apply(catalog, *made, body, now()));
                 return answer_json(201, describe(catalog.put(std::move(made))));
               });
             }));
  router.add(Method::patch, one,
             shop_handler(sandbox,
                          [kind, now](Shop& shop, const json::Object& body, const Params& params) -> Result<Response> {
                            STOA_TRY_ASSIGN(const auto id, read_id(params["id"]));
                            return shop.change([&](Catalog& catalog) -> Result<Response> {
                              auto changed = (catalog.*kind.change)(
                                  id, now(), [&](T& object) { return kind.apply(catalog, object, body, now()); });
                              if (!changed) return fail(std::move(changed).error());
                              return answer_json(200, describe(**changed));
                            });
                          }));
  router.add(Method::del, one,
             shop_handler(sandbox, [kind](Shop& shop, const json::Object&, const Params& params) -> Result<Response> {
               STOA_TRY_ASSIGN(const auto id, read_id(params["id"]));
               if (!shop.change([&](Catalog& catalog) { return (catalog.*kind.erase)(id); }))
                 return fail(Code::not_found, "{}: no {}", kind.name, id);
               return answer_json(200, json::Object{{"deleted", id}});
             }));
}

}  // namespace

void add_content_routes(http::Router& router, Sandbox& sandbox, World& world) {
  add_routes<Blog>(router, sandbox, world,
                   {"blogs", &Catalog::blogs, apply_blog, &Catalog::change_blog, &Catalog::erase_blog});
  add_routes<Article>(
      router, sandbox, world,
      {"articles", &Catalog::articles, apply_article, &Catalog::change_article, &Catalog::erase_article});
  add_routes<Discount>(
      router, sandbox, world,
      {"discounts", &Catalog::discounts, apply_discount, &Catalog::change_discount, &Catalog::erase_discount});
  add_routes<Page>(router, sandbox, world,
                   {"pages", &Catalog::pages, apply_page, &Catalog::change_page, &Catalog::erase_page});
  add_routes<Menu>(router, sandbox, world,
                   {"menus", &Catalog::menus, apply_menu, &Catalog::change_menu, &Catalog::erase_menu});
  add_routes<Metaobject>(router, sandbox, world,
                         {"metaobjects", &Catalog::metaobjects, apply_metaobject, &Catalog::change_metaobject,
                          &Catalog::erase_metaobject});
  // All blogs and their articles at once, times and ids as given.
  router.add(Method::put, "/control/shops/{name}/blogs",
             shop_handler(sandbox, [&world](Shop& shop, const json::Object& body, const Params&) {
               return shop.change([&](Catalog& catalog) -> Result<Response> {
                 STOA_TRY(load_blogs(catalog, body, world.clock.wall()));
                 return answer_json(
                     200, json::Object{{"blogs", catalog.blogs().size()}, {"articles", catalog.articles().size()}});
               });
             }));
}

}  // namespace stoa::sandbox
