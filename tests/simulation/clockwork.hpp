// The world's own civil time: texts of partitions made and read without lib/core, so that a mistake there is not made twice. Pure.
#pragma once

#include "can_simulator/civil.hpp"

#include <cstdint>

namespace partmark::testing {

// The simulator counts partitions from origins of its own; this is its number of lib/core's partition 0.
[[nodiscard]] inline std::int64_t civil_origin(granularity unit) {
  switch (unit) {
    case granularity::month:
      return std::int64_t{1970} * 12;
    case granularity::quarter:
      return std::int64_t{1970} * 4;
    case granularity::year:
      return 1970;
    default:
      return 0;
  }
}

}  // namespace partmark::testing
