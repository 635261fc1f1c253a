// The bytes of media, in a GridFS bucket (docs/formats/mongodb.md): the file's `_id` and name is the SHA-256. Chunks
// are written first and the file's row last, so that a row stands for whole bytes; and a row goes in one transaction
// with its chunks, so that who sees no row may write chunks.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <set>

#include "storage/mongo/change.h"
#include "storage/mongo/layout.h"
#include "storage/mongo/store.h"

namespace stoa::storage::mongo {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kChunkBytes = 255 * 1024;  // as every driver has it
constexpr std::int64_t kChunksAtOnce = 16;        // 4 MB a command
// Chunks of the name that an upload is to have: older ones were left by one that a crash cut short. Less than the hour
// of forget_cut_uploads(), so that it never finds old chunks in an upload under way.
constexpr std::chrono::minutes kLeftAfter{30};
constexpr std::int64_t kNamesAtOnce = 250;

std::unexpected<Error> spool_failure(std::string_view what, const fs::path& path, int status) {
  return fail(
      error(Code::unavailable, "blob: {} {}: {}", what, path.string(), std::strerror(status)).because("storage-io"));
}

// A file of the spool, open for reading.
class SpoolFile {
 public:
  explicit SpoolFile(const fs::path& path) : path_(path), fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  SpoolFile(const SpoolFile&) = delete;
  SpoolFile& operator=(const SpoolFile&) = delete;
  ~SpoolFile() {
    if (fd_ >= 0) ::close(fd_);
  }
  Result<std::int64_t> size() const {
    struct stat info{};
    if (fd_ < 0 || ::fstat(fd_, &info) != 0) return spool_failure("open", path_, errno);
    return info.st_size;
  }
  Result<> read(std::int64_t offset, std::span<std::uint8_t> into) const {
    for (std::size_t at = 0; at < into.size();) {
      const auto count = ::pread(fd_, into.data() + at, into.size() - at, offset + static_cast<std::int64_t>(at));
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) return spool_failure("read", path_, count == 0 ? EIO : errno);
      at += static_cast<std::size_t>(count);
    }
    return {};
  }

 private:
  const fs::path& path_;
  const int fd_;
};

BlobInfo info_from(Bson row) {
  const auto at = find(row, "uploadDate");
  return {.sha256 = std::string(text_at(row, "_id")),
          .size = number_at(row, "length"),
          .stored_at = Time(std::chrono::milliseconds(at ? at->date().value_or(0) : 0))};
}

// Chunks `first` to before `end` of the file. Those of an earlier try that a crash cut short are written over.
Result<> write_chunks(Session& session, const std::string& database, const std::string& sha256, const SpoolFile& file,
                      std::pair<std::int64_t, std::int64_t> range, std::int64_t size) {
  std::vector<std::uint8_t> bytes;
  BsonWriter command;
  command.utf8("update", kBlobChunks).begin_array("updates");
  for (auto n = range.first; n < range.second; ++n) {
    bytes.resize(static_cast<std::size_t>(std::min(kChunkBytes, size - n * kChunkBytes)));
    STOA_TRY(file.read(n * kChunkBytes, bytes));
    command.begin_document(kItem).begin_document("q").utf8("files_id", sha256);
    command.int32("n", static_cast<std::int32_t>(n)).end();
    command.begin_document("u").begin_document("$set").binary("data", bytes).end().end();
    command.boolean("upsert", true).end();
  }
  command.end();
  STOA_TRY(session.write(database, command.finish()));
  return {};
}

// Takes those that have a row, and so are whole, out of the names.
Result<> take_out_whole(Session& session, const std::string& database, std::set<std::string>& names) {
  if (names.empty()) return {};
  BsonWriter command;
  command.utf8("find", kBlobs).begin_document("filter").begin_document("_id").begin_array("$in");
  for (const auto& name : names) command.utf8(kItem, name);
  command.end().end().end().begin_document("projection").int32("_id", 1).end();
  const auto read = [&](Bson row) -> Result<bool> {
    names.erase(std::string(text_at(row, "_id")));
    return true;
  };
  STOA_TRY(session.find(database, command.finish(), read));
  return {};
}

