// Downloads what the stores' media documents name, beside their syncs: looks for documents that are `pending`, fetches
// their bytes on a bounded pool of threads, keeps them in the store's blob space, and writes what came of it into the
// document: stored, failed or refused (media/record.h). All of its state is in the stores' databases, so a process that
// takes over goes on; a failing image fails nothing else. Thread-safe; one per process.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "base/metrics.h"
#include "media/download.h"
#include "media/record.h"
#include "storage/registry.h"

namespace stoa::media {

class Downloads {
 public:
  struct Deps {
    storage::Registry& registry;
    http::Client& client;  // for media alone: stop() stops it
    const Clock& clock;
    Metrics& metrics;
    std::function<bool()> may_work;  // memory: whether there is room on the disk
    // The store's lease (rule S11): with several processes the one that holds it downloads. take() and release() block.
    struct Lease {
      std::function<bool(const ClientKey&)> take, held;
      std::function<void(const ClientKey&)> release;
    } lease;
  };
  // `options` must outlive it.
  Downloads(Deps deps, const Options& options);
  ~Downloads();  // stop()

  void start();
  // Ends downloads under way (what came of them is kept for the next process) and writes what is known. Blocks for a
  // second or two.
  void stop();

  std::size_t running() const;
  std::size_t queued() const;

 private:
  struct Item {
    std::string id;
    Source source;
    std::size_t attempts = 0;
    Tick due{};  // not before
  };
  struct Outcome {
    std::string id, url;
    Record record;
  };
  // One store's downloads.
  struct Lane {
    std::shared_ptr<storage::StoreHandle> store;  // shared with the Registry
    std::deque<Item> ready;
    std::vector<Item> delayed;
    std::vector<Outcome> outcomes;  // to be written
    std::set<std::string> known;    // ids in any of the above, or being downloaded
    std::size_t busy = 0;
    std::optional<storage::Version> scanned;  // nothing was pending at that version but what is known
    bool looked = false;
    bool leased = false;
    Tick wait_until{};  // another process has the lease: not looked at before
    Tick sweep_due{};
  };

  void look_after();  // the thread that looks for work and writes what came of it
  void round();
  void look(const std::shared_ptr<storage::StoreHandle>& store, std::size_t& first_looks);
  static void forget_queued(Lane& lane);
  void settle_lease(const ClientKey& key);
  void sweep_if_due(const ClientKey& key, storage::StoreHandle& store);
  Result<> scan(const ClientKey& key, const std::shared_ptr<storage::StoreHandle>& store);
  Result<> write(storage::StoreHandle& store, const std::vector<Outcome>& outcomes);
  void flush(const ClientKey& key);
  Result<> sweep(storage::StoreHandle& store);
  void work();  // a downloading thread
  std::map<ClientKey, Lane>::iterator next_lane();
  // What came of one try; nothing when it is to be tried again, then `item` says when.
  std::optional<Record> download(storage::StoreHandle& store, Item& item);
  std::optional<Record> after_failure(const Error& error, const std::filesystem::path& file, Item& item);
  void count(std::string_view outcome);

  const Deps deps_;
  const Options& options_;
  Downloader downloader_;
  mutable std::mutex mutex_;
  std::condition_variable wake_workers_, wake_looker_;
  std::map<ClientKey, Lane> lanes_;
  ClientKey last_served_;
  std::size_t running_ = 0;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace stoa::media
