// Opening the data folder: its lock, appconfig.sqlite, and what stands behind the Registry.
#include "storage/embedded/appconfig.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cstring>
#include <fstream>

#include "storage/embedded/schema.h"

namespace stoa::storage {
namespace embedded {
namespace {

constexpr std::size_t kAppconfigReaders = 2;

Result<> make_folder(const std::filesystem::path& folder) {
  std::error_code failed;
  if (std::filesystem::create_directories(folder, failed))
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all, failed);
  if (failed)
    return fail(
        error(Code::unavailable, "make folder {}: {}", folder.string(), failed.message()).because("storage-io"));
  return {};
}

// Names this run of the machine: it changes with every boot. Empty where the kernel does not tell.
std::string boot_id() {
  std::string id;
  std::getline(std::ifstream("/proc/sys/kernel/random/boot_id"), id);
  return id;
}

}  // namespace

Result<FolderLock> FolderLock::take(const std::filesystem::path& folder) {
  const auto path = folder / "lock";
  FolderLock lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (lock.fd_ < 0)
    return fail(error(Code::unavailable, "open {}: {}", path.string(), std::strerror(errno)).because("storage-io"));
  if (::flock(lock.fd_, LOCK_EX | LOCK_NB) != 0)
    return fail(error(Code::unavailable, "data folder {}: another process uses it, wanted it alone", folder.string())
                    .because("data-in-use"));
  return lock;
}

FolderLock::~FolderLock() {
  if (fd_ >= 0) ::close(fd_);
}

EmbeddedRegistry::EmbeddedRegistry(FolderLock lock, std::unique_ptr<Database> file, std::shared_ptr<Shelf> shelf,
                                   Random& random)
    : lock_(std::move(lock)), file_(std::move(file)), shelf_(std::move(shelf)), random_(random) {}

EmbeddedRegistry::~EmbeddedRegistry() {
  // A handle may be held longer: its file is closed before the folder's lock goes.
  for (const auto& store : map_.all()) store->shut();
}

}  // namespace embedded

Result<> EmbeddedOptions::validate() const {
  if (folder.empty()) return fail(Code::invalid, "storage: folder: empty, wanted a path");
  if (open_stores_max < 1 || open_stores_max > 100'000)
    return fail(Code::invalid, "storage: open_stores_max: {}, wanted 1 to 100000", open_stores_max);
  if (readers_per_store < 1 || readers_per_store > 64)
    return fail(Code::invalid, "storage: readers_per_store: {}, wanted 1 to 64", readers_per_store);
  return {};
}

Result<std::unique_ptr<Registry>> open_embedded(const EmbeddedOptions& options, const Clock& clock, Random& random) {
  using namespace embedded;
  STOA_TRY(options.validate());
  STOA_TRY(make_folder(options.folder));
  STOA_TRY_ASSIGN(auto lock, FolderLock::take(options.folder));
  STOA_TRY(make_folder(options.folder / "stores"));

  const auto path = options.folder / "appconfig.sqlite";
  if (!std::filesystem::exists(std::filesystem::symlink_status(path))) {
    STOA_TRY_ASSIGN(const auto image, appconfig_image());
    STOA_TRY(make_file(path, image, kAppconfigFormat.not_ours));
  }
  STOA_TRY_ASSIGN(auto file, Database::open(path, kAppconfigFormat, kAppconfigReaders));
  const std::shared_ptr<Shelf> shelf(new Shelf{options.folder / "stores", options.readers_per_store, options.kinds,
                                               boot_id(), clock, OpenStores(options.open_stores_max)});
  auto registry = std::make_unique<EmbeddedRegistry>(std::move(lock), std::move(file), shelf, random);
  STOA_TRY(registry->load());
  return registry;
}

}  // namespace stoa::storage
