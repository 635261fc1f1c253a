// Control routes of the files library: list, add, remove. Product media are files too, and are made with their
// products.
#include "sandbox/control_parts.h"
#include "sandbox/rest_members.h"
#include "sandbox/types/types.h"

namespace stoa::sandbox {
namespace {

using http::Method;
using http::Params;
using http::Response;

constexpr auto kKinds = std::to_array<std::string_view>({"IMAGE", "VIDEO", "EXTERNAL_VIDEO", "MODEL_3D", "FILE"});

json::Object describe(const Media& media) {
  return {{"id", gid(media_type(media), media.image.id)},
          {"url", media.kind == Media::Kind::image ? media.image.url : media.url}};
}

Result<std::unique_ptr<Media>> read_file(Catalog& catalog, const json::Object& body, Time now) {
  auto made = std::make_unique<Media>(Media{.image = {}, .url = {}, .created_at = now, .updated_at = now});
  made->image.id = catalog.next_id();
  std::string kind = "IMAGE", url;
  Members m(body, "file");
  m.text("kind", kind);
  m.text("url", url);
  m.text("alt", made->image.alt);
  m.truth("ready", made->ready);
  m.truth("failed", made->failed);
  STOA_TRY(m.done());
  const auto* known = std::ranges::find(kKinds, kind);
  if (known == kKinds.end())
    return fail(Code::invalid, "file: kind: '{}', wanted one of {}", kind, fmt::join(kKinds, " "));
  if (url.empty()) return fail(Code::invalid, "file: url: missing");
  made->kind = static_cast<Media::Kind>(known - kKinds.begin());
  made->image.url = made->url = url;
  return made;
}

}  // namespace

void add_file_routes(http::Router& router, Sandbox& sandbox, World& world) {
  const std::string list = "/control/shops/{name}/files";
  router.add(Method::get, list,
             shop_handler(sandbox, [](Shop& shop, const json::Object&, const Params&) -> Result<Response> {
               json::Array out;
               shop.read([&](const Catalog& catalog) {
                 for (const Media* media : catalog.files()) out.push_back(describe(*media));
               });
               return answer_json(200, json::Object{{"files", std::move(out)}});
             }));
  router.add(Method::post, list, shop_handler(sandbox, [&world](Shop& shop, const json::Object& body, const Params&) {
               return shop.change([&](Catalog& catalog) -> Result<Response> {
                 const auto now = std::chrono::floor<std::chrono::seconds>(world.clock.wall());
                 STOA_TRY_ASSIGN(auto file, read_file(catalog, body, now));
                 return answer_json(201, describe(catalog.put_file(std::move(file))));
               });
             }));
  router.add(Method::del, list + "/{id}",
             shop_handler(sandbox, [](Shop& shop, const json::Object&, const Params& params) -> Result<Response> {
               STOA_TRY_ASSIGN(const auto id, read_id(params["id"]));
               if (!shop.change([&](Catalog& catalog) { return catalog.erase_file(id); }))
                 return fail(Code::not_found, "files: no {} in the library", id);
               return answer_json(200, json::Object{{"deleted", id}});
             }));
}

}  // namespace stoa::sandbox
