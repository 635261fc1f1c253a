// A store on MongoDB: one database of one cell. Thread-safe (see StoreHandle). Holds no connection of its own, only
// what it knows of the store; owned by the Registry's maps and by whoever resolved it.
#pragma once

#include <atomic>
#include <mutex>
#include <shared_mutex>

#include "storage/mongo/driver.h"
#include "storage/store_handle.h"

namespace stoa::storage::mongo {

// What the stores of one Registry share. Outlives them.
struct Shelf {
  const Clock& clock;
  std::filesystem::path media;                         // of this process alone: downloads under way
  std::vector<model::Kind> kinds;                      // that are mirrored
  std::map<std::string, std::unique_ptr<Cell>> cells;  // by name; never changes
  // Stores whose version has moved: told to other processes by the Registry's next beat.
  std::mutex moved_mutex;
  std::map<ClientKey, std::int64_t> moved;
};

class MongoStore final : public StoreHandle {
 public:
  MongoStore(std::shared_ptr<Shelf> shelf, StoreEntry entry);

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

  // ---- for the Registry
  void set_entry(StoreEntry entry);
  // No call begins from now on; returns when those under way have ended.
  void shut();
  // Another process has moved the store to this version.
  void heard(const Version& version);
  // The lease's term that writes for jobs carry from now on (rule S11); raises it in the database, and reads anew what
  // an earlier holder has left. 0: the lease was handed back.
  Result<> hold(std::int64_t term);
  std::int64_t term() const { return term_.load(); }
  // Which change of its read keys is in memory; -1: none.
  std::int64_t keys_heard() const { return keys_heard_; }
  void hear_keys(std::int64_t number) { keys_heard_ = number; }
  Cell& cell() const { return cell_; }

 private:
  // The right to begin a call: kept while one is under way.
  using Use = std::shared_lock<std::shared_mutex>;
  Result<Use> use();
  Result<> load();
  Result<Session> session(Lane lane) { return cell_.session(lane); }
  void publish_version(std::int64_t number);
  Result<> index_if_large(Session& session, model::Kind kind);
  Result<> make_bucket_once(Session& session);
  Result<std::optional<BlobInfo>> find_blob(Session& session, const std::string& sha256);

  const std::shared_ptr<Shelf> shelf_;  // shared with the Registry and the other stores: a handle may outlive them all
  const ClientKey key_;
  const std::string database_;
  Cell& cell_;
  FetchClock clock_;
  std::atomic<std::int64_t> term_ = 0, keys_heard_ = -1;

  mutable std::mutex entry_mutex_;
  std::shared_ptr<const StoreEntry> entry_;  // shared with whoever asked: a snapshot

  mutable std::mutex version_mutex_;
  std::optional<Version> version_;  // set once the store was read

  std::shared_mutex life_;
  std::atomic<bool> shut_ = false;
  std::atomic<bool> has_bucket_ = false;  // known to be there
  std::mutex write_mutex_;                // one batch at a time: two would only conflict in the database
};

}  // namespace stoa::storage::mongo
