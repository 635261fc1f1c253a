#include "media/image_child.h"

#include <dlfcn.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <vips/vips.h>

#include <array>
#include <string>

#include "base/text.h"

namespace stoa::media {
namespace {

// libvips as far as it is used here. Nothing is linked: a missing library is an exit status, not a failing start.
struct Vips {
  decltype(&vips_init) init;
  decltype(&vips_block_untrusted_set) block_untrusted_set;
  decltype(&vips_cache_set_max) cache_set_max;
  decltype(&vips_concurrency_set) concurrency_set;
  decltype(&vips_image_new_from_buffer) new_from_buffer;
  decltype(&vips_image_get_width) get_width;
  decltype(&vips_image_get_height) get_height;
  decltype(&vips_image_hasalpha) hasalpha;
  decltype(&vips_thumbnail_buffer) thumbnail_buffer;
  decltype(&vips_array_double_newv) array_double_newv;
  decltype(&vips_flatten) flatten;
  decltype(&vips_image_write_to_buffer) write_to_buffer;
};

template <class F>
bool bind(void* library, F& function, const char* name) {
  function = reinterpret_cast<F>(dlsym(library, name));
  return function != nullptr;
}

bool load(Vips& vips) {
  void* library = dlopen("libvips.so.42", RTLD_NOW | RTLD_GLOBAL);
  return library != nullptr && bind(library, vips.init, "vips_init") &&
         bind(library, vips.block_untrusted_set, "vips_block_untrusted_set") &&
         bind(library, vips.cache_set_max, "vips_cache_set_max") &&
         bind(library, vips.concurrency_set, "vips_concurrency_set") &&
         bind(library, vips.new_from_buffer, "vips_image_new_from_buffer") &&
         bind(library, vips.get_width, "vips_image_get_width") &&
         bind(library, vips.get_height, "vips_image_get_height") &&
         bind(library, vips.hasalpha, "vips_image_hasalpha") &&
         bind(library, vips.thumbnail_buffer, "vips_thumbnail_buffer") &&
         bind(library, vips.array_double_newv, "vips_array_double_newv") &&
         bind(library, vips.flatten, "vips_flatten") &&
         bind(library, vips.write_to_buffer, "vips_image_write_to_buffer");
}

void limit(__rlimit_resource what, rlim_t value) {
  const rlimit both{value, value};
  setrlimit(what, &both);
}

struct Job {
  std::int64_t width = 0;
  std::string format;
  std::int64_t pixels_max = 0;
  rlim_t bytes_max = 0, cpu_seconds = 0;
};

bool parse(int count, const char* const* words, Job& job) {
  if (count != 5) return false;
  const auto width = parse_int(words[0]), pixels = parse_int(words[2]), bytes = parse_int(words[3]),
             seconds = parse_int(words[4]);
  if (!width || *width < 1 || !pixels || !bytes || *bytes < 1 || !seconds || *seconds < 1) return false;
  job = {.width = *width,
         .format = words[1],
         .pixels_max = *pixels,
         .bytes_max = static_cast<rlim_t>(*bytes),
         .cpu_seconds = static_cast<rlim_t>(*seconds)};
  return job.format == "webp" || job.format == "jpeg" || job.format == "png" || job.format == "gif";
}

void confine(const Job& job) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_CPU, job.cpu_seconds);
  limit(RLIMIT_FSIZE, 64u << 20);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // their shadow alone is terabytes
  limit(RLIMIT_AS, job.bytes_max);
#endif
}

