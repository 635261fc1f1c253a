// One store's database. Everything store-scoped is a method here, so a cross-store read does not compile (decision 1).
// Thread-safe. Calls block on disk or network: from a pool thread only, but for those marked "memory". Owned by the
// Registry, shared by whoever resolved the store; it stays valid after the store is removed, when every call answers
// not_found.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/document.h"
#include "storage/fetch_clock.h"
#include "storage/query.h"
#include "storage/records.h"

namespace stoa::storage {

// What the Registry knows of a store: an immutable snapshot, replaced as a whole on every change.
struct StoreEntry {
  ClientRecord client;
  ShopRecord shop;
  std::int64_t generation = 0;  // rises with every change of client or shop: caches of settings key on it
};

struct Version {
  std::string incarnation;
  std::int64_t number = 0;  // rises with every applied change, never for an unchanged document (rule P2)
  bool operator==(const Version&) const = default;
};

// What a store knows of one kind's freshness.
struct KindStatus {
  model::Kind kind = model::Kind::products;
  bool complete = false;        // a first complete pass has ended
  std::optional<Time> as_of;    // proven current up to here
  std::string state = "never";  // never syncing current failed notPermitted ("late" is derived by the reader)
  std::string error;            // of the last run
  std::int64_t count = 0;       // living documents (kept by the store itself)
};

// A pass: one walk over one kind for one job. Saved in the same transaction as what it stored (rules S1, S3).
struct Pass {
  std::string job;
  KindProgress progress;
  Time started{};      // fetch clock: a sweep spares what was fetched later
  std::string cursor;  // opaque to storage: where the walk goes on
};

// A document whose nested lists are not drained yet, with the further items fetched so far. Belongs to a pass.
struct Draft {
  std::string id;
  std::string body;
  Time fetched_at{};
  std::string open;  // opaque: the lists still open
};
struct DraftPart {
  std::string id;     // the draft's
  std::string owner;  // gid of the object whose list this is (the draft's own or a variant's)
  std::string list;   // "variants"
  std::string items;  // canonical JSON, elements without the brackets: `{…},{…}`
};

// MongoDB holds documents of 16 MiB, so neither engine takes a body of more than 15 (contract section 5): invalid,
// reason "document-too-large".
inline constexpr std::size_t kBodyBytesMax = 15u << 20;
Result<> check_size(const model::Document& document);

// One atomic step: all of it is stored, or none.
struct Batch {
  // One without a body has the raw hash that raw_hashes() told, and stands for the document stored with it: guarded,
  // counted and remembered as one found equal. Is that no longer stored, apply() stores nothing: conflict, reason
  // "document-changed".
  std::vector<model::Document> documents;
  std::vector<std::string> seen;  // ids that the walk saw without a document here
  std::int64_t failed =
      0;  // documents of this step that could not be decoded: counted in the pass, kept from its sweep by `seen`
  // The pass after this step: cursor, state, total, error. Its counts are taken from the database and raised by what
  // this step did, not from here. With a pass, every document's id and all of `seen` are remembered as seen by it.
  std::optional<Pass> pass;
  std::vector<Draft> drafts;                                    // new ones
  std::vector<std::pair<std::string, std::string>> draft_open;  // id, its new `open`
  std::vector<DraftPart> parts;
  std::vector<std::string> drafts_done;

  Result<> validate() const;  // bug: drafts without the pass that they belong to
};

struct Applied {
  std::int64_t inserted = 0, replaced = 0, unchanged = 0;
  std::int64_t stale = 0;  // an older fetch than what is stored, or than its tombstone: not written (rules P3, P4)
  std::vector<std::pair<std::string, Error>> failed;  // id and why: over 15 MiB
  std::optional<Pass> pass;                           // as saved
};

struct Unseen {
  std::int64_t stored = 0;  // living documents of the kind
  std::int64_t unseen = 0;  // of these: not seen by the pass and fetched before it started
};

// One webhook delivery: contract section 5, `webhookevents`.
struct Event {
  std::string id, topic, object, state = "received", error;
  Time received_at{};
  std::optional<Time> triggered_at;
  json::Object headers;
  std::string body;
  std::int64_t attempts = 0;
};
struct EventQuery {
  std::string state, topic, object;                   // empty: any
  std::optional<std::pair<Time, std::string>> after;  // newest first: strictly older than this
  std::size_t limit = 50;
};

struct Boundary {
  std::optional<Time> last, next;
};

struct Tombstone {
  std::string id;
  model::Kind kind = model::Kind::products;
  Time deleted_at{}, fetched_at{};
};

// Bytes in the store's blob space, named by what they are.
struct BlobInfo {
  std::string sha256;  // hex, lower case
  std::int64_t size = 0;
  Time stored_at{};
};

// Whether it looks like a SHA-256: 64 digits of hex, lower case. Names come from outside.
bool is_blob_name(std::string_view name);
// conflict, reason "document-changed": of a document without a body.
std::unexpected<Error> document_changed(std::string_view id);
// not_found, reason "blob-not-found".
std::unexpected<Error> no_such_blob();

class StoreHandle {
 public:
  virtual ~StoreHandle() = default;

