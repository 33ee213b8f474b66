#include "core/calendar_row.hpp"

#include <algorithm>
#include <chrono>

namespace partmark {
namespace {

using std::chrono::days;
using std::chrono::local_days;
using std::chrono::year;
using std::chrono::year_month_day;

// What a row is of, as far as that is a granularity itself.
granularity row_unit(granularity unit) {
  switch (unit) {
    case granularity::minute:
      return granularity::hour;
    case granularity::hour:
      return granularity::day;
    case granularity::day:
      return granularity::month;
    default:
      return granularity::year;
  }
}

std::size_t row_columns(granularity unit) {
  switch (unit) {
    case granularity::minute:
      return 60;
    case granularity::hour:
      return 24;
    case granularity::day:
      return 31;
    case granularity::week:
      return 53;
    case granularity::month:
      return 12;
    case granularity::quarter:
      return 4;
    case granularity::year:
      return 10;
  }
  return 1;
}

std::string row_label(granularity unit, ordinal row) {
  std::string label = partition_label(row_unit(unit), row);
  if (unit == granularity::minute) label.resize(label.size() - std::size_t{6});  // 2025-10-20T07
  return label;
}

constexpr int first_year = 1970;
constexpr std::int64_t years_in_decade = 10;

std::int64_t decade_of(ordinal year_ordinal) { return (year_ordinal + first_year) / years_in_decade; }

std::string decade_label(std::int64_t decade) {
  std::string digits = std::to_string(decade * years_in_decade);
  digits.insert(0, digits.size() < 4 ? 4 - digits.size() : 0, '0');
  return digits + "s";
}

// A week belongs to the year of its Thursday (ISO 8601), whose first week holds January 4th.
std::int64_t iso_year_of(ordinal week) {
  const auto monday = std::chrono::floor<days>(partition_start_time(granularity::week, week));
  return static_cast<int>(year_month_day(monday + days(3)).year());
}

ordinal first_week_of(std::int64_t iso_year) {
  const local_days january_4th(year_month_day(year(static_cast<int>(iso_year)), std::chrono::January, std::chrono::day(4)));
  return partition_containing(granularity::week, january_4th);
}

calendar_row iso_year_row(std::int64_t iso_year) {
  const range limits = ordinal_limits(granularity::week);
  calendar_row row;
  row.label = partition_label(granularity::year, iso_year - first_year);
  row.columns = row_columns(granularity::week);
  row.partitions.first = std::max(first_week_of(iso_year), limits.first);
  row.partitions.last = iso_year >= 9999 ? limits.last : first_week_of(iso_year + 1) - 1;
  return row;
}

calendar_row decade_row(std::int64_t decade) {
  const range limits = ordinal_limits(granularity::year);
  const ordinal first = decade * years_in_decade - first_year;
  calendar_row row;
  row.label = decade_label(decade);
  row.columns = row_columns(granularity::year);
  row.partitions = {std::max(first, limits.first), std::min(first + years_in_decade - 1, limits.last)};
  row.offset = static_cast<std::size_t>(row.partitions.first - first);
  return row;
}

}  // namespace

std::int64_t calendar_row_of(granularity unit, ordinal o) {
  if (unit == granularity::year) return decade_of(o);
  if (unit == granularity::week) return iso_year_of(o);
  return partition_containing(row_unit(unit), partition_start_time(unit, o));
}

calendar_row calendar_row_at(granularity unit, std::int64_t index) {
  if (unit == granularity::year) return decade_row(index);
  if (unit == granularity::week) return iso_year_row(index);
  const granularity of = row_unit(unit);
  calendar_row row;
  row.label = row_label(unit, index);
  row.columns = row_columns(unit);
  row.partitions.first = partition_containing(unit, partition_start_time(of, index));
  row.partitions.last =
      index == ordinal_limits(of).last ? ordinal_limits(unit).last : partition_containing(unit, partition_start_time(of, index + 1)) - 1;
  return row;
}

}  // namespace partmark
