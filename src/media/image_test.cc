// Resizing in real children: this test program is its own worker.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <array>

#include "media/image_child.h"
#include "media/image_worker.h"
#include "media/media_fixture.h"
#include "media/sniff.h"

namespace stoa::media {
namespace {

class Images : public ::testing::Test {
 protected:
  std::string resized(const std::string& image, const Resize& wanted) {
    const auto made = worker_.resize(image, wanted);
    if (!made) return made.error().reason;
    const auto size = pixel_size(made->type, made->bytes);
    EXPECT_EQ(sniff_type(made->bytes), made->type);
    return fmt::format("{} {}x{}", made->type, size ? size->width : 0, size ? size->height : 0);
  }
  Options options_{.worker_timeout = std::chrono::seconds(20)};  // under sanitizers
  ImageWorker worker_{options_};
};

TEST_F(Images, ComeInTheFormatAskedFor) {
  const auto image = png_image(400, 200);
  EXPECT_EQ(resized(image, {.width = 128, .format = "webp"}), "image/webp 128x64");
  EXPECT_EQ(resized(image, {.width = 128, .format = "jpeg"}), "image/jpeg 128x64");
  EXPECT_EQ(resized(image, {.width = 128, .format = "png"}), "image/png 128x64");
  EXPECT_EQ(resized(image, {.width = 128, .format = "gif"}), "image/gif 128x64");
}

TEST_F(Images, AreNeverEnlarged) {
  EXPECT_EQ(resized(png_image(40, 20), {.width = 128, .format = "webp"}), "image/webp 40x20");
}

TEST_F(Images, TallOnesFollowTheirWidth) {
  EXPECT_EQ(resized(png_image(100, 900), {.width = 64, .format = "webp"}), "image/webp 64x576");
}

TEST_F(Images, ThatCannotBeDecodedEndOnlyTheirChild) {
  EXPECT_EQ(resized("not an image at all", {.width = 64, .format = "webp"}), "broken-image");
  EXPECT_EQ(resized("", {.width = 64, .format = "webp"}), "broken-image");
  EXPECT_EQ(resized(png_image(40, 20).substr(0, 30), {.width = 32, .format = "webp"}), "broken-image");
  // What is not made for hostile files is not even tried.
  EXPECT_EQ(resized("<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>", {.width = 64, .format = "png"}),
            "broken-image");
  EXPECT_EQ(resized("%PDF-1.4\n%%EOF", {.width = 64, .format = "png"}), "broken-image");
}

TEST_F(Images, WithTooManyPixelsAreNotDecoded) {
  EXPECT_EQ(resized(png_header(20'000, 20'000), {.width = 64, .format = "webp"}), "too-many-pixels");
}

TEST_F(Images, WorkersThatHangAreKilled) {
  const Options options{.worker_timeout = std::chrono::seconds(1)};
  ImageWorker worker(options, STOA_SOURCE_DIR "/src/media/README.md");
  EXPECT_EQ(worker.resize(png_image(2, 2), {.format = "webp"}).error().reason, "images-unavailable");
  ImageWorker hanging(options, "/proc/self/exe");
  EXPECT_EQ(hanging.resize("hang", {.format = "webp"}).error().reason, "worker-killed");
  EXPECT_EQ(hanging.resize("crash", {.format = "webp"}).error().reason, "worker-killed");
}

TEST_F(Images, ChildrenInheritNothing) {
  ::setenv("STOA_TEST_SECRET", "canary", 1);
  const auto seen = worker_.resize("look around", {.format = "png"});
  ASSERT_TRUE(seen.has_value()) << seen.error().what;
  EXPECT_EQ(seen->bytes, "fds 0 1 2 secret no\n");
}

TEST_F(Images, NotMoreThanSoManyAtOnce) {
  const Options options{.workers_max = 1, .waiting_max = 0, .worker_timeout = std::chrono::seconds(1)};
  ImageWorker worker(options);
  std::array<std::string, 2> reasons;
  {
    std::vector<std::jthread> callers;
    for (auto& reason : reasons)
      callers.emplace_back([&] { reason = worker.resize("hang", {.format = "webp"}).error().reason; });
  }
  std::ranges::sort(reasons);
  EXPECT_EQ(reasons[0], "images-busy");
  EXPECT_EQ(reasons[1], "worker-killed");
}

TEST(Ladder, WidthsAreRoundedUp) {
  EXPECT_EQ(ladder_width(1), 64);
  EXPECT_EQ(ladder_width(64), 64);
  EXPECT_EQ(ladder_width(65), 128);
  EXPECT_EQ(ladder_width(4'000), 4'096);
  EXPECT_EQ(ladder_width(9'999), 4'096);
}

// What a test lets the child do instead of its work.
std::optional<int> rehearse() {
  char text[16] = {};
  const auto size = ::pread(STDIN_FILENO, text, sizeof text, 0);
  const std::string_view wish(text, size < 0 ? 0 : static_cast<std::size_t>(size));
  if (wish == "hang")
    for (;;) ::pause();
  if (wish == "crash") ::raise(SIGKILL);
  if (wish != "look around") return std::nullopt;
  std::string seen = "fds";
  for (int fd = 0; fd < 1'024; ++fd)
    if (::fcntl(fd, F_GETFD) >= 0) seen += fmt::format(" {}", fd);
  bool secret = false;
  for (char** variable = environ; *variable != nullptr; ++variable)
    secret |= std::string_view(*variable).starts_with("STOA_TEST_SECRET");
  seen += secret ? " secret yes\n" : " secret no\n";
  return ::write(STDOUT_FILENO, seen.data(), seen.size()) < 0 ? 1 : 0;
}

}  // namespace
}  // namespace stoa::media

int main(int count, char** words) {
  if (count > 1 && words[1] == stoa::media::kImageChild)
    return stoa::media::rehearse().value_or(-1) >= 0 ? 0 : stoa::media::image_child(count - 2, words + 2);
  stoa::crypto_init();
  ::testing::InitGoogleTest(&count, words);
  return RUN_ALL_TESTS();
}