  // ---- memory
  virtual const ClientKey& key() const = 0;
  virtual std::shared_ptr<const StoreEntry> entry() const = 0;
  // The clock that guards writes (rule P3): begin() before each request to Shopify, keep the stamp until its answer is
  // applied.
  virtual FetchClock& fetch_clock() = 0;
  // Memory after the first call. The version a read answers with is taken before its query.
  virtual Result<Version> version() = 0;
  // Held by whoever changes a document according to what it was: from reading it until the change is applied. (Media:
  // a sync brings Shopify's part, a download what it knows of the bytes.)
  std::mutex& merging() { return merging_; }

  // ---- reads
  virtual Result<std::optional<Stored>> get(model::Kind kind, const std::string& id) = 0;
  // In the order asked, missing ones left out.
  virtual Result<std::vector<Stored>> get_many(model::Kind kind, std::span<const std::string> ids) = 0;
  // Document::raw of each, in the order asked; nothing where no such document is stored, or it has none.
  virtual Result<std::vector<std::optional<Hash>>> raw_hashes(model::Kind kind, std::span<const std::string> ids) = 0;
  virtual Result<Page> query(const Query& query) = 0;
  virtual Result<std::vector<KindStatus>> kinds() = 0;  // one per kind, in order
  // Of a time field of the kind: the latest value not after `now`, and the first one after it (scheduled publication).
  virtual Result<Boundary> boundary(model::Kind kind, const std::string& field, Time now) = 0;
  virtual Result<std::optional<Tombstone>> tombstone(const std::string& id) = 0;

  // ---- documents
  virtual Result<Applied> apply(const Batch& batch) = 0;
  // Deletes those whose stored fetch (and remembered equal fetch) is not newer than `fetched_at`, leaves tombstones,
  // counts them in the pass when one is given. Answers how many went.
  virtual Result<std::int64_t> erase(model::Kind kind, std::span<const std::string> ids, Time fetched_at,
                                     const std::optional<Pass>& pass) = 0;

  // ---- passes
  virtual Result<std::optional<Pass>> pass(const std::string& job, model::Kind kind) = 0;
  // Calls `each` with the ids that a sweep of the pass would remove, until it answers false.
  virtual Result<> each_unseen(const Pass& pass, const std::function<bool(std::string_view id)>& each) = 0;
  Result<Unseen> count_unseen(const Pass& pass);
  Result<std::vector<std::string>> list_unseen(const Pass& pass, std::size_t limit);
  virtual Result<std::optional<Draft>> next_draft(const Pass& pass) = 0;
  virtual Result<std::vector<DraftPart>> draft_parts(const Pass& pass,
                                                     const std::string& id) = 0;  // in the order stored
  // Forgets what the job's passes saw and drafted; their progress stays in the job.
  virtual Result<> end_passes(const std::string& job) = 0;
  virtual Result<> set_kind_status(const KindStatus& status) = 0;  // its count is ignored

  // ---- webhook events
  virtual Result<bool> append_event(
      const Event& event) = 0;  // durable on return; false: that id was there already (rule W3)
  virtual Result<std::optional<Event>> event(const std::string& id) = 0;
  virtual Result<std::vector<Event>> events(const EventQuery& query) = 0;
  virtual Result<> update_event(const Event& event) = 0;  // state, attempts and error

  // ---- blobs: the bytes of media, in a space that is the store's own, goes with it (rule T4) and is made when the
  // first come. Content-addressed: the same bytes lie there once. What is no name of a blob (is_blob_name)
  // is not there.
  // A local folder for downloads under way: made when absent, removed with the store.
  virtual Result<std::filesystem::path> spool() = 0;
  // Takes over a file of spool() whose SHA-256 this is: durable on return, and the file is gone. What is there already
  // stays.
  virtual Result<> put_blob(const std::string& sha256, const std::filesystem::path& file) = 0;
  virtual Result<std::optional<BlobInfo>> blob(const std::string& sha256) = 0;
  // Up to `bytes_max` bytes from `offset` on, "" from the end on; not_found, "blob-not-found".
  virtual Result<std::string> read_blob(const std::string& sha256, std::int64_t offset, std::size_t bytes_max) = 0;
  // By sha256, those after it.
  virtual Result<std::vector<BlobInfo>> blobs(const std::string& after, std::size_t limit) = 0;
  virtual Result<> erase_blob(const std::string& sha256) = 0;  // nothing when it is not there
  // Those of the names that are not there, in order.
  virtual Result<std::vector<std::string>> lost_blobs(std::span<const std::string> names) = 0;

  // ---- upkeep
  virtual Result<> forget_tombstones(Time deleted_before) = 0;
  virtual Result<> forget_events(Time received_before) = 0;
  // What uploads of blobs that a crash cut short have left. One that began less than an hour ago may be under way.
  virtual Result<> forget_cut_uploads(Time begun_before) = 0;

 private:
  std::mutex merging_;
};

}  // namespace stoa::storage
