// Stand-ins for the seams, for tests only: never linked into the server.
#pragma once

#include <filesystem>
#include <mutex>
#include <random>

#include "base/clock.h"
#include "base/random.h"

namespace stoa::testing {

// Time that moves only when told. Thread-safe. Starts at 2026-11-22T12:00:00Z.
class ManualClock final : public Clock {
 public:
  Time wall() const override;
  Tick mono() const override;
  void advance(std::chrono::microseconds by);
  void set_wall(Time time);  // jumps the wall clock only

 private:
  mutable std::mutex mutex_;
  Time wall_ = from_micros(1'795'348'800'000'000);
  Tick mono_{};
};

// Repeatable bytes from a seed. Thread-safe.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : engine_(seed) {}
  void fill(std::span<unsigned char> out) override;

 private:
  std::mutex mutex_;
  std::mt19937_64 engine_;
};

// A folder of its own under the system's temporary one, removed with everything in it.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace stoa::testing
