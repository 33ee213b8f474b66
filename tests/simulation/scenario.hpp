// What of a world is drawn before it begins: its deeds, each with a moment and a stream of chance of its own, and what a person wishes to
// see of it. Pure values.
#pragma once

#include "agenda.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace partmark::testing {

enum class deed_kind : std::uint8_t {
  rows,      // jobs record
  triggers,  // source jobs record
  burn,      // an ignored insert takes a sequence number
  weather,
  crash,
  disk,     // is full for a while
  journal,  // is away for a while
  clock,    // the wall clock jumps
  suspend,  // the steady clock stands still, the world does not
  stall,    // time goes by, the daemon gets none of it
  revoke,   // the platform forgets a token
  by_hand,  // somebody else changes the platform's marks
  reload,
  pause,
  retry,
  resync,
  refold,
  drift,
  // What lasts all the time.
  ports,   // the journal's and the state's steps fail
  deaths,  // the daemon dies within a step
  poison,  // the platform refuses partitions, plans or tables for good
  end_,
};

inline constexpr std::array<std::string_view, static_cast<std::size_t>(deed_kind::end_)> deed_names = {
    "rows",    "triggers", "burn",  "weather", "crash",  "disk",   "journal", "clock", "suspend", "stall", "revoke",
    "by_hand", "reload",   "pause", "retry",   "resync", "refold", "drift",   "ports", "deaths",  "poison"};

struct deed {
  moment at{0};
  deed_kind kind = deed_kind::rows;
};

struct world_wish {
  std::uint64_t seed = 1;
  std::uint64_t kinds_left_out = 0;                             // a bit a deed_kind
  std::vector<std::pair<std::size_t, std::size_t>> left_out{};  // deeds by number, both ends included
  // A check that is broken on purpose: such a deed fails once a plan is stored. For trying out the shrinker.
  std::optional<deed_kind> trap{};

  [[nodiscard]] bool leaves_out(std::size_t number) const {
    for (const auto& [first, last] : left_out)
      if (first <= number && number <= last) return true;
    return false;
  }
};

}  // namespace partmark::testing
