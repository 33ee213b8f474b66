// Time as values. Decisions receive a `now`; nothing in lib/core, lib/can or lib/reconcile asks a clock.
#pragma once

#include <chrono>

namespace partmark {

using milliseconds = std::chrono::milliseconds;
using steady_time = std::chrono::steady_clock::time_point;                             // for every delay
using system_time = std::chrono::time_point<std::chrono::system_clock, milliseconds>;  // for people and for HTTP dates only

struct now {
  steady_time steady;
  system_time system;
};

}  // namespace partmark
