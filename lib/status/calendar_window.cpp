#include "status/calendar_window.hpp"

#include <algorithm>

namespace partmark {
namespace {

constexpr std::int64_t rows_at_once = 20;

// What a window is one of; nullopt: it is rows_at_once rows.
std::optional<granularity> window_unit(granularity unit) {
  switch (unit) {
    case granularity::day:
      return granularity::year;
    case granularity::hour:
      return granularity::month;
    case granularity::minute:
      return granularity::day;
    default:
      return std::nullopt;
  }
}

// The partitions of `unit` that lie in partition `g` of the coarser `of`.
range within(granularity unit, granularity of, ordinal g) {
  const range limits = ordinal_limits(unit);
  const ordinal first = partition_containing(unit, partition_start_time(of, g));
  const ordinal last = g >= ordinal_limits(of).last ? limits.last : partition_containing(unit, partition_start_time(of, g + 1)) - 1;
  return {std::max(first, limits.first), std::min(last, limits.last)};
}

std::int64_t floor_to(std::int64_t value, std::int64_t step) { return value - ((value % step) + step) % step; }

std::vector<calendar_jump> jumps(granularity unit, granularity of, range among, range extent, ordinal current) {
  std::vector<calendar_jump> out;
  for (ordinal g = among.first; g <= among.last; ++g) {
    const range parts = within(unit, of, g);
    if (parts.last < extent.first || parts.first > extent.last) continue;
    out.push_back(
        {partition_label(of, g), std::clamp(parts.first, extent.first, extent.last), parts.first <= current && current <= parts.last});
  }
  return out;
}

ordinal containing(granularity of, granularity unit, ordinal o) { return partition_containing(of, partition_start_time(unit, o)); }

}  // namespace

calendar_window window_around(granularity unit, ordinal o) {
  calendar_window out;
  const range limits = ordinal_limits(unit);
  std::int64_t first_row = 0;
  std::int64_t last_row = 0;
  if (const auto of = window_unit(unit)) {
    const ordinal g = containing(*of, unit, o);
    const range parts = within(unit, *of, g);
    out.title = partition_label(*of, g);
    first_row = calendar_row_of(unit, parts.first);
    last_row = calendar_row_of(unit, parts.last);
  } else {
    first_row = std::max(floor_to(calendar_row_of(unit, o), rows_at_once), calendar_row_of(unit, limits.first));
    last_row = std::min(floor_to(calendar_row_of(unit, o), rows_at_once) + rows_at_once - 1, calendar_row_of(unit, limits.last));
    out.title = calendar_row_at(unit, first_row).label + " to " + calendar_row_at(unit, last_row).label;
  }
  for (std::int64_t row = first_row; row <= last_row; ++row) out.rows.push_back(calendar_row_at(unit, row));
  out.partitions = {out.rows.front().partitions.first, out.rows.back().partitions.last};
  return out;
}

std::vector<std::string> column_heads(granularity unit) {
  const auto numbers = [](int first, int last, int every) {
    std::vector<std::string> heads;
    for (int n = first; n <= last; ++n) heads.push_back((n - first) % every == 0 ? std::to_string(n) : "");
    return heads;
  };
  switch (unit) {
    case granularity::minute:
      return numbers(0, 59, 5);
    case granularity::hour:
      return numbers(0, 23, 1);
    case granularity::day:
      return numbers(1, 31, 1);
    case granularity::week:
      return numbers(1, 53, 4);
    case granularity::month:
      return {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    case granularity::quarter:
      return {"Q1", "Q2", "Q3", "Q4"};
    case granularity::year:
      break;
  }
  return numbers(0, 9, 1);
}

std::vector<calendar_jump> year_jumps(granularity unit, range extent, ordinal current) {
  if (!window_unit(unit)) {
    std::vector<calendar_jump> out;
    const std::int64_t last = floor_to(calendar_row_of(unit, extent.last), rows_at_once);
    const std::int64_t here = floor_to(calendar_row_of(unit, current), rows_at_once);
    const std::int64_t first = std::max(floor_to(calendar_row_of(unit, extent.first), rows_at_once), last - (jumps_max - 1) * rows_at_once);
    for (std::int64_t row = first; row <= last; row += rows_at_once) {
      const calendar_window window =
          window_around(unit, std::clamp(calendar_row_at(unit, std::max(row, calendar_row_of(unit, extent.first))).partitions.first,
                                         extent.first, extent.last));
      out.push_back({window.title, std::clamp(window.partitions.first, extent.first, extent.last), row == here});
    }
    return out;
  }
  const ordinal here = containing(granularity::year, unit, current);
  const range years{std::max(containing(granularity::year, unit, extent.first), here - jumps_max / 2),
                    std::min(containing(granularity::year, unit, extent.last), here + jumps_max / 2)};
  return jumps(unit, granularity::year, years, extent, current);
}

std::vector<calendar_jump> month_jumps(granularity unit, range extent, ordinal current) {
  if (unit != granularity::hour && unit != granularity::minute) return {};
  const range year = within(granularity::month, granularity::year, containing(granularity::year, unit, current));
  return jumps(unit, granularity::month, year, extent, current);
}

}  // namespace partmark
