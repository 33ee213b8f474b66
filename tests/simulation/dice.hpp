// A stream of chance, all of it from a seed: the same on every machine and with every library. What happens in a world draws from many
// small streams, one for each deed and each call, so that leaving one out changes the others as little as can be. Pure; one thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>

namespace partmark::testing {

class dice {
 public:
  explicit dice(std::uint64_t seed) : state_(seed) {}
  // The stream that belongs to `a` and `b` in the world of `seed`.
  dice(std::uint64_t seed, std::uint64_t a, std::uint64_t b = 0) : state_(mixed(mixed(seed + 0x51ed'2701) ^ mixed(a)) ^ mixed(b + 77)) {}

  // Uniform, both ends included.
  std::int64_t between(std::int64_t least, std::int64_t most) {
    return least + static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(most - least + 1));
  }
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(next() % n); }
  bool chance(int percent) { return between(1, 100) <= percent; }

  std::chrono::microseconds time(std::chrono::microseconds least, std::chrono::microseconds most) {
    return std::chrono::microseconds(between(least.count(), most.count()));
  }

  template <class T, std::size_t N>
  const T& pick(const T (&of)[N]) {
    return of[below(N)];
  }
  template <class list>
  auto& pick(list& of) {
    return of[below(of.size())];
  }

  // splitmix64
  std::uint64_t next() { return mixed(state_ += 0x9e37'79b9'7f4a'7c15U); }
  [[nodiscard]] static std::uint64_t mixed(std::uint64_t z) {
    z = (z ^ (z >> 30)) * 0xbf58'476d'1ce4'e5b9U;
    z = (z ^ (z >> 27)) * 0x94d0'49bb'1331'11ebU;
    return z ^ (z >> 31);
  }

 private:
  std::uint64_t state_;
};

}  // namespace partmark::testing
