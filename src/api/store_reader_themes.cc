// The themes of StoreReader.
#include <array>

#include "api/list_params.h"
#include "api/store_reader.h"
#include "api/theme_view.h"

namespace stoa::api {
namespace {
constexpr std::array kThemeKinds{model::Kind::themes};

const Fields& listed_fields() {
  static const Fields kFields = [] {
    auto fields = parse_fields(model::Kind::themes,
                               "id,name,role,prefix,processing,processingFailed,themeStoreId,createdAt,updatedAt");
    STOA_CHECK(fields.has_value(), "the fields of a list are in the schema");
    return std::move(*fields);
  }();
  return kFields;
}
}  // namespace

Result<Listing> StoreReader::themes(const ThemeListQuery& query) const {
  ListPlan plan{.walk = {}, .scope = "themes?" + canonical_walk(query), .kinds = kThemeKinds, .limit = query.limit};
  plan.walk.query.kind = model::Kind::themes;
  plan.walk.query.all = list_conditions(model::Kind::themes, audience_, facts_->policy, now_);
  return list(plan, query.fields.everything() ? listed_fields() : query.fields, query.after);
}

// Between the publishing of another theme and the end of its first walk two may say that they are the main one: then it
// is the one fetched last.
Result<std::optional<storage::Stored>> StoreReader::find_theme(std::string_view id) const {
  std::optional<storage::Stored> found;
  if (id == "main") {
    storage::Query query{.kind = model::Kind::themes, .limit = 8};
    query.all = {{.field = "role", .values = {"MAIN"}}, {.field = "themeId", .op = storage::Condition::Op::is_null}};
    STOA_TRY_ASSIGN(auto page, store_->query(query));
    for (auto& theme : page.documents)
      if (!found || found->fetched_at < theme.fetched_at) found = std::move(theme);
  } else if (const auto gid = parse_object_id(model::Kind::themes, id)) {
    STOA_TRY_ASSIGN(found, store_->get(model::Kind::themes, *gid));
  }
  if (found && !visible(model::Kind::themes, audience_, facts_->policy, found->body, now_)) found.reset();
  return found;
}

Result<Object> StoreReader::theme(const ThemeQuery& query) const {
  STOA_TRY_ASSIGN(const auto found, find_theme(query.id));
  if (!found) return missing(model::Kind::themes);
  ThemeView view(*store_, facts_->mirrored, *found, [this](model::Kind kind, std::string_view body) {
    return visible(kind, audience_, facts_->policy, body, now_);
  });
  STOA_TRY_ASSIGN(auto text, view.whole(query));
  return Object{.json = std::move(text), .newest = view.newest()};
}

Result<Object> StoreReader::theme_template(std::string_view theme, const std::string& name) const {
  STOA_TRY_ASSIGN(const auto found, find_theme(theme));
  if (!found) return missing(model::Kind::themes);
  ThemeView view(*store_, facts_->mirrored, *found, [this](model::Kind kind, std::string_view body) {
    return visible(kind, audience_, facts_->policy, body, now_);
  });
  STOA_TRY_ASSIGN(auto text, view.one_template(name));
  if (!text)
    return fail(error(Code::not_found, "the theme has no template {}{}", name.substr(0, 200),
                      view.is_parsed() ? "" : ": its files are not mirrored, name the theme in settings.themes")
                    .because("template-not-found"));
  return Object{.json = std::move(*text), .newest = view.newest()};
}

}  // namespace stoa::api
