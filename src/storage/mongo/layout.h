// What a store's database is made of: its collections and their indexes (docs/formats/mongodb.md). Calls block on the
// network; everything here may be done twice.
#pragma once

#include "model/kind.h"
#include "storage/mongo/driver.h"

namespace stoa::storage::mongo {

// Beside the collections of the kinds.
inline constexpr std::string_view kEvents = "webhookevents", kDeletions = "deletions";
// Stoa's own bookkeeping of the store: its version, the state of its kinds, its passes. Below kLargeCollection
// documents a store has kTablesPerStore tables in WiredTiger (a collection and an index are one each).
inline constexpr std::string_view kSyncState = "syncstate";
// Six of them are of the bucket, made when the first bytes of media come.
inline constexpr std::int64_t kTablesPerStore = 33;
// Of each further kind that is mirrored, besides.
inline constexpr std::int64_t kTablesPerFurtherKind = 3;
inline std::int64_t tables_per_store(std::span<const model::Kind> kinds) {
  return kTablesPerStore +
         kTablesPerFurtherKind * static_cast<std::int64_t>(kinds.size() - model::standard_kinds().size());
}
// The GridFS bucket of media's bytes: MongoDB's default one, so that mongofiles finds it without options.
inline constexpr std::string_view kBlobs = "fs.files", kBlobChunks = "fs.chunks";
// A collection with more documents than this gets an index for every filter and sort.
inline constexpr std::int64_t kLargeCollection = 2'000;
// Of the lists of indexes: a store whose indexes are of an earlier one gets the new ones.
inline constexpr std::int64_t kIndexVersion = 2;

// Makes what is missing of the standard collections and their first indexes.
Result<> make_database(Session& session, const std::string& database);
// The collection of a further kind: made when a store is first opened while the kind is mirrored, and stays.
Result<> make_kind(Session& session, const std::string& database, model::Kind kind);
// The bucket of media's bytes, with GridFS's own indexes.
Result<> make_bucket(Session& session, const std::string& database);
// The indexes that a large collection of the kind needs besides. Blocks until they are built.
Result<> make_large_indexes(Session& session, const std::string& database, model::Kind kind);

}  // namespace stoa::storage::mongo
