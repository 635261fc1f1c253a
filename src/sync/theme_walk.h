// The walk of the themes of one sync. All themes are listed; those that are parsed (the main one, and those that
// settings.themes names) have their files listed by checksum, and only files that changed are fetched. A theme's own
// document is written after its files, since it is what says which files need no fetching. Then what is gone is taken
// away: a theme that Shopify answers null for, with its files; the files of a theme that is parsed no more; last, what
// a complete list of files lacks, by the sweep of KindWalk. With ids in the job only those themes are walked, and no
// sweep is made. As KindWalk otherwise: small steps, one call to the shop each, one worker at a time.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "sync/kind_walk.h"
#include "sync/theme_plan.h"

namespace stoa::sync {

class ThemeWalk : public KindWalk {
 public:
  // Fetches the content of a file that Shopify gave as a URL: shopify::download_theme_file.
  using Download = std::function<Result<std::string>(const std::string& url)>;

  ThemeWalk(WalkContext context, Download download);

  // One step, as KindWalk::step.
  Result<bool> step(shopify::Transport& transport);

 private:
  struct Listed {
    std::string id, body;
    Time fetched_at;
  };
  // The theme whose files are being walked.
  struct Current {
    Listed theme;
    ListedFiles files;
    std::string index_after;
    bool indexed = false;
    ThemePlan plan;                             // `fetch` shrinks as files arrive
    std::vector<shopify::ThemeFile> downloads;  // named by URL, still to be had
    std::size_t tries = 0;                      // of the first of them
    std::vector<std::string> kept;              // documents that stand though the theme's list lacks them
  };

  Result<bool> begin();
  Result<bool> walk(shopify::Transport& transport);
  Result<bool> list(shopify::Transport& transport);
  Result<bool> list_one(shopify::Transport& transport);
  Result<bool> next_theme();
  Result<bool> index(shopify::Transport& transport);
  Result<> plan_current();
  Result<> skip_stored(std::vector<std::string>& names);
  Result<bool> fetch(shopify::Transport& transport);
  Result<bool> download();
  Result<bool> end_theme();
  Result<bool> end_list();
  Result<bool> clear(shopify::Transport& transport);
  Result<bool> finish_ids();

  Result<model::Document> file_document(const shopify::ThemeFile& file, Time fetched_at);
  void give_up_file(const std::string& name, std::string why);
  Result<> drop_files(const std::string& theme_id);
  Result<> drop(std::span<const std::string> ids, Time fetched_at);
  bool by_ids() const { return !context_.job.ids.empty(); }
  std::string document_id(const std::string& filename) const;

  const Download download_;
  std::vector<std::string> named_;  // settings.themes
  std::vector<std::string> asked_;  // of the job's ids: themes still to ask for
  std::vector<Listed> themes_;
  bool listed_ = false;
  bool resumed_ = false;  // an earlier process had begun: what it stored needs no fetching
  std::optional<Current> current_;
  std::set<std::string> settled_;  // themes that clear() has dealt with
};

}  // namespace stoa::sync
