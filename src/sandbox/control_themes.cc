// The control routes of themes: docs/formats/sandbox.md.
#include "base/text.h"
#include "sandbox/control.h"

namespace stoa::sandbox {
namespace {

using http::Method;
using http::Params;
using http::Request;
using http::Response;

constexpr auto kRoles =
    std::to_array<std::string_view>({"ARCHIVED", "DEMO", "DEVELOPMENT", "LOCKED", "MAIN", "UNPUBLISHED"});

json::Object describe(const Theme& theme) {
  json::Array files;
  for (const auto& [name, file] : theme.files) files.emplace_back(name);
  return {{"id", gid("OnlineStoreTheme", theme.id)},
          {"name", theme.name},
          {"role", theme.role},
          {"updatedAt", iso_seconds(theme.updated_at)},
          {"files", std::move(files)}};
}

// One request of a control route: its shop, its body, and the theme that it names.
struct Asked {
  Shop& shop;
  json::Object body;
  const Params& params;
  Time now;

  Result<Theme*> theme(Catalog& catalog) const {
    const auto& text = params["id"];
    const auto gid = parse_gid(text);
    const auto id = gid ? gid->id : parse_int(text).value_or(0);
    Theme* found = catalog.themes().find(id);
    if (!found) return fail(Code::not_found, "theme: no theme '{}'", text);
    return found;
  }
};
using Answer = Result<Response> (*)(const Asked&);

Response answer_json(int status, const json::Value& body) { return http::json_response(status, json::write(body)); }

// name, role, processing, and files {filename: content}. A new main theme takes the place of the old one.
Result<void> apply(Catalog& catalog, Theme& theme, const json::Object& body, Time now) {
  if (const auto* name = body.if_contains("name"); name && name->is_string()) theme.name = name->get_string();
  if (const auto* busy = body.if_contains("processing"); busy && busy->is_bool()) theme.processing = busy->get_bool();
  if (const auto* role = body.if_contains("role")) {
    const auto known = role->is_string() ? enum_constant(std::string_view(role->get_string()), kRoles) : "";
    if (known.empty()) return fail(Code::invalid, "role: wanted one of {}", fmt::join(kRoles, " "));
    if (known == "MAIN")
      for (const Theme* other : catalog.themes().sorted(nullptr))
        if (other->role == "MAIN" && other->id != theme.id) catalog.themes().find(other->id)->role = "UNPUBLISHED";
    theme.role = known;
  }
  if (const auto* files = body.if_contains("files"); files && files->is_object())
    for (const auto& [name, content] : files->get_object())
      put_file(theme, name, content.is_string() ? std::string(content.get_string()) : json::write(content), now);
  theme.updated_at = now;
  return {};
}

Result<Response> list_themes(const Asked& asked) {
  return asked.shop.read([](const Catalog& catalog) -> Result<Response> {
    json::Array out;
    for (const Theme* theme : catalog.themes().sorted(nullptr)) out.push_back(describe(*theme));
    return answer_json(200, json::Object{{"themes", std::move(out)}});
  });
}

Result<Response> add_one(const Asked& asked) {
  return asked.shop.change([&](Catalog& catalog) -> Result<Response> {
    auto theme = std::make_unique<Theme>();
    theme->id = catalog.next_id();
    theme->name = "Untitled";
    theme->created_at = asked.now;
    STOA_TRY(apply(catalog, *theme, asked.body, asked.now));
    return answer_json(201, describe(catalog.themes().put(std::move(theme))));
  });
}

Result<Response> change_one(const Asked& asked) {
  return asked.shop.change([&](Catalog& catalog) -> Result<Response> {
    STOA_TRY_ASSIGN(Theme * theme, asked.theme(catalog));
    STOA_TRY(apply(catalog, *theme, asked.body, asked.now));
    return answer_json(200, describe(*theme));
  });
}

Result<Response> drop_one(const Asked& asked) {
  return asked.shop.change([&](Catalog& catalog) -> Result<Response> {
    STOA_TRY_ASSIGN(const Theme* theme, asked.theme(catalog));
    const auto id = theme->id;
    catalog.themes().erase(id);
    return answer_json(200, json::Object{{"deleted", gid("OnlineStoreTheme", id)}});
  });
}

// {"content": text} or {"contentBase64": …}; "body": text, base64 or url.
Result<Response> put_one_file(const Asked& asked) {
  std::string content(json::string_or(asked.body, "content"));
  if (const auto encoded = json::string_or(asked.body, "contentBase64"); !encoded.empty()) {
    auto bytes = base64_decode(encoded);
    if (!bytes) return fail(Code::invalid, "contentBase64: not base64");
    content = std::move(*bytes);
  }
  const auto body = json::string_or(asked.body, "body");
  return asked.shop.change([&](Catalog& catalog) -> Result<Response> {
    STOA_TRY_ASSIGN(Theme * theme, asked.theme(catalog));
    const auto& name = asked.params["filename"];
    put_file(*theme, name, std::move(content), asked.now);
    auto& file = theme->files.at(name);
    if (body == "url") file.body = ThemeFile::Body::url;
    if (body == "base64") file.body = ThemeFile::Body::base64;
    if (body == "text") file.body = ThemeFile::Body::text;
    theme->updated_at = asked.now;
    return answer_json(200, json::Object{{"filename", name}, {"checksumMd5", file.checksum()}});
  });
}

Result<Response> drop_one_file(const Asked& asked) {
  return asked.shop.change([&](Catalog& catalog) -> Result<Response> {
    STOA_TRY_ASSIGN(Theme * theme, asked.theme(catalog));
    const auto& name = asked.params["filename"];
    if (theme->files.erase(name) == 0) return fail(Code::not_found, "theme: no file '{}'", name);
    theme->updated_at = asked.now;
    return answer_json(200, json::Object{{"deleted", name}});
  });
}

}  // namespace

void add_theme_control_routes(http::Router& router, Sandbox& sandbox, World& world) {
  const auto add = [&](Method method, const std::string& below, Answer answer) {
    router.add(method, "/control/shops/{name}/themes" + below,
               [&sandbox, &world, answer](const Request& request, const Params& params) {
                 const auto failed = [&](const Error& error) {
                   return http::error_response(error, request.request_id);
                 };
                 Shop* shop = sandbox.shop(params["name"]);
                 if (!shop) return failed(error(Code::not_found, "control: no shop '{}'", params["name"]));
                 auto body = request.body.empty() ? Result<json::Value>(json::Object()) : json::parse(request.body);
                 if (!body || !body->is_object()) return failed(error(Code::invalid, "body: not an object"));
                 const auto now = std::chrono::floor<std::chrono::seconds>(world.clock.wall());
                 auto response = answer({*shop, std::move(body->get_object()), params, now});
                 return response ? std::move(*response) : failed(response.error());
               });
  };
  add(Method::get, "", list_themes);
  add(Method::post, "", add_one);
  add(Method::patch, "/{id}", change_one);
  add(Method::del, "/{id}", drop_one);
  add(Method::put, "/{id}/files/{filename...}", put_one_file);
  add(Method::del, "/{id}/files/{filename...}", drop_one_file);
}

// Where OnlineStoreThemeFileBodyUrl points: no token, for anyone who knows the address.
void add_theme_file_route(http::Router& router, Sandbox& sandbox) {
  router.add(Method::get, "/s/{name}/theme-files/{id}/{filename...}", [&](const Request&, const Params& params) {
    Shop* shop = sandbox.shop(params["name"]);
    const auto content = !shop ? std::optional<std::string>() : shop->read([&](const Catalog& catalog) {
      const Theme* theme = catalog.themes().find(parse_int(params["id"]).value_or(0));
      const auto file =
          theme ? theme->files.find(params["filename"]) : std::map<std::string, ThemeFile>::const_iterator();
      return theme && file != theme->files.end() ? std::optional(file->second.content) : std::nullopt;
    });
    if (!content) return http::text_response(404, "text/plain", "Not Found");
    return http::text_response(200, "application/octet-stream", *content);
  });
}

}  // namespace stoa::sandbox
