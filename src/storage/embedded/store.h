// A store on SQLite: one file, opened when first used, closed when others need its place. Thread-safe (see
// StoreHandle). Owned by the Registry's maps and by whoever resolved it; closes its file when the last of them lets go.
#pragma once

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>

#include "storage/embedded/database.h"
#include "storage/embedded/open_stores.h"
#include "storage/store_handle.h"

namespace stoa::storage::embedded {

// What the stores of one Registry share. Outlives them only by the Registry's and their owners' pointers.
struct Shelf {
  std::filesystem::path folder;  // stores/
  std::size_t readers_per_store = 2;
  std::vector<model::Kind> kinds;  // that are mirrored
  std::string boot;                // the machine's boot id: see EmbeddedStore::open_file
  const Clock& clock;
  OpenStores open;

  std::filesystem::path file_of(const std::string& database) const { return folder / (database + ".sqlite"); }
  // The store's blob space: ab/cd/<sha256>, and spool/ for downloads under way.
  std::filesystem::path media_of(const std::string& database) const {
    return folder.parent_path() / "media" / database;
  }
};

class EmbeddedStore final : public StoreHandle, public std::enable_shared_from_this<EmbeddedStore> {
 public:
  EmbeddedStore(std::shared_ptr<Shelf> shelf, StoreEntry entry);

  const ClientKey& key() const override { return key_; }
  std::shared_ptr<const StoreEntry> entry() const override;
  FetchClock& fetch_clock() override { return clock_; }
  Result<Version> version() override;

  Result<std::optional<Stored>> get(model::Kind kind, const std::string& id) override;
  Result<std::vector<Stored>> get_many(model::Kind kind, std::span<const std::string> ids) override;
  Result<std::vector<std::optional<Hash>>> raw_hashes(model::Kind kind, std::span<const std::string> ids) override;
  Result<Page> query(const Query& query) override;
  Result<std::vector<KindStatus>> kinds() override;
  Result<Boundary> boundary(model::Kind kind, const std::string& field, Time now) override;
  Result<std::optional<Tombstone>> tombstone(const std::string& id) override;

  Result<Applied> apply(const Batch& batch) override;
  Result<std::int64_t> erase(model::Kind kind, std::span<const std::string> ids, Time fetched_at,
                             const std::optional<Pass>& pass) override;

  Result<std::optional<Pass>> pass(const std::string& job, model::Kind kind) override;
  Result<> each_unseen(const Pass& pass, const std::function<bool(std::string_view id)>& each) override;
  Result<std::optional<Draft>> next_draft(const Pass& pass) override;
  Result<std::vector<DraftPart>> draft_parts(const Pass& pass, const std::string& id) override;
  Result<> end_passes(const std::string& job) override;
  Result<> set_kind_status(const KindStatus& status) override;

  Result<bool> append_event(const Event& event) override;
  Result<std::optional<Event>> event(const std::string& id) override;
  Result<std::vector<Event>> events(const EventQuery& query) override;
  Result<> update_event(const Event& event) override;

  Result<std::filesystem::path> spool() override;
  Result<> put_blob(const std::string& sha256, const std::filesystem::path& file) override;
  Result<std::optional<BlobInfo>> blob(const std::string& sha256) override;
  Result<std::string> read_blob(const std::string& sha256, std::int64_t offset, std::size_t bytes_max) override;
  Result<std::vector<BlobInfo>> blobs(const std::string& after, std::size_t limit) override;
  Result<> erase_blob(const std::string& sha256) override;
  Result<std::vector<std::string>> lost_blobs(std::span<const std::string> names) override;
  Result<> forget_cut_uploads(Time begun_before) override;

  Result<> forget_tombstones(Time deleted_before) override;
  Result<> forget_events(Time received_before) override;

  // ---- for the Registry and OpenStores
  void set_entry(StoreEntry entry);
  bool close_if_idle();
  bool take_used_mark() { return used_.exchange(false, std::memory_order_relaxed); }
  // No call begins from now on; returns when those under way have ended and the file is closed.
  void shut();

 private:
  // The open file, kept open while this lives.
  class Use {
   public:
    explicit Use(EmbeddedStore& store) : store_(&store) {}
    Use(Use&& other) noexcept : store_(std::exchange(other.store_, nullptr)) {}
    Use& operator=(Use&&) = delete;
    ~Use();
    Database* operator->() const { return store_->file_.get(); }

   private:
    EmbeddedStore* store_;
  };
  Result<Use> use();
  Result<> open_file();  // mutex_ is held
  std::filesystem::path media() const { return shelf_->media_of(entry()->shop.database); }
  Result<std::unique_ptr<Database>> open_database(const ShopRecord& shop);
  void publish_version(std::int64_t number);

  const std::shared_ptr<Shelf> shelf_;  // shared with the Registry and the other stores: a handle may outlive them all
  const ClientKey key_;
  FetchClock clock_;

  mutable std::mutex entry_mutex_;
  std::shared_ptr<const StoreEntry> entry_;  // shared with whoever asked: a snapshot

  std::mutex version_mutex_;
  std::optional<Version> version_;

  std::mutex mutex_;
  std::condition_variable idle_;
  std::unique_ptr<Database> file_;
  std::size_t users_ = 0;
  bool shut_ = false;
  std::atomic<bool> used_ = false;
};

// Reads the columns of KindSql::by_id and by_rid.
Stored stored_from(Statement& row);

}  // namespace stoa::storage::embedded
