#include "testing/fakes.h"

#include <stdlib.h>

#include "base/result.h"

namespace stoa::testing {

Time ManualClock::wall() const {
  const std::lock_guard lock(mutex_);
  return wall_;
}
Tick ManualClock::mono() const {
  const std::lock_guard lock(mutex_);
  return mono_;
}
void ManualClock::advance(std::chrono::microseconds by) {
  const std::lock_guard lock(mutex_);
  wall_ += by;
  mono_ += by;
}
void ManualClock::set_wall(Time time) {
  const std::lock_guard lock(mutex_);
  wall_ = time;
}

void SeededRandom::fill(std::span<unsigned char> out) {
  const std::lock_guard lock(mutex_);
  for (auto& byte : out) byte = static_cast<unsigned char>(engine_());
}

TempDir::TempDir() {
  auto pattern = (std::filesystem::temp_directory_path() / "stoa-test-XXXXXX").string();
  STOA_CHECK(mkdtemp(pattern.data()) != nullptr, "no temporary folder");
  path_ = pattern;
}
TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace stoa::testing
