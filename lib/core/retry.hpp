// How long to wait before the next try: exponential backoff with full jitter, without a limit on tries. Pure: the randomness is passed in.
#pragma once

#include "core/clock.hpp"

#include <cstdint>
#include <random>

namespace partmark {

// Injected and seeded, so that a run can be replayed.
using random_source = std::mt19937_64;

struct retry_settings {
  milliseconds initial{500};
  milliseconds max{std::chrono::minutes(5)};
  double multiplier = 2.0;  // >= 1.0
};

// min(max, initial * multiplier^tries), without jitter. `tries` counts the failures before this one: 0 after the first.
[[nodiscard]] milliseconds backoff_ceiling(const retry_settings& s, unsigned tries);

// Uniform in [0, backoff_ceiling]: many plans that failed together come back spread out.
[[nodiscard]] milliseconds backoff_delay(const retry_settings& s, unsigned tries, random_source& random);

}  // namespace partmark
