// Cuts a failing world's schedule down to what it takes to fail.
#pragma once

#include "scenario.hpp"

namespace partmark::testing {

// Prints the command that replays the shortest schedule found which breaks in the same way. Exit code: 1 as the world is broken, 0 when it
// holds.
int shrink(const world_wish& wish);

}  // namespace partmark::testing
