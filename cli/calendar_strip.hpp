// A plan's partitions as a calendar: rows of a natural length for the granularity (a month of days, a day of hours), one character a
// partition. Pure; any thread.
#pragma once

#include "cli/terminal.hpp"
#include "core/range_map.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace partmark {

enum class cell : std::uint8_t {
  none,  // no record; never stored in a map
  success,
  failed,
  cleared,
  success_owed,  // the remote has still to accept it
  failed_owed,
  cleared_owed,
  held,
};

using cell_map = range_map<cell>;

// The rows, each ended by a line break, the earliest first; under them what the letters mean, as far as they occur. Long stretches of rows
// that are all alike are counted, so the text grows with the runs of `cells`, not with its partitions. `rows_max`: the latest so many; 0:
// all. Fits `looks.columns`. Empty when there is no cell.
[[nodiscard]] std::string calendar_strip(granularity unit, const cell_map& cells, std::size_t rows_max, const style& looks);

// How a row is cut: its index counts rows of the granularity from a fixed one. For calendar_strip and its tests.
struct calendar_row {
  std::string label;        // 2025-10, for a month of days
  range partitions;         // within the calendar's limits
  std::size_t offset = 0;   // of the first partition in the row: not 0 only in the decade in which the calendar begins
  std::size_t columns = 0;  // of a full row
};
[[nodiscard]] std::int64_t calendar_row_of(granularity unit, ordinal o);
[[nodiscard]] calendar_row calendar_row_at(granularity unit, std::int64_t index);

}  // namespace partmark
