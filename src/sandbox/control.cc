#include "sandbox/control.h"

#include "base/text.h"
#include "sandbox/control_parts.h"
#include "sandbox/types/types.h"

namespace stoa::sandbox {
namespace {

using http::Method;
using http::Params;
using http::Request;
using http::Response;

json::Object describe(const Product& p) {
  return {{"id", gid("Product", p.id)},
          {"handle", p.handle},
          {"status", p.status},
          {"updatedAt", iso_seconds(p.updated_at)}};
}
json::Object describe(const Collection& c) {
  json::Array products;
  for (const auto id : c.products) products.emplace_back(gid("Product", id));
  return {{"id", gid("Collection", c.id)},
          {"handle", c.handle},
          {"smart", c.smart},
          {"updatedAt", iso_seconds(c.updated_at)},
          {"products", std::move(products)}};
}

template <class T>
json::Object describe_all(std::string_view name, std::span<const T* const> all) {
  json::Array out;
  for (const T* object : all) out.push_back(describe(*object));
  return {{name, std::move(out)}};
}

class Control {
 public:
  Control(Sandbox& sandbox, World& world) : sandbox_(sandbox), world_(world) {}

  template <class F>
  http::Handler on_shop(F handler) {
    return shop_handler(sandbox_, std::move(handler));
  }

  Response add_shop(const Request& request) {
    const auto body = read_body(request);
    if (!body) return failed(body.error(), request);
    const auto spec = parse_shop_spec(*body);
    if (!spec) return failed(spec.error(), request);
    const auto shop = sandbox_.add_shop(*spec);
    if (!shop) return failed(shop.error(), request);
    return answer_json(201, describe_shop(**shop));
  }

  json::Object describe_shop(Shop& shop) {
    const auto [products, collections, blogs, articles, discounts, pages] = shop.read([](const Catalog& c) {
      return std::array{c.products().size(), c.collections().size(), c.blogs().size(),
                        c.articles().size(), c.discounts().size(),   c.pages().size()};
    });
    json::Object out{{"name", shop.spec().name},
                     {"baseUrl", sandbox_.base_url(shop.spec().name)},
                     {"shopDomain", shop.spec().name + ".myshopify.com"},
                     {"products", products},
                     {"collections", collections},
                     {"blogs", blogs},
                     {"articles", articles},
                     {"discounts", discounts},
                     {"pages", pages}};
    for (const auto& [key, value] : shop.tokens().describe()) out[key] = value;
    return out;
  }

  // {} or product members: one product; {"generate": n}: n made up ones.
  Result<Response> create_products(Shop& shop, const json::Object& body) {
    const auto* generate = body.if_contains("generate");
    if (generate && (!generate->is_int64() || generate->get_int64() < 1))
      return fail(Code::invalid, "generate: not a number above 0");
    json::Array made;
    const auto one = [&](Catalog& catalog) -> Result<void> {
      const Time now = std::chrono::floor<std::chrono::seconds>(world_.clock.wall());
      auto product = seeded_product(catalog, shop.spec().seed, catalog.products().size());
      if (!generate) {
        const auto id = product->id;
        *product = Product{};
        product->id = id;
        product->title = "Untitled";
        product->published_at = now;
        STOA_TRY(apply_product(catalog, *product, body, now));
        if (!body.contains("published_at")) publish_now(catalog, *product);
      }
      product->created_at = product->updated_at = now;
      made.push_back(describe(catalog.put(std::move(product))));
      return {};
    };
    Result<void> done;
    for (auto left = generate ? generate->get_int64() : 1; left > 0 && done; --left) done = shop.change(one);
    if (!done) return fail(done.error());
    return answer_json(201, json::Object{{"products", std::move(made)}});
  }

  Result<Response> change_product(Shop& shop, const json::Object& body, const Params& params, bool replace) {
    STOA_TRY_ASSIGN(const auto id, read_id(params["id"]));
    return shop.change([&](Catalog& catalog) -> Result<Response> {
      const Time now = world_.clock.wall();
      auto changed = catalog.change(id, now, [&](Product& product) -> Result<void> {
        if (replace) {
          Product fresh;
          fresh.id = product.id, fresh.created_at = product.created_at, fresh.updated_at = product.updated_at,
          fresh.title = "Untitled";
          product = std::move(fresh);
        }
        return apply_product(catalog, product, body, std::chrono::floor<std::chrono::seconds>(now));
      });
      if (!changed) return fail(std::move(changed).error());
      return answer_json(200, describe(**changed));
    });
  }

  Result<Response> create_collection(Shop& shop, const json::Object& body) {
    return shop.change([&](Catalog& catalog) -> Result<Response> {
      auto collection = std::make_unique<Collection>();
      collection->id = catalog.next_id();
      collection->title = "Untitled";
      collection->updated_at = std::chrono::floor<std::chrono::seconds>(world_.clock.wall());
      STOA_TRY(apply_collection(catalog, *collection, body));
      return answer_json(201, describe(catalog.put(std::move(collection))));
    });
  }

