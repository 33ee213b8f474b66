// What a person or a script asks of the simulation. Pure.
#pragma once

#include "scenario.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace partmark::testing {

inline constexpr const char* usage =
    "usage: simulation_test [--first N] [--seeds N] [--jobs N]      runs worlds (also SEEDS=N); --clocks: with and without jumps of the "
    "wall clock\n"
    "       simulation_test --seed N [--without LIST] [--shrink]    one world, told aloud; LIST: numbers of deeds (3,7-19) and their kinds "
    "(crash)\n";

struct simulation_options {
  world_wish world;
  bool one = false;
  bool shrink = false;
  bool clocks = false;
  std::uint64_t first = 1;
  std::uint64_t count = 20'000;
  unsigned jobs = 0;  // 0: one a core
};

// The command line wins over the environment; nothing for what is not understood.
[[nodiscard]] std::optional<simulation_options> read_options(int argc, char** argv);

// `--seed 42 --without 3,7-19,crash`
[[nodiscard]] std::string to_text(const world_wish& wish);

}  // namespace partmark::testing
