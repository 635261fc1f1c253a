#include "media/image_worker.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "base/log.h"
#include "media/image_child.h"

namespace stoa::media {
namespace {

constexpr std::array<std::int64_t, 18> kLadder{64,  128,  192,  256,  320,  384,  480,  640,  768,
                                               960, 1080, 1280, 1536, 1920, 2048, 2560, 3072, kWidthMax};

class Fd {
 public:
  explicit Fd(int fd) : fd_(fd) {}
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  const int fd_;
};

std::unexpected<Error> no_child(std::string_view what, int status) {
  return fail(error(Code::unavailable, "media: image worker: {}: {}", what, std::generic_category().message(status))
                  .because("images-unavailable"));
}

Result<> fill(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto count = ::write(fd, bytes.data(), bytes.size());
    if (count < 0) return no_child("write", errno);
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  ::lseek(fd, 0, SEEK_SET);
  return {};
}

Result<std::string> contents(int fd) {
  struct stat info{};
  if (::fstat(fd, &info) != 0) return no_child("stat", errno);
  std::string out(static_cast<std::size_t>(info.st_size), '\0');
  for (std::size_t at = 0; at < out.size();) {
    const auto count = ::pread(fd, out.data() + at, out.size() - at, static_cast<off_t>(at));
    if (count <= 0) return no_child("read", errno);
    at += static_cast<std::size_t>(count);
  }
  return out;
}

// The child has stdin, stdout, nothing else of ours: no descriptor, no variable, no blocked signal.
Result<pid_t> spawn(const std::string& program, const std::vector<std::string>& arguments, int input, int output) {
  posix_spawn_file_actions_t files;
  posix_spawnattr_t how;
  posix_spawn_file_actions_init(&files);
  posix_spawnattr_init(&how);
  posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
  sigset_t none, usual;
  sigemptyset(&none);
  sigemptyset(&usual);
  sigaddset(&usual, SIGPIPE);
  posix_spawnattr_setsigmask(&how, &none);
  posix_spawnattr_setsigdefault(&how, &usual);
  posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  std::vector<char*> words;
  for (const auto& argument : arguments) words.push_back(const_cast<char*>(argument.c_str()));
  words.push_back(nullptr);
  // One arena and one thread: the limit on address space is for the image.
  std::array<std::string, 3> variables{"MALLOC_ARENA_MAX=1", "VIPS_CONCURRENCY=1", "LC_ALL=C.UTF-8"};
  std::array<char*, 4> environment{variables[0].data(), variables[1].data(), variables[2].data(), nullptr};
  pid_t child = 0;
  const int status = posix_spawn(&child, program.c_str(), &files, &how, words.data(), environment.data());
  posix_spawn_file_actions_destroy(&files);
  posix_spawnattr_destroy(&how);
  if (status != 0) return no_child("start", status);
  return child;
}

// Its status as waitpid gives it; killed when it is not done in time.
int wait_for(pid_t child, std::chrono::milliseconds time) {
  const Fd handle(static_cast<int>(::syscall(SYS_pidfd_open, child, 0)));
  pollfd ended{.fd = handle.get(), .events = POLLIN, .revents = 0};
  // A signal may cut the wait short: then the child loses what was left of its time.
  if (handle.get() < 0 || ::poll(&ended, 1, static_cast<int>(time.count())) != 1) ::kill(child, SIGKILL);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

std::unexpected<Error> verdict(int status) {
  if (WIFEXITED(status)) {
    switch (static_cast<ChildExit>(WEXITSTATUS(status))) {
      case ChildExit::broken:
        return fail(error(Code::invalid, "media: the image cannot be decoded").because("broken-image"));
      case ChildExit::pixels:
        return fail(
            error(Code::invalid, "media: the image has more pixels than media.pixels_max").because("too-many-pixels"));
      case ChildExit::no_libvips:
        return fail(error(Code::unavailable, "media: libvips is not installed: install the package libvips42")
                        .because("no-libvips"));
      default: break;
    }
    log::warn("media: an image worker failed", {{"exit", std::to_string(WEXITSTATUS(status))}});
  } else {
    log::warn("media: an image worker was killed", {{"signal", std::to_string(WTERMSIG(status))}});
  }
  return fail(error(Code::invalid, "media: the image took too much time or memory").because("worker-killed"));
}

}  // namespace

std::int64_t ladder_width(std::int64_t wanted) {
  const auto* step = std::ranges::lower_bound(kLadder, wanted);
  return step == kLadder.end() ? kWidthMax : *step;
}

// The right to run a child. Given in no particular order: all of them are short.
class ImageWorker::Turn {
 public:
  explicit Turn(ImageWorker& worker) : worker_(worker) {}
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  ~Turn() {
    if (!taken_) return;
    {
      const std::lock_guard lock(worker_.mutex_);
      --worker_.running_;
    }
    worker_.free_.notify_one();
  }
  Result<> take() {
    std::unique_lock lock(worker_.mutex_);
    const auto& options = worker_.options_;
    if (worker_.running_ >= options.workers_max && worker_.waiting_ >= options.waiting_max)
      return fail(error(Code::throttled, "media: too many images are being resized: ask again")
                      .because("images-busy")
                      .after(std::chrono::seconds(1)));
    ++worker_.waiting_;
    worker_.free_.wait(lock, [&] { return worker_.running_ < options.workers_max; });
    --worker_.waiting_;
    ++worker_.running_;
    taken_ = true;
    return {};
  }

 private:
  ImageWorker& worker_;
  bool taken_ = false;
};

ImageWorker::ImageWorker(const Options& options, std::filesystem::path program)
    : options_(options), program_(std::move(program)) {}

Result<Resized> ImageWorker::resize(std::string_view image, const Resize& wanted) {
  Turn turn(*this);
  STOA_TRY(turn.take());
  const Fd input(::memfd_create("image", MFD_CLOEXEC)), output(::memfd_create("resized", MFD_CLOEXEC));
  if (input.get() < 0 || output.get() < 0) return no_child("memfd", errno);
  STOA_TRY(fill(input.get(), image));
  const auto cpu_seconds = std::max<std::int64_t>(1, options_.worker_timeout.count() / 2'000);
  const std::vector<std::string> arguments{"stoa",
                                           std::string(kImageChild),
                                           std::to_string(wanted.width),
                                           std::string(wanted.format),
                                           std::to_string(options_.pixels_max),
                                           std::to_string(options_.worker_bytes_max),
                                           std::to_string(cpu_seconds)};
  STOA_TRY_ASSIGN(const auto child, spawn(program_, arguments, input.get(), output.get()));
  const int status = wait_for(child, options_.worker_timeout);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != static_cast<int>(ChildExit::done)) return verdict(status);
  STOA_TRY_ASSIGN(auto bytes, contents(output.get()));
  const std::string_view type = wanted.format == "webp"   ? "image/webp"
                                : wanted.format == "jpeg" ? "image/jpeg"
                                : wanted.format == "png"  ? "image/png"
                                                          : "image/gif";
  return Resized{.bytes = std::move(bytes), .type = type};
}

}  // namespace stoa::media
