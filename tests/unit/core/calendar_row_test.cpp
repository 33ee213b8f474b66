#include "core/calendar_row.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace partmark {
namespace {

constexpr granularity units[] = {granularity::minute, granularity::hour,    granularity::day, granularity::week,
                                 granularity::month,  granularity::quarter, granularity::year};

range around(granularity unit, const char* year, std::int64_t count) {
  const ordinal first = partition_containing(unit, partition_start_time(granularity::year, *parse_partition(granularity::year, year)));
  return {first - count, first + count};
}

// Row after row, in order, without a gap: the rows tile the calendar.
void expect_rows_to_tile(granularity unit, range within) {
  for (ordinal o = within.first; o <= within.last; ++o) {
    const calendar_row row = calendar_row_at(unit, calendar_row_of(unit, o));
    ASSERT_LE(row.partitions.first, o) << to_text(unit) << " " << o;
    ASSERT_GE(row.partitions.last, o) << to_text(unit) << " " << o;
    ASSERT_LE(row.offset + static_cast<std::size_t>(row.partitions.size()), row.columns) << row.label;
    if (o > within.first && o == row.partitions.first) {
      ASSERT_EQ(calendar_row_of(unit, o - 1) + 1, calendar_row_of(unit, o)) << to_text(unit) << " " << o;
    }
  }
}

TEST(calendar_row, rows_tile_the_calendar) {
  for (const granularity unit : units)
    for (const char* year : {"1900", "1970", "2000", "2020", "2025", "2026", "2027"}) expect_rows_to_tile(unit, around(unit, year, 500));
}

TEST(calendar_row, rows_tile_the_calendar_at_its_ends) {
  for (const granularity unit : units) {
    const range limits = ordinal_limits(unit);
    expect_rows_to_tile(unit, {limits.first, std::min(limits.first + 2000, limits.last)});
    expect_rows_to_tile(unit, {std::max(limits.last - 2000, limits.first), limits.last});
  }
}

calendar_row row_with(granularity unit, const char* partition) {
  return calendar_row_at(unit, calendar_row_of(unit, *parse_partition(unit, partition)));
}

TEST(calendar_row, rows_are_named_for_what_they_hold) {
  EXPECT_EQ(row_with(granularity::minute, "2025-10-20T07:05:00").label, "2025-10-20T07");
  EXPECT_EQ(row_with(granularity::hour, "2025-10-20T07:00:00").label, "2025-10-20");
  EXPECT_EQ(row_with(granularity::day, "2025-10-20").label, "2025-10");
  EXPECT_EQ(row_with(granularity::month, "2025-10").label, "2025");
  EXPECT_EQ(row_with(granularity::quarter, "2025-10").label, "2025");
  EXPECT_EQ(row_with(granularity::year, "2025").label, "2020s");
  EXPECT_EQ(row_with(granularity::year, "0001").label, "0000s");
  EXPECT_EQ(row_with(granularity::year, "0019").label, "0010s");
  EXPECT_EQ(row_with(granularity::year, "0120").label, "0120s");
  EXPECT_EQ(row_with(granularity::year, "9999").label, "9990s");
}

// ISO 8601's own examples: a week belongs to the year of its Thursday.
TEST(calendar_row, a_week_belongs_to_the_year_of_its_thursday) {
  EXPECT_EQ(row_with(granularity::week, "2024-12-30").label, "2025");
  EXPECT_EQ(row_with(granularity::week, "2020-12-28").label, "2020");
  EXPECT_EQ(row_with(granularity::week, "2020-12-28").partitions.size(), 53);
  EXPECT_EQ(row_with(granularity::week, "2021-01-04").partitions.size(), 52);
}

TEST(calendar_row, a_row_has_room_for_the_longest_of_its_kind_and_no_more) {
  constexpr std::size_t columns[] = {60, 24, 31, 53, 12, 4, 10};
  for (const granularity unit : units) {
    std::int64_t longest = 0;
    const range within = around(unit, "2000", 4000);
    for (ordinal o = std::max(within.first, ordinal_limits(unit).first); o <= std::min(within.last, ordinal_limits(unit).last); ++o) {
      const calendar_row row = calendar_row_at(unit, calendar_row_of(unit, o));
      EXPECT_EQ(row.columns, columns[static_cast<std::size_t>(unit)]);
      longest = std::max(longest, row.partitions.size());
    }
    EXPECT_EQ(static_cast<std::size_t>(longest), columns[static_cast<std::size_t>(unit)]) << to_text(unit);
  }
}

TEST(calendar_row, the_first_decade_begins_with_the_year_1) { EXPECT_EQ(row_with(granularity::year, "0001").offset, 1U); }

}  // namespace
}  // namespace partmark
