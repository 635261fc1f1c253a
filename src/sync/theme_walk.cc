#include "sync/theme_walk.h"

#include "base/json_text.h"
#include "base/log.h"
#include "model/theme/file_document.h"
#include "model/theme/file_name.h"
#include "tenant/settings.h"

namespace stoa::sync {
namespace {

constexpr std::size_t kEraseBatch = 500;
constexpr std::size_t kStoredBatch = 25;  // documents read at once
constexpr std::size_t kDownloadTries = 3;

bool is_busy(std::string_view theme_body) { return json::find_raw(theme_body, {"processing"}) == "true"; }

}  // namespace

ThemeWalk::ThemeWalk(WalkContext context, Download download)
    : KindWalk(context, model::Kind::themes),
      download_(std::move(download)),
      named_(tenant::themes(context.store.entry()->client.settings)) {
  for (const auto& id : context.job.ids)
    if (const auto gid = parse_gid(id); gid && gid->type == "OnlineStoreTheme") asked_.push_back(id);
}

Result<bool> ThemeWalk::step(shopify::Transport& transport) {
  if (!loaded_) {
    STOA_TRY(load());
    resumed_ = state_.phase != Phase::count;
    themes_.clear();  // what was not stored yet is listed anew
    listed_ = false;
    current_.reset();
  }
  switch (state_.phase) {
    case Phase::count: return begin();
    case Phase::walk: return walk(transport);
    case Phase::sweep: return clear(transport);
    case Phase::finished: return by_ids() ? finish_ids() : settle();
  }
  return true;
}

Result<bool> ThemeWalk::begin() {
  state_.since.reset();  // themes cannot be asked for by date: every pass is a whole one
  state_.may_delete = true;
  pass_.progress.state = storage::KindState::fetching;
  state_.phase = Phase::walk;
  STOA_TRY(store_batch({}));
  return false;
}

Result<bool> ThemeWalk::walk(shopify::Transport& transport) {
  if (!listed_) return by_ids() ? list_one(transport) : list(transport);
  if (!current_) return next_theme();
  if (!current_->indexed) return index(transport);
  if (!current_->downloads.empty()) return download();
  if (!current_->plan.fetch.empty()) return fetch(transport);
  return end_theme();
}

Result<bool> ThemeWalk::list(shopify::Transport& transport) {
  const auto stamp = context_.store.fetch_clock().begin();
  STOA_TRY_ASSIGN(const auto answer, call(transport, shopify::themes_page_call(state_.after)));
  STOA_TRY_ASSIGN(auto page, shopify::decode_page(kind_, answer));
  if (page.has_next && page.end_cursor == state_.after)
    return fail(Error{Code::corrupt, "sync: the shop's page names no way to the next one"});
  for (auto& node : page.nodes) themes_.push_back({std::move(node.id), std::move(node.body), stamp.time()});
  for (const auto& [id, why] : page.broken) {
    pass_.progress.error = fmt::format("{}: {}", id.empty() ? "a theme without id" : id, why.what);
    withhold("a theme could not be read: nothing is deleted on that");
  }
  state_.after = page.has_next ? page.end_cursor : "";
  listed_ = !page.has_next;
  return false;
}

// One of the job's ids; null proves that the theme is gone (rule S9).
Result<bool> ThemeWalk::list_one(shopify::Transport& transport) {
  if (asked_.empty()) {
    listed_ = true;
    return false;
  }
  const auto id = asked_.back();
  const auto stamp = context_.store.fetch_clock().begin();
  STOA_TRY_ASSIGN(const auto answer, call(transport, shopify::theme_call(id)));
  auto theme = shopify::decode_theme(answer);
  if (!theme && theme.error().code != Code::not_found) return fail(std::move(theme).error());
  if (theme) {
    themes_.push_back({std::move(theme->id), std::move(theme->body), stamp.time()});
  } else if (state_.may_delete) {
    STOA_TRY(drop_files(id));
    STOA_TRY(drop(std::span(&id, 1), stamp.time()));
  }
  asked_.pop_back();
  return false;
}

// The next theme to parse, or the end of the list.
Result<bool> ThemeWalk::next_theme() {
  for (auto& theme : themes_) {
    if (!is_parsed(theme.body, named_) || std::ranges::find(state_.done, theme.id) != state_.done.end()) continue;
    current_.emplace(Current{.theme = theme});
    return false;
  }
  return end_list();
}

std::string ThemeWalk::document_id(const std::string& filename) const {
  return model::theme::file_document_id(current_->theme.id, filename);
}

Result<bool> ThemeWalk::index(shopify::Transport& transport) {
  auto& current = *current_;
  STOA_TRY_ASSIGN(const auto answer, call(transport, shopify::theme_index_call(current.theme.id, current.index_after)));
  auto page = shopify::decode_theme_files(answer);
  if (!page && page.error().code == Code::not_found) {  // deleted since it was listed: clear() proves that
    std::erase_if(themes_, [&](const Listed& theme) { return theme.id == current.theme.id; });
    current_.reset();
    return false;
  }
  if (!page) return fail(std::move(page).error());
  if (page->has_next && page->end_cursor == current.index_after)
    return fail(Error{Code::corrupt, "sync: the shop's list of files names no way to its next page"});
  for (auto& file : page->files) {
    auto name = file.filename;
    current.files.insert_or_assign(std::move(name), ListedFile{std::move(file), {}});
  }
  current.index_after = page->end_cursor;
  current.indexed = !page->has_next;
  if (current.indexed) STOA_TRY(plan_current());
  return false;
}

Result<> ThemeWalk::plan_current() {
  auto& current = *current_;
  STOA_TRY_ASSIGN(const auto stored, context_.store.get(kind_, current.theme.id));
  const auto known = stored ? stored_files(stored->body) : StoredFiles();
  current.plan = plan_theme(current.files, known);
  for (const auto& name : current.plan.unchanged) current.files.at(name).unreadable = known.at(name).unreadable;
  if (resumed_) STOA_TRY(skip_stored(current.plan.fetch));
  // A theme that is still being copied does not list all of its files yet.
  if (is_busy(current.theme.body))
    for (const auto& [name, file] : known)
      if (!current.files.contains(name)) current.kept.push_back(document_id(name));
  return {};
}

// Moves files that this pass has stored before it was broken off from `names` to the unchanged ones.
Result<> ThemeWalk::skip_stored(std::vector<std::string>& names) {
  std::vector<std::string> left;
  for (std::size_t i = 0; i < names.size(); i += kStoredBatch) {
    const auto chunk = std::span(names).subspan(i, std::min(kStoredBatch, names.size() - i));
    std::vector<std::string> ids;
    for (const auto& name : chunk) ids.push_back(document_id(name));
    STOA_TRY_ASSIGN(const auto stored, context_.store.get_many(kind_, ids));
    std::map<std::string, StoredFile> here;
    for (const auto& document : stored)
      if (document.fetched_at >= pass_.started)
        here[document.id] = {.checksum_md5 = json::find_string(document.body, {"checksumMd5"}).value_or(""),
                             .unreadable = json::find_string(document.body, {"error"}).value_or("")};
    for (const auto& name : chunk) {
      const auto found = here.find(document_id(name));
      auto& listed = current_->files.at(name);
      const auto& checksum = listed.file.checksum_md5;
      const bool same = found != here.end() && !checksum.empty() && found->second.checksum_md5 == checksum;
      if (same) listed.unreadable = found->second.unreadable;
      (same ? current_->plan.unchanged : left).push_back(name);
    }
  }
  names = std::move(left);
  return {};
}

// Up to fifty bodies; those that come as URLs are downloaded one a step.
Result<bool> ThemeWalk::fetch(shopify::Transport& transport) {
  auto& current = *current_;
  const auto batch_names = next_batch(current.plan.fetch, current.files);
  const auto stamp = context_.store.fetch_clock().begin();
  STOA_TRY_ASSIGN(const auto answer, call(transport, shopify::theme_bodies_call(current.theme.id, batch_names, "")));
  STOA_TRY_ASSIGN(auto page, shopify::decode_theme_files(answer));
  std::set<std::string> answered;
  storage::Batch batch;
  for (auto& file : page.files) {
    if (std::ranges::find(batch_names, file.filename) == batch_names.end()) continue;
    answered.insert(file.filename);
    if (!file.url.empty()) {
      current.downloads.push_back(std::move(file));
      continue;
    }
    STOA_TRY_ASSIGN(auto document, file_document(file, stamp.time()));
    batch.documents.push_back(std::move(document));
  }
  for (const auto& [name, code] : page.errors) {
    if (code == "SUCCESS" || !answered.insert(name).second) continue;
    if (code == "NOT_FOUND")
      current.files.erase(name);  // deleted since the list was made
    else
      give_up_file(name, fmt::format("Shopify could not read it: {}", code));
  }
  if (!page.has_next || answered.empty())
    for (const auto& name : batch_names)
      if (answered.insert(name).second) give_up_file(name, "Shopify did not deliver it");
  std::erase_if(current.plan.fetch, [&](const std::string& name) { return answered.contains(name); });
  pass_.progress.state = storage::KindState::writing;
  STOA_TRY(store_batch(std::move(batch)));
  return false;
}

Result<bool> ThemeWalk::download() {
  auto& current = *current_;
  auto& file = current.downloads.back();
  const auto stamp = context_.store.fetch_clock().begin();
  auto content = download_(file.url);
  if (!content && content.error().code == Code::cancelled) return fail(std::move(content).error());
  if (!content && content.error().code == Code::unavailable && ++current.tries < kDownloadTries)
    return fail(std::move(content).error().because("shop-unavailable"));
  storage::Batch batch;
  if (content) {
    file.content = std::move(*content);
    STOA_TRY_ASSIGN(auto document, file_document(file, stamp.time()));
    batch.documents.push_back(std::move(document));
  } else {
    give_up_file(file.filename, content.error().what);
  }
  current.downloads.pop_back();
  current.tries = 0;
  STOA_TRY(store_batch(std::move(batch)));
  return false;
}

// The document of a file that arrived. What the theme lists of it is from now on what came with the content.
Result<model::Document> ThemeWalk::file_document(const shopify::ThemeFile& file, Time fetched_at) {
  auto& listed = current_->files[file.filename];
  auto body = model::theme::file_document({.theme_id = current_->theme.id,
                                           .filename = file.filename,
                                           .checksum_md5 = file.checksum_md5,
                                           .updated_at = file.updated_at},
                                          file.content);
  listed.file = file;
  listed.file.content.clear();
  listed.unreadable = json::find_string(body, {"error"}).value_or("");
  return to_document(kind_, std::move(body), fetched_at, model::Source::page, api_version_);
}

void ThemeWalk::give_up_file(const std::string& name, std::string why) {
  pass_.progress.error = fmt::format("{}: {}", document_id(name), why);
  current_->files[name].error = std::move(why);
}

// The theme itself, now that its files are here.
Result<bool> ThemeWalk::end_theme() {
  auto& current = *current_;
  storage::Batch batch;
  for (const auto& name : current.plan.unchanged) batch.seen.push_back(document_id(name));
  batch.seen.insert(batch.seen.end(), current.kept.begin(), current.kept.end());
  for (const auto& [name, entry] : current.files) {
    if (entry.error.empty()) continue;
    ++batch.failed;
    batch.seen.push_back(document_id(name));  // the last good one stays
  }
  STOA_TRY_ASSIGN(const auto stored, context_.store.get(kind_, document_id("config/settings_data.json")));
  const auto settings = stored ? json::find_raw(stored->body, {"settings"}) : std::string_view();
  auto body = theme_document(current.theme.body, settings.empty() ? "{}" : settings, current.files);
  STOA_TRY_ASSIGN(auto document,
                  to_document(kind_, std::move(body), current.theme.fetched_at, model::Source::page, api_version_));
  batch.documents.push_back(std::move(document));
  state_.done.push_back(current.theme.id);
  current_.reset();
  STOA_TRY(store_batch(std::move(batch)));
  return false;
}

// The themes that are not parsed. They come after those that are: when another theme was published, the old main theme
// is shown until the new one is here.
Result<bool> ThemeWalk::end_list() {
  storage::Batch batch;
  for (const auto& theme : themes_) {
    if (std::ranges::find(state_.done, theme.id) != state_.done.end()) continue;
    STOA_TRY_ASSIGN(auto document, to_document(kind_, theme.body, theme.fetched_at, model::Source::page, api_version_));
    batch.documents.push_back(std::move(document));
  }
  state_.phase = by_ids() ? Phase::finished : Phase::sweep;
  STOA_TRY(store_batch(std::move(batch)));
  return false;
}

// One theme of which something was not seen: gone with all its files, or parsed no more. Then the sweep.
Result<bool> ThemeWalk::clear(shopify::Transport& transport) {
  if (!state_.may_delete) return finish();
  STOA_TRY_ASSIGN(const auto unseen, context_.store.list_unseen(pass_, kEraseBatch));
  const auto next = std::ranges::find_if(unseen, [&](const std::string& id) {
    const auto theme = theme_of(id);
    return !settled_.contains(theme) && std::ranges::find(state_.done, theme) == state_.done.end();
  });
  if (next == unseen.end()) return sweep(transport);
  const auto id = theme_of(*next);
  const auto stamp = context_.store.fetch_clock().begin();
  STOA_TRY_ASSIGN(const auto answer, call(transport, shopify::theme_call(id)));
  auto theme = shopify::decode_theme(answer);
  if (!theme && theme.error().code != Code::not_found) return fail(std::move(theme).error());
  if (!state_.may_delete) return finish();  // another API version answered
  if (!theme) {
    STOA_TRY(drop_files(id));
    STOA_TRY(drop(std::span(&id, 1), stamp.time()));
  } else if (is_parsed(theme->body, named_)) {
    // Published since the list was made, or back again: the next pass takes it.
    storage::Batch batch;
    for (const auto& each : unseen)
      if (theme_of(each) == id) batch.seen.push_back(each);
    STOA_TRY(store_batch(std::move(batch)));
    return false;
  } else {
    STOA_TRY(drop_files(id));
    storage::Batch batch;
    STOA_TRY_ASSIGN(auto document,
                    to_document(kind_, std::move(theme->body), stamp.time(), model::Source::page, api_version_));
    batch.documents.push_back(std::move(document));
    STOA_TRY(store_batch(std::move(batch)));
  }
  settled_.insert(id);
  return false;
}

// The documents of all files of a theme.
Result<> ThemeWalk::drop_files(const std::string& theme_id) {
  for (;;) {
    storage::Query query{.kind = kind_, .all = {{.field = "themeId", .values = {theme_id}}}, .limit = kEraseBatch};
    STOA_TRY_ASSIGN(const auto page, context_.store.query(query));
    std::vector<std::string> ids;
    for (const auto& document : page.documents) ids.push_back(document.id);
    const auto before = pass_.progress.deleted;
    if (!ids.empty()) STOA_TRY(drop(ids, pass_.started));
    if (pass_.progress.deleted == before) return {};  // what is left was stored by a later fetch
  }
}

Result<> ThemeWalk::drop(std::span<const std::string> ids, Time fetched_at) {
  pass_.cursor = to_cursor(state_);
  STOA_TRY_ASSIGN(const auto gone, context_.store.erase(kind_, ids, fetched_at, pass_));
  pass_.progress.deleted += gone;
  progress() = pass_.progress;
  return {};
}

// The end of a walk over the job's ids: it says nothing of the kind as a whole.
Result<bool> ThemeWalk::finish_ids() {
  pass_.progress.state = state_.may_delete ? storage::KindState::done : storage::KindState::failed;
  if (!state_.withheld.empty()) pass_.progress.error = state_.withheld;
  progress() = pass_.progress;
  return true;
}

}  // namespace stoa::sync