// Deletes the chunks of those names that were made before then: an ObjectId begins with its second.
Result<> delete_chunks(Session& session, const std::string& database, const std::set<std::string>& names,
                       Time made_before) {
  if (names.empty()) return {};
  const auto second = std::chrono::floor<std::chrono::seconds>(made_before).time_since_epoch().count();
  std::array<std::uint8_t, 12> first{};
  for (std::size_t i = 0; i < 4; ++i) first[i] = static_cast<std::uint8_t>(second >> (24 - 8 * i));
  BsonWriter command;
  command.utf8("delete", kBlobChunks).begin_array("deletes").begin_document(kItem).begin_document("q");
  command.begin_document("files_id").begin_array("$in");
  for (const auto& name : names) command.utf8(kItem, name);
  command.end().end().begin_document("_id").value("$lt", {BsonType::object_id, first}).end().end();
  command.int32("limit", 0).end().end();
  STOA_TRY(session.write(database, command.finish()));
  return {};
}

}  // namespace

Result<fs::path> MongoStore::spool() {
  STOA_TRY_ASSIGN(const auto use, this->use());
  auto folder = shelf_->media / database_ / "spool";
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed) return spool_failure("make folder", folder, failed.value());
  return folder;
}

Result<> MongoStore::make_bucket_once(Session& session) {
  if (has_bucket_) return {};
  // Not into a database that another process has dropped meanwhile: that would make it again.
  STOA_TRY_ASSIGN(const auto state, read_state(session, database_));
  if (state.incarnation != entry()->shop.incarnation)
    return fail(error(Code::not_found, "store {}: its database is gone", key_.str()).because("store-not-found"));
  STOA_TRY(make_bucket(session, database_));
  has_bucket_ = true;
  return {};
}

Result<> MongoStore::put_blob(const std::string& sha256, const fs::path& path) {
  if (!is_blob_name(sha256)) return no_such_blob();
  STOA_TRY_ASSIGN(const auto use, this->use());
  STOA_TRY_ASSIGN(auto session, this->session(Lane::bulk));
  STOA_TRY_ASSIGN(const auto there, find_blob(session, sha256));
  if (!there) {
    const SpoolFile file(path);
    STOA_TRY_ASSIGN(const auto size, file.size());
    STOA_TRY(make_bucket_once(session));
    STOA_TRY(delete_chunks(session, database_, {sha256}, shelf_->clock.wall() - kLeftAfter));
    const auto chunks = (size + kChunkBytes - 1) / kChunkBytes;
    for (std::int64_t n = 0; n < chunks; n += kChunksAtOnce)
      STOA_TRY(write_chunks(session, database_, sha256, file, {n, std::min(n + kChunksAtOnce, chunks)}, size));
    BsonWriter command;
    command.utf8("update", kBlobs).begin_array("updates").begin_document(kItem);
    command.begin_document("q").utf8("_id", sha256).end().begin_document("u").begin_document("$setOnInsert");
    command.int64("length", size).int32("chunkSize", kChunkBytes).utf8("filename", sha256);
    command.date("uploadDate", shelf_->clock.wall()).end().end().boolean("upsert", true).end().end();
    STOA_TRY(session.write(database_, command.finish()));
  }
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return spool_failure("remove", path, errno);
  return {};
}

Result<std::optional<BlobInfo>> MongoStore::find_blob(Session& session, const std::string& sha256) {
  STOA_TRY_ASSIGN(const auto row, session.find_one(database_, kBlobs, "_id", sha256));
  if (!row) return std::nullopt;
  return info_from(row.bson());
}

Result<std::optional<BlobInfo>> MongoStore::blob(const std::string& sha256) {
  if (!is_blob_name(sha256)) return std::nullopt;
  STOA_TRY_ASSIGN(const auto use, this->use());
  STOA_TRY_ASSIGN(auto session, this->session(Lane::interactive));
  return find_blob(session, sha256);
}

