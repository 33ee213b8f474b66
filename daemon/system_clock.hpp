// The clock of the real world: the one place that asks for the time.
#pragma once

#include "core/clock.hpp"

#include <string>

namespace partmark {

[[nodiscard]] inline now clock_now() {
  return {std::chrono::steady_clock::now(), std::chrono::floor<milliseconds>(std::chrono::system_clock::now())};
}

// Names this boot of the machine (/proc/sys/kernel/random/boot_id); "unknown" where there is none.
[[nodiscard]] std::string boot_id();

}  // namespace partmark