  Result<Response> change_collection(Shop& shop, const json::Object& body, const Params& params) {
    STOA_TRY_ASSIGN(const auto id, read_id(params["id"]));
    return shop.change([&](Catalog& catalog) -> Result<Response> {
      auto changed = catalog.change_collection(id, world_.clock.wall(),
                                               [&](Collection& c) { return apply_collection(catalog, c, body); });
      if (!changed) return fail(std::move(changed).error());
      return answer_json(200, describe(**changed));
    });
  }

  // {"products":[…]} in order. "quiet": true leaves updatedAt, as Shopify does when a smart collection's members
  // change.
  Result<Response> set_members(Shop& shop, const json::Object& body, const Params& params) {
    STOA_TRY_ASSIGN(const auto id, read_id(params["id"]));
    const auto* list = body.if_contains("products");
    if (!list || !list->is_array()) return fail(Code::invalid, "products: missing, wanted a list of ids in order");
    std::vector<std::int64_t> members;
    for (const auto& item : list->get_array()) {
      STOA_TRY_ASSIGN(const auto member,
                      read_id(item.is_string() ? std::string(item.get_string()) : json::write(item)));
      members.push_back(member);
    }
    const auto* quiet = body.if_contains("quiet");
    return shop.change([&](Catalog& catalog) -> Result<Response> {
      const Collection* before = catalog.collections().find(id);
      const Time was = before ? before->updated_at : Time();
      auto changed = catalog.change_collection(id, world_.clock.wall(), [&](Collection& c) -> Result<void> {
        for (const auto member : members)
          if (!catalog.products().find(member)) return fail(Code::invalid, "products: no product {}", member);
        c.products = members;
        return {};
      });
      if (!changed) return fail(std::move(changed).error());
      if (quiet && quiet->is_bool() && quiet->get_bool()) catalog.collections().find(id)->updated_at = was;
      return answer_json(200, describe(**changed));
    });
  }

  void routes(http::Router& router);

 private:
  static void publish_now(const Catalog& catalog, Product& product) {
    for (const Publication& publication : catalog.info().publications)
      product.publishings.push_back({publication.id, *product.published_at});
  }

  void product_routes(http::Router& router);
  void collection_routes(http::Router& router);
  void shop_routes(http::Router& router);

