// What becomes of one call on its way: when and how it ends for the caller, and when its effect lands, if ever. Pure.
#pragma once

#include "core/exchange.hpp"
#include "dice.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

namespace partmark::testing {

enum class weather : std::uint8_t {
  calm,
  rough,       // four calls in ten fail, each in its own way
  down,        // nobody answers
  locked_out,  // the credential is refused
  throttled,   // 429 and 503, with Retry-After
};

struct fate {
  exchange end;
  std::chrono::microseconds ends_after{0};
  std::optional<std::chrono::microseconds> lands_after;  // later than the end: a late apply, always within settle_time of it
  bool refusable = false;                                // the remote got to judge what the call says, and accepts unless it refuses that
};

[[nodiscard]] fate draw_fate(weather w, std::chrono::microseconds settle_time, dice& chance);

// How a remote says no to what a call says.
[[nodiscard]] exchange draw_refusal(dice& chance);

}  // namespace partmark::testing
