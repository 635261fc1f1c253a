// How much room a deployment has for more stores. WiredTiger keeps a file open for each table in use, and mongod aborts
// when it runs out of descriptors: so room is counted before a store is placed (mongodb.md 8.2). Blocks on the network.
#pragma once

#include "storage/mongo/driver.h"

namespace stoa::storage::mongo {

struct Room {
  std::int64_t tables = 0, tables_max = 0;  // of Stoa's stores; as configured
  std::int64_t files = 0, files_max = 0;    // open now, or as many as all stores in use would need; 0: not known
  std::int64_t idle_seconds = 0;            // wiredTigerFileHandleCloseIdleTime; 0: not known
  std::int64_t per_store = 1;               // tables that one more store may come to have
  bool may_look = true;                     // false: the account lacks the role clusterMonitor

  std::int64_t stores() const;  // that still fit; 0 or more
  std::string limit() const;    // what bounds it, and which setting moves it
};

// `per_store`: tables that a store may come to have, as Room has it.
Result<Room> measure(Session& session, std::int64_t stores_there, std::int64_t tables_max, std::int64_t per_store);

}  // namespace stoa::storage::mongo
