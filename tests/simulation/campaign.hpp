// Many worlds, in one process a core; and one world, told aloud.
#pragma once

#include "options.hpp"
#include "story.hpp"

#include <optional>
#include <string>

namespace partmark::testing {

struct world_end {
  std::string broken;  // empty: everything held
  world_story story;
  std::size_t deeds = 0;  // of the whole schedule, left out or not
};

[[nodiscard]] world_end run_world(const world_wish& wish, bool aloud);

// The exit codes of the program: 0 when everything held.
int campaign(const simulation_options& o);
int replay(const world_wish& wish);
// Whether the wall clock matters: the same worlds with and without its jumps must make the same calls at the same times.
int compare_clocks(const simulation_options& o);

}  // namespace partmark::testing