// From here on no new program, no network, no signal to others, no file opened for writing: EPERM. Best effort: a
// kernel without it still has the limits above.
void close_doors() {
#if defined(__x86_64__)
  constexpr auto kArch = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
  constexpr auto kArch = AUDIT_ARCH_AARCH64;
#endif
#if defined(__x86_64__) || defined(__aarch64__)
  constexpr std::array kDenied{
      SYS_execve,           SYS_execveat,          SYS_socket,   SYS_connect, SYS_bind,  SYS_ptrace, SYS_kill,
      SYS_process_vm_readv, SYS_process_vm_writev, SYS_unlinkat, SYS_mkdirat, SYS_mount, SYS_bpf,    SYS_io_uring_setup,
      SYS_keyctl,           SYS_renameat2};
  std::vector<sock_filter> program{
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kArch, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
  };
  const auto deny = [&](long call) {
    program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<unsigned>(call), 0, 1));
    program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM));
  };
  for (const long call : kDenied) deny(call);
  // openat with O_WRONLY or O_RDWR, the two lowest bits of its flags.
  program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat, 0, 3));
  program.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args) + 2 * sizeof(std::uint64_t)));
  program.push_back(BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 3, 0, 1));
  program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM));
  program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  const sock_fprog filter{.len = static_cast<unsigned short>(program.size()), .filter = program.data()};
  prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter);
#endif
}

// The whole of stdin, mapped.
std::string_view input() {
  struct stat info{};
  if (fstat(STDIN_FILENO, &info) != 0 || info.st_size <= 0) return {};
  const auto size = static_cast<std::size_t>(info.st_size);
  void* at = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, STDIN_FILENO, 0);
  return at == MAP_FAILED ? std::string_view() : std::string_view(static_cast<const char*>(at), size);
}

bool output(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto count = ::write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

const char* saver(std::string_view format) {
  if (format == "webp") return ".webp[Q=80,strip=true]";
  if (format == "jpeg") return ".jpg[Q=82,strip=true,optimize_coding=true]";
  if (format == "png") return ".png[strip=true]";
  return ".gif[strip=true]";
}

ChildExit run(const Vips& vips, const Job& job, std::string_view image) {
  // The header first: a picture too large is not begun.
  auto* data = const_cast<char*>(image.data());
  auto* header = vips.new_from_buffer(data, image.size(), "", nullptr);
  if (header == nullptr) return ChildExit::broken;
  if (std::int64_t{vips.get_width(header)} * vips.get_height(header) > job.pixels_max) return ChildExit::pixels;
  VipsImage* small = nullptr;
  // By width alone; upright as its EXIF says; its first frame.
  if (vips.thumbnail_buffer(data, image.size(), &small, static_cast<int>(job.width), "height", VIPS_MAX_COORD, "size",
                            VIPS_SIZE_DOWN, nullptr) != 0)
    return ChildExit::broken;
  if (job.format == "jpeg" && vips.hasalpha(small)) {
    VipsImage* opaque = nullptr;
    auto* white = vips.array_double_newv(3, 255.0, 255.0, 255.0);
    if (vips.flatten(small, &opaque, "background", white, nullptr) != 0) return ChildExit::broken;
    small = opaque;
  }
  void* bytes = nullptr;
  std::size_t size = 0;
  if (vips.write_to_buffer(small, saver(job.format), &bytes, &size, nullptr) != 0) return ChildExit::broken;
  return output({static_cast<const char*>(bytes), size}) ? ChildExit::done : ChildExit::no_room;
}

}  // namespace

int image_child(int count, const char* const* arguments) {
  Job job;
  if (!parse(count, arguments, job)) return static_cast<int>(ChildExit::usage);
  confine(job);
  Vips vips{};
  if (!load(vips) || vips.init("stoa") != 0) return static_cast<int>(ChildExit::no_libvips);
  vips.block_untrusted_set(TRUE);  // readers that are not made for hostile files: PDF, SVG, ImageMagick's
  vips.cache_set_max(0);
  vips.concurrency_set(1);
  close_doors();
  const auto image = input();
  const auto end = image.empty() ? ChildExit::broken : run(vips, job, image);
  // Without taking anything down: the process is over.
  _exit(static_cast<int>(end));
}

}  // namespace stoa::media
