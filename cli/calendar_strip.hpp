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

}  // namespace partmark
