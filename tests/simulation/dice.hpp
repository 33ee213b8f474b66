// All chance of one simulated world, from its seed. Owned by the world; one thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace partmark::testing {

class dice {
 public:
  explicit dice(std::uint64_t seed) : source_(seed) {}

  // Uniform, both ends included.
  std::int64_t between(std::int64_t least, std::int64_t most) {
    return least + static_cast<std::int64_t>(source_() % static_cast<std::uint64_t>(most - least + 1));
  }
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(source_() % n); }
  bool chance(int percent) { return between(1, 100) <= percent; }

  std::chrono::microseconds time(std::chrono::microseconds least, std::chrono::microseconds most) {
    return std::chrono::microseconds(between(least.count(), most.count()));
  }

  template <class T>
  const T& pick(const std::vector<T>& of) {
    return of[below(of.size())];
  }

 private:
  std::mt19937_64 source_;
};

}  // namespace partmark::testing
