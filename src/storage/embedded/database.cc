#include "storage/embedded/database.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstring>

namespace stoa::storage::embedded {
namespace {

std::unexpected<Error> system_failure(std::string_view what, const std::filesystem::path& path) {
  const int code = errno;
  return fail(error(Code::unavailable, "{} {}: {}", what, path.string(), std::strerror(code))
                  .because(code == ENOSPC || code == EDQUOT ? "storage-full" : "storage-io"));
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int operator*() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_;
};

// Looks at the header alone, so that a foreign file is not even opened as a database. It stands there since the file
// was made.
Result<> check_application(const std::filesystem::path& path, const Format& format) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return system_failure("open", path);
  std::array<unsigned char, 100> header{};
  const auto size = ::pread(*file, header.data(), header.size(), 0);
  if (size < 0) return system_failure("read", path);
  const auto id = static_cast<std::int32_t>(std::uint32_t{header[68]} << 24 | std::uint32_t{header[69]} << 16 |
                                            std::uint32_t{header[70]} << 8 | header[71]);
  if (size != static_cast<ssize_t>(header.size()) || std::memcmp(header.data(), "SQLite format 3", 16) != 0 ||
      id != format.application_id)
    return fail(error(Code::conflict, "{}: not a file of stoa's: application id {:#x}, wanted {:#x}", path.string(), id,
                      format.application_id)
                    .because(format.not_ours));
  return {};
}

Result<> check_version(Connection& db, const std::filesystem::path& path, const Format& format) {
  auto query = db.query("PRAGMA user_version");
  STOA_TRY(query.next());
  if (query.number(0) > format.version)
    return fail(error(Code::corrupt, "{}: format version {}, wanted at most {}: made by a newer stoa", path.string(),
                      query.number(0), format.version)
                    .because("format-too-new"));
  if (query.number(0) != format.version)
    return fail(error(Code::corrupt,
                      "{}: format version {}, wanted {}: made by an older stoa; go on with that one, or remove what it "
                      "made and mirror it anew",
                      path.string(), query.number(0), format.version)
                    .because("format-unknown"));
  return {};
}

Result<> write_all(int fd, std::string_view bytes, const std::filesystem::path& path) {
  while (!bytes.empty()) {
    const auto written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return system_failure("write", path);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fsync(fd) != 0) return system_failure("fsync", path);
  return {};
}

}  // namespace

// ---- opening

Result<std::unique_ptr<Database>> Database::open(const std::filesystem::path& path, const Format& format,
                                                 std::size_t readers_max) {
  STOA_TRY(check_application(path, format));
  STOA_TRY_ASSIGN(auto writer, Connection::open(path, Connection::Mode::writer));
  STOA_TRY(check_version(writer, path, format));
  return std::unique_ptr<Database>(new Database(path, std::move(writer), readers_max));
}

Database::~Database() {
  // Readers first: the writer is then the last to close, and checkpoints.
  STOA_CHECK(readers_.size() == readers_open_, "a database is closed while it is read");
  readers_.clear();
}

// ---- writing

Writing::~Writing() {
  if (lock_.owns_lock() && db_->in_transaction()) (void)db_->query("ROLLBACK").run();
}
Result<> Writing::commit() { return db_->query("COMMIT").run(); }

Result<Writing> Database::write() {
  Writing writing(std::unique_lock<std::mutex>(write_mutex_), writer_);
  STOA_TRY(writer_.query("BEGIN").run());
  return writing;
}

Result<> Database::commit_together(const Work& work) {
  Waiting mine{work};
  std::unique_lock lock(waiting_mutex_);
  waiting_.push_back(&mine);
  // One caller commits for all who have come by then; the others wait, and those who come meanwhile are the next group.
  while (!mine.done) {
    if (committing_) {
      committed_.wait(lock);
      continue;
    }
    committing_ = true;
    lock.unlock();
    std::unique_lock writing(write_mutex_);
    lock.lock();
    const auto group = std::exchange(waiting_, {});
    lock.unlock();
    commit_group(group);
    writing.unlock();
    lock.lock();
    for (auto* waiting : group) waiting->done = true;
    committing_ = false;
    committed_.notify_all();
  }
  return std::move(mine.result);
}

void Database::commit_group(std::span<Waiting* const> group) {
  auto outcome = writer_.exec("PRAGMA synchronous=FULL");
  if (outcome) outcome = run_group(group);
  if (!outcome && writer_.in_transaction()) (void)writer_.query("ROLLBACK").run();
  (void)writer_.exec("PRAGMA synchronous=NORMAL");
  if (outcome) return;
  for (auto* waiting : group) waiting->result = outcome;
}

Result<> Database::run_group(std::span<Waiting* const> group) {
  STOA_TRY(writer_.query("BEGIN").run());
  for (auto* waiting : group) {
    STOA_TRY(writer_.query("SAVEPOINT one").run());
    waiting->result = waiting->work(writer_);
    // A full disk may have undone the whole transaction: then nobody's work stands.
    if (!waiting->result && !writer_.in_transaction()) return waiting->result;
    if (!waiting->result) STOA_TRY(writer_.query("ROLLBACK TO one").run());
    STOA_TRY(writer_.query("RELEASE one").run());
  }
  return writer_.query("COMMIT").run();
}

Result<> Database::truncate_log() {
  const std::lock_guard writing(write_mutex_);
  return writer_.query("PRAGMA wal_checkpoint(TRUNCATE)").run();
}

void Database::release_memory() {
  const std::lock_guard writing(write_mutex_);
  writer_.release_memory();
}

// ---- reading

Database::Reading::~Reading() {
  if (database_ == nullptr) return;
  {
    const std::lock_guard lock(database_->read_mutex_);
    database_->readers_.push_back(std::move(db_));
  }
  database_->reader_back_.notify_one();
}

Result<Database::Reading> Database::read() {
  std::unique_lock lock(read_mutex_);
  reader_back_.wait(lock, [this] { return !readers_.empty() || readers_open_ < readers_max_; });
  if (!readers_.empty()) {
    auto reader = std::move(readers_.back());
    readers_.pop_back();
    return Reading(*this, std::move(reader));
  }
  STOA_TRY_ASSIGN(auto opened, Connection::open(path_, Connection::Mode::reader));
  ++readers_open_;
  return Reading(*this, std::make_unique<Connection>(std::move(opened)));
}

// ---- making

Result<> make_file(const std::filesystem::path& path, std::string_view bytes, std::string_view taken) {
  const auto draft = std::filesystem::path(path).concat(".new");
  {
    const Descriptor file(::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file) return system_failure("create", draft);
    if (auto written = write_all(*file, bytes, draft); !written) {
      ::unlink(draft.c_str());
      return written;
    }
  }
  if (::renameat2(AT_FDCWD, draft.c_str(), AT_FDCWD, path.c_str(), RENAME_NOREPLACE) != 0) {
    const int code = errno;
    ::unlink(draft.c_str());
    errno = code;
    if (code == EEXIST)
      return fail(
          error(Code::conflict, "{}: there is a file already that stoa did not make", path.string()).because(taken));
    return system_failure("rename", draft);
  }
  const Descriptor folder(::open(path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder || ::fsync(*folder) != 0) return system_failure("fsync", path.parent_path());
  return {};
}

}  // namespace stoa::storage::embedded
