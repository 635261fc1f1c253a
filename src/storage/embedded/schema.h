// The tables of both files, generated from model::spec where a kind is concerned, and the SQL texts that go with them.
// Pure; the texts live as long as the process. docs/formats/embedded.md and appconfig.md describe the result.
#pragma once

#include <string>

#include "model/kind.h"
#include "storage/embedded/database.h"

namespace stoa::storage::embedded {

inline constexpr Format kAppconfigFormat{0x53746f41, 1, "appconfig-not-ours"};  // "StoA"
inline constexpr Format kStoreFormat{0x53746f53, 4, "database-not-ours"};       // "StoS"

// The bytes of a new, empty file. The store's is built once: making a store is a copy.
Result<std::string> appconfig_image();
const Result<std::string>& store_image();
// DDL of what a kind has in a store's file. The image has it of the standard kinds; a further one's is added when a
// store is first opened while the kind is mirrored, and stays.
std::string kind_ddl(model::Kind kind);

// The statements of one kind's table. Parameters in the order their comments give.
struct KindSql {
  std::string table;                // quoted
  std::string terms;                // side table of `texts` fields, quoted; empty: the kind has none
  std::string guard;                // id → rid, hash, fetched_at, raw, then one column per texts field
  std::string insert;               // id, hash, raw, fetched_at, source, api_version, ver, index fields…, body
  std::string update;               // hash, raw, fetched_at, source, api_version, ver, index fields…, body, rid
  std::string erase;                // rid
  std::string add_term, drop_term;  // field, term, id
  std::string by_id, by_rid;        // id or rid → the columns of Stored
  std::string raw;                  // id → raw
  std::string unseen;               // pass rid → rid, id
  std::string fetched;              // rid → fetched_at
};
const KindSql& kind_sql(model::Kind kind);

// The column of an index field, quoted.
std::string column(std::string_view field);

}  // namespace stoa::storage::embedded