  Sandbox& sandbox_;
  World& world_;
};

void Control::product_routes(http::Router& router) {
  const std::string list = "/control/shops/{name}/products", one = list + "/{id}";
  router.add(Method::get, list, on_shop([](Shop& shop, const json::Object&, const Params&) -> Result<Response> {
               return answer_json(200, shop.read([](const Catalog& c) {
                 return describe_all("products", c.products().sorted(nullptr));
               }));
             }));
  router.add(Method::post, list, on_shop([this](Shop& shop, const json::Object& body, const Params&) {
               return create_products(shop, body);
             }));
  router.add(Method::patch, one, on_shop([this](Shop& shop, const json::Object& body, const Params& params) {
               return change_product(shop, body, params, false);
             }));
  router.add(Method::put, one, on_shop([this](Shop& shop, const json::Object& body, const Params& params) {
               return change_product(shop, body, params, true);
             }));
  router.add(Method::del, one, on_shop([](Shop& shop, const json::Object&, const Params& params) -> Result<Response> {
               STOA_TRY_ASSIGN(const auto id, read_id(params["id"]));
               if (!shop.change([&](Catalog& c) { return c.erase_product(id); }))
                 return fail(Code::not_found, "product: no product {}", id);
               return answer_json(200, json::Object{{"deleted", gid("Product", id)}});
             }));
}

void Control::collection_routes(http::Router& router) {
  const std::string list = "/control/shops/{name}/collections", one = list + "/{id}";
  router.add(Method::get, list, on_shop([](Shop& shop, const json::Object&, const Params&) -> Result<Response> {
               return answer_json(200, shop.read([](const Catalog& c) {
                 return describe_all("collections", c.collections().sorted(nullptr));
               }));
             }));
  router.add(Method::post, list, on_shop([this](Shop& shop, const json::Object& body, const Params&) {
               return create_collection(shop, body);
             }));
  router.add(Method::patch, one, on_shop([this](Shop& shop, const json::Object& body, const Params& params) {
               return change_collection(shop, body, params);
             }));
  router.add(Method::put, one + "/products",
             on_shop([this](Shop& shop, const json::Object& body, const Params& params) {
               return set_members(shop, body, params);
             }));
  router.add(Method::del, one, on_shop([](Shop& shop, const json::Object&, const Params& params) -> Result<Response> {
               STOA_TRY_ASSIGN(const auto id, read_id(params["id"]));
               if (!shop.change([&](Catalog& c) { return c.erase_collection(id); }))
                 return fail(Code::not_found, "collection: no collection {}", id);
               return answer_json(200, json::Object{{"deleted", gid("Collection", id)}});
             }));
}

void Control::shop_routes(http::Router& router) {
  const std::string one = "/control/shops/{name}";
  router.add(Method::get, one, on_shop([this](Shop& shop, const json::Object&, const Params&) -> Result<Response> {
               return answer_json(200, describe_shop(shop));
             }));
  router.add(Method::get, one + "/stats",
             on_shop([](Shop& shop, const json::Object&, const Params&) -> Result<Response> {
               return answer_json(200, shop.stats());
             }));
  router.add(Method::del, one + "/stats",
             on_shop([](Shop& shop, const json::Object&, const Params&) -> Result<Response> {
               shop.reset_stats();
               return answer_json(200, shop.stats());
             }));
  router.add(Method::get, one + "/faults",
             on_shop([](Shop& shop, const json::Object&, const Params&) -> Result<Response> {
               return answer_json(200, json::Object{{"faults", shop.faults().describe()}});
             }));
  router.add(Method::post, one + "/faults",
             on_shop([](Shop& shop, const json::Object& body, const Params&) -> Result<Response> {
               STOA_TRY_ASSIGN(auto spec, parse_fault(body));
               shop.faults().add(std::move(spec));
               return answer_json(201, json::Object{{"faults", shop.faults().describe()}});
             }));
  router.add(Method::del, one + "/faults",
             on_shop([](Shop& shop, const json::Object&, const Params&) -> Result<Response> {
               shop.faults().clear();
               return answer_json(200, json::Object{{"faults", json::Array()}});
             }));
  // {"adminToken":"…"} replaces the static one, {"expire":true} ends those handed out, {"scopes":"read_products …"} is
  // what the app may do from now on.
  router.add(Method::post, one + "/token",
             on_shop([](Shop& shop, const json::Object& body, const Params&) -> Result<Response> {
               if (const auto* token = body.if_contains("adminToken"); token && token->is_string())
                 shop.tokens().set_admin(std::string(token->get_string()));
               if (const auto* expire = body.if_contains("expire"); expire && expire->is_bool() && expire->get_bool())
                 shop.tokens().expire();
               if (const auto* scopes = body.if_contains("scopes"); scopes && scopes->is_string()) {
                 std::vector<std::string> list;
                 for (const auto scope : split(std::string_view(scopes->get_string()), ' ')) list.emplace_back(scope);
                 shop.set_scopes(std::move(list));
               }
               return answer_json(200, shop.tokens().describe());
             }));
  // {"ownerType","namespace","key","storefront":"NONE"}: what storefronts may read by a definition that is there.
  router.add(Method::patch, one + "/definitions", on_shop([](Shop& shop, const json::Object& body, const Params&) {
               return shop.change([&](Catalog& catalog) -> Result<Response> {
                 for (auto& each : catalog.info().definitions) {
                   if (each.owner_type != json::string_or(body, "ownerType") ||
                       each.ns != json::string_or(body, "namespace") || each.key != json::string_or(body, "key"))
                     continue;
                   each.storefront = json::string_or(body, "storefront") == "PUBLIC_READ" ? "PUBLIC_READ" : "NONE";
                   return answer_json(200, json::Object{{"storefront", each.storefront}});
                 }
                 return fail(Code::not_found, "definition: none of that ownerType, namespace and key");
               });
             }));
  // {"type","storefront":"NONE"}: whether storefronts may read the metaobjects of a type.
  router.add(Method::patch, one + "/metaobject-definitions",
             on_shop([](Shop& shop, const json::Object& body, const Params&) {
               return shop.change([&](Catalog& catalog) -> Result<Response> {
                 for (auto& each : catalog.info().metaobject_definitions) {
                   if (each.type != json::string_or(body, "type")) continue;
                   each.storefront = json::string_or(body, "storefront") == "PUBLIC_READ" ? "PUBLIC_READ" : "NONE";
                   return answer_json(200, json::Object{{"storefront", each.storefront}});
                 }
                 return fail(Code::not_found, "definition: none of that type");
               });
             }));
  // {"available": 3}: empties (or fills) the cost bucket.
  router.add(Method::post, one + "/budget",
             on_shop([](Shop& shop, const json::Object& body, const Params&) -> Result<Response> {
               const auto* available = body.if_contains("available");
               if (!available || !available->is_number())
                 return fail(Code::invalid, "available: missing, wanted a number of points");
               shop.budget().set(available->to_number<double>());
               return http::json_response(200, shop.budget().status());
             }));
}

void Control::routes(http::Router& router) {
  router.add(Method::post, "/control/shops",
             [this](const Request& request, const Params&) { return add_shop(request); });
  router.add(Method::get, "/control/schema", [](const Request&, const Params&) {
    return http::text_response(200, "text/plain; charset=utf-8", admin_schema().sdl());
  });
  shop_routes(router);
  product_routes(router);
  collection_routes(router);
}

}  // namespace

void add_control_routes(http::Router& router, Sandbox& sandbox, World& world) {
  add_theme_control_routes(router, sandbox, world);
  const auto control = std::make_shared<Control>(sandbox, world);
  control->routes(router);
  add_content_routes(router, sandbox, world);
  add_file_routes(router, sandbox, world);
  // The router's handlers point at it: one of them keeps it.
  router.add(Method::get, "/control", [control](const Request&, const Params&) {
    return answer_json(200, json::Object{{"sandbox", "docs/formats/sandbox.md"}});
  });
}

}  // namespace stoa::sandbox