Result<std::string> MongoStore::read_blob(const std::string& sha256, std::int64_t offset, std::size_t bytes_max) {
  if (!is_blob_name(sha256)) return no_such_blob();
  STOA_TRY_ASSIGN(const auto use, this->use());
  STOA_TRY_ASSIGN(auto session, this->session(Lane::interactive));
  STOA_TRY_ASSIGN(const auto blob, find_blob(session, sha256));
  if (!blob) return no_such_blob();
  const auto wanted = std::min(static_cast<std::int64_t>(bytes_max), blob->size - offset);
  if (wanted <= 0) return std::string();
  const auto first = offset / kChunkBytes, last = (offset + wanted - 1) / kChunkBytes;
  BsonWriter command;
  command.utf8("find", kBlobChunks).begin_document("filter").utf8("files_id", sha256);
  command.begin_document("n").int32("$gte", static_cast<std::int32_t>(first));
  command.int32("$lte", static_cast<std::int32_t>(last)).end().end().begin_document("sort").int32("n", 1).end();
  std::string out;
  out.reserve(static_cast<std::size_t>(wanted));
  auto next = first;
  const auto read = [&](Bson row) -> Result<bool> {
    const auto data = mongo::find(row, "data");
    const auto bytes = data ? data->binary().value_or(Bson()) : Bson();
    if (number_at(row, "n") != next || std::ssize(bytes) != std::min(kChunkBytes, blob->size - next * kChunkBytes))
      return false;
    const auto skip = static_cast<std::size_t>(next == first ? offset - first * kChunkBytes : 0);
    const auto take = std::min(bytes.size() - skip, static_cast<std::size_t>(wanted) - out.size());
    out.append(reinterpret_cast<const char*>(bytes.data()) + skip, take);
    ++next;
    return true;
  };
  STOA_TRY(session.find(database_, command.finish(), read));
  if (std::ssize(out) == wanted) return out;
  // Erased since its row was read; or someone else's hand was in the bucket.
  STOA_TRY_ASSIGN(const auto still, find_blob(session, sha256));
  if (!still) return no_such_blob();
  return fail(error(Code::corrupt, "blob {}: its chunk {} is missing or of another size", sha256, next)
                  .because("blob-damaged"));
}

Result<std::vector<BlobInfo>> MongoStore::blobs(const std::string& after, std::size_t limit) {
  STOA_TRY_ASSIGN(const auto use, this->use());
  STOA_TRY_ASSIGN(auto session, this->session(Lane::bulk));
  std::vector<BlobInfo> all;
  if (limit == 0) return all;  // to MongoDB that is no limit
  BsonWriter command;
  command.utf8("find", kBlobs).begin_document("filter").begin_document("_id").utf8("$gt", after).end().end();
  command.begin_document("sort").int32("_id", 1).end().int64("limit", static_cast<std::int64_t>(limit));
  const auto read = [&](Bson row) -> Result<bool> {
    all.push_back(info_from(row));
    return true;
  };
  STOA_TRY(session.find(database_, command.finish(), read));
  return all;
}

Result<> MongoStore::erase_blob(const std::string& sha256) {
  if (!is_blob_name(sha256)) return {};
  STOA_TRY_ASSIGN(const auto use, this->use());
  STOA_TRY_ASSIGN(auto session, this->session(Lane::bulk));
  return session.transaction([&]() -> Result<> {
    BsonWriter command;
    command.utf8("delete", kBlobs).begin_array("deletes").begin_document(kItem);
    command.begin_document("q").utf8("_id", sha256).end().int32("limit", 1).end().end();
    STOA_TRY_ASSIGN(const auto reply, session.write(database_, command.finish()));
    if (number_at(reply.bson(), "n") == 0) return {};  // chunks without a row are a download's under way
    command.reset();
    command.utf8("delete", kBlobChunks).begin_array("deletes").begin_document(kItem);
    command.begin_document("q").utf8("files_id", sha256).end().int32("limit", 0).end().end();
    STOA_TRY(session.write(database_, command.finish()));
    return {};
  });
}

Result<std::vector<std::string>> MongoStore::lost_blobs(std::span<const std::string> names) {
  std::set<std::string> lost(names.begin(), names.end());
  STOA_TRY_ASSIGN(const auto use, this->use());
  STOA_TRY_ASSIGN(auto session, this->session(Lane::bulk));
  STOA_TRY(take_out_whole(session, database_, lost));
  return std::vector(lost.begin(), lost.end());
}

// Names are read from GridFS's own index alone; every upload writes its first chunk first.
Result<> MongoStore::forget_cut_uploads(Time begun_before) {
  STOA_TRY_ASSIGN(const auto use, this->use());
  STOA_TRY_ASSIGN(auto session, this->session(Lane::bulk));
  std::string after;
  for (;;) {
    BsonWriter command;
    command.utf8("find", kBlobChunks).begin_document("filter");
    command.begin_document("files_id").utf8("$gt", after).end().int32("n", 0).end();
    command.begin_document("projection").int32("_id", 0).int32("files_id", 1).end();
    command.begin_document("sort").int32("files_id", 1).end().int64("limit", kNamesAtOnce);
    std::set<std::string> names;
    const auto read = [&](Bson row) -> Result<bool> {
      names.emplace(text_at(row, "files_id"));
      return true;
    };
    STOA_TRY(session.find(database_, command.finish(), read));
    if (names.empty()) return {};
    after = *names.rbegin();
    STOA_TRY(take_out_whole(session, database_, names));
    STOA_TRY(delete_chunks(session, database_, names, begun_before));
  }
}

}  // namespace stoa::storage::mongo
