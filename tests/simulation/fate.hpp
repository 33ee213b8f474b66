// What becomes of one call on its way: how and when it ends for the caller, and when its effect lands, if ever. Pure.
#pragma once

#include "can/verdict_table.hpp"
#include "core/exchange.hpp"
#include "dice.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace partmark::testing {

enum class weather : std::uint8_t {
  calm,
  rough,       // four calls in ten fail, each in its own way
  down,        // nobody answers
  locked_out,  // the credential is refused
  throttled,   // 429 and 503, with Retry-After
};

// One way in which a call can end.
struct way_to_end {
  can::call_end how;       // the row of the verdict table that it belongs to is the one that fits this
  bool may_apply = false;  // the remote may apply the call, now or later; said here once more, not read from that table
  exchange (*make)(dice& chance) = nullptr;
};

// Every way there is but being accepted; some for the row of each kind that docs/delivery.md knows.
[[nodiscard]] std::span<const way_to_end> ways_to_end();
[[nodiscard]] const way_to_end& acceptance();
[[nodiscard]] std::size_t verdict_row_of(const can::call_end& how);

struct fate {
  const way_to_end* way = nullptr;
  exchange end;
  std::chrono::microseconds ends_after{0};
  std::optional<std::chrono::microseconds> lands_after;        // later than the end: a late apply, always within settle_time of it
  std::optional<std::chrono::microseconds> lands_again_after;  // a duplicate
  bool judged = false;  // the remote got to judge what the call says, and accepts unless it refuses that
};

[[nodiscard]] fate draw_fate(weather w, call_type type, std::chrono::microseconds settle_time, dice& chance);

// How a remote says no to what a call says.
[[nodiscard]] const way_to_end& draw_refusal(dice& chance);
// How it says that a token is not good.
[[nodiscard]] const way_to_end& draw_bad_credential(dice& chance);

}  // namespace partmark::testing
