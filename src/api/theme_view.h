// One theme as it is answered: its own document, and what was asked for of its file documents, with the links in them
// resolved; docs/formats/themes.md has the shape. Built per request, used by one thread. Blocks on the database.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "api/list_query.h"
#include "api/theme_targets.h"
#include "model/theme/file_name.h"

namespace stoa::api {

class ThemeView {
 public:
  // `theme`: a theme's own document. All must outlive it.
  ThemeView(storage::StoreHandle& store, std::span<const model::Kind> mirrored, const storage::Stored& theme,
            MaySee may_see);

  // One of the two, once.
  // The answer's object.
  Result<std::string> whole(const ThemeQuery& query);
  // One template, or override of one, by its name: "index", "customers/login", "index.context.fr". Nothing when there
  // is none of that name.
  Result<std::optional<std::string>> one_template(const std::string& name);

  bool is_parsed() const { return is_parsed_; }  // whether its files are mirrored
  Time newest() const { return newest_; }        // the latest fetch in what was answered

 private:
  using Names = std::vector<std::string>;
  using Documents = std::vector<storage::Stored>;

  Names names_of(model::theme::FileRole role) const;
  Result<Documents> load(std::span<const std::string> filenames);
  Result<std::optional<storage::Stored>> load_one(const std::string& filename);
  Result<> each_document(const Names& filenames, const std::function<void(const storage::Stored&)>& visit);
  Result<> learn_theme_types();
  Result<> learn_types(const Documents& documents);
  Result<std::string> finish();

  void append_member(std::string_view name, std::string_view raw);
  void append_own(const ThemeQuery& query);
  Result<> append_settings_data(const ThemeQuery& query);
  Result<> append_templates(const ThemeQuery& query);
  Result<> append_by_name(const Names& filenames);
  Result<> append_overrides(const ThemeQuery& query);
  Result<> append_contents(std::string_view name, model::theme::FileRole role, std::string_view content);
  void append_file(const storage::Stored& document, bool alone);
  void append_vintage_index(std::string_view settings_data);
  void append_errors();

  storage::StoreHandle& store_;
  const std::span<const model::Kind> mirrored_;
  const storage::Stored& theme_;
  const MaySee may_see_;
  const bool is_parsed_;
  std::set<std::string> files_;  // of the theme, by name
  model::theme::SettingTypes types_;
  std::set<std::string> learned_;  // files whose types are known
  model::theme::ResolvedText out_;
  Time newest_;
};

}  // namespace stoa::api
