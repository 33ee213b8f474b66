// Which partitions a plan's calendar shows at once, so that a page stays small whatever the plan: a year of days, a month of hours, a day
// of minutes, twenty rows of the others. Pure; any thread.
#pragma once

#include "core/calendar_row.hpp"

#include <optional>
#include <string>
#include <vector>

namespace partmark {

struct calendar_window {
  std::string title;  // 2025, 2025-10, 2025-10-20, 1990 to 2009
  std::vector<calendar_row> rows;
  range partitions;

  static constexpr std::size_t cells_max = 31 * 60;
};

[[nodiscard]] calendar_window window_around(granularity unit, ordinal o);

// Heads of the columns; empty where a column needs none.
[[nodiscard]] std::vector<std::string> column_heads(granularity unit);

// A way to another window: what it says, and a partition in it.
struct calendar_jump {
  std::string label;
  ordinal to = 0;
  bool current = false;
};

// The years of the extent, the latest last: at most `jumps_max`, around the current one.
[[nodiscard]] std::vector<calendar_jump> year_jumps(granularity unit, range extent, ordinal current);
// The months of the current year, for hours and minutes; else nothing.
[[nodiscard]] std::vector<calendar_jump> month_jumps(granularity unit, range extent, ordinal current);
inline constexpr std::int64_t jumps_max = 24;

}  // namespace partmark
