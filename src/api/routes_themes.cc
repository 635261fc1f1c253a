// GET /v1/stores/{store}/theme, …/themes, …/themes/{id}, …/themes/{id}/templates/{name}; GET /api/theme/data
#include "api/read_route.h"
#include "api/routes.h"
#include "api/service.h"

namespace stoa::api {
namespace {

using model::Kind;

// "main", or the id as all its spellings share it.
std::string theme_id(const std::string& text) { return text == "main" ? text : canonical_id(Kind::themes, text); }
std::string theme_path(const std::string& id) { return id == "main" ? "/theme" : "/themes/" + percent_encode(id); }

Parsed<Read> theme_read(ParamReader& in, std::string id) {
  auto query = parse_theme_query(in);
  if (!query) return std::unexpected(std::move(query.error()));
  query->id = std::move(id);
  Read read;
  read.path = theme_path(query->id);
  read.query = canonical_query(*query);
  read.kinds = kOfThemes;
  read.build = [query = std::move(*query)](const StoreReader& reader) -> Result<ReadAnswer> {
    STOA_TRY_ASSIGN(auto theme, reader.theme(query));
    return object_answer(std::move(theme));
  };
  return read;
}

Parsed<Read> template_read(const std::string& id, const std::string& name, std::string_view text) {
  if (auto none = parse_no_query(text); !none) return std::unexpected(std::move(none.error()));
  Read read;
  read.path = theme_path(id) + "/templates/" + percent_encode(name);
  read.kinds = kOfThemes;
  read.build = [id, name](const StoreReader& reader) -> Result<ReadAnswer> {
    STOA_TRY_ASSIGN(auto found, reader.theme_template(id, name));
    return object_answer(std::move(found));
  };
  return read;
}

}  // namespace

void add_theme_routes(Service& service) {
  service.add_read("/theme", [](const http::Params&, std::string_view text) {
    ParamReader in(text);
    return theme_read(in, "main");
  });
  // What existing callers use: the same answer, and the store is named in the query.
  service.add_named_read("/api/theme/data", [](const http::Params&, std::string_view text) {
    ParamReader in(text);
    in.store_ref();
    return theme_read(in, "main");
  });
  service.add_read("/themes", [](const http::Params&, std::string_view text) -> Parsed<Read> {
    auto query = parse_theme_list_query(text);
    if (!query) return std::unexpected(std::move(query.error()));
    return list_read(kOfThemes, "/themes", std::move(*query),
                     [](const StoreReader& in, const ThemeListQuery& q) { return in.themes(q); });
  });
  service.add_read("/themes/{id}", [](const http::Params& params, std::string_view text) {
    ParamReader in(text);
    return theme_read(in, theme_id(params["id"]));
  });
  service.add_read("/themes/{id}/templates/{name...}", [](const http::Params& params, std::string_view text) {
    return template_read(theme_id(params["id"]), params["name"], text);
  });
}

}  // namespace stoa::api
