// How a calendar is cut into rows of a natural length: a month of days, a day of hours, an hour of minutes, a year of weeks, months or
// quarters, a decade of years. For the command line's strip and the status page. Pure; any thread.
#pragma once

#include "core/calendar.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace partmark {

// A row; its index counts rows of the granularity from a fixed one.
struct calendar_row {
  std::string label;        // 2025-10, for a month of days
  range partitions;         // within the calendar's limits
  std::size_t offset = 0;   // of the first partition in the row: not 0 only in the decade in which the calendar begins
  std::size_t columns = 0;  // of a full row
};
[[nodiscard]] std::int64_t calendar_row_of(granularity unit, ordinal o);
[[nodiscard]] calendar_row calendar_row_at(granularity unit, std::int64_t index);

}  // namespace partmark
