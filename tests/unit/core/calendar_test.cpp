#include "core/calendar.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <cstddef>
#include <cstdio>
#include <string>
#include <string_view>

namespace partmark {
namespace {

constexpr std::array every_granularity{granularity::minute, granularity::hour,    granularity::day, granularity::week,
                                       granularity::month,  granularity::quarter, granularity::year};

// The ordinal of a text that must be good.
ordinal at(granularity g, std::string_view text) { return parse_partition(g, text).value(); }

bool refuses(granularity g, std::string_view text) { return !parse_partition(g, text).has_value(); }

TEST(calendar, granularities_have_cans_names_and_no_others) {
  constexpr std::array<std::string_view, 7> names{"MINUTE", "HOUR", "DAY", "WEEK", "MONTH", "QUARTER", "YEAR"};
  for (std::size_t i = 0; i < names.size(); ++i) {
    EXPECT_EQ(to_text(every_granularity[i]), names[i]);
    EXPECT_EQ(parse_granularity(names[i]), every_granularity[i]);
  }
  for (const std::string_view wrong : {"", "day", "Day", "DAYS", "DAY ", " DAY", "DA", "SECOND", "YEA", "MINUTES"})
    EXPECT_EQ(parse_granularity(wrong), std::nullopt) << wrong;
  EXPECT_EQ(parse_granularity(std::string_view("DAY\0", 4)), std::nullopt);
}

TEST(calendar, ordinals_count_from_1970) {
  EXPECT_EQ(at(granularity::minute, "1970-01-01T00:00:00"), 0);
  EXPECT_EQ(at(granularity::hour, "1970-01-01T00:00:00"), 0);
  EXPECT_EQ(at(granularity::day, "1970-01-01"), 0);
  EXPECT_EQ(at(granularity::week, "1969-12-29"), 0);
  EXPECT_EQ(at(granularity::month, "1970-01"), 0);
  EXPECT_EQ(at(granularity::quarter, "1970-01"), 0);
  EXPECT_EQ(at(granularity::year, "1970"), 0);
}

TEST(calendar, ordinals_before_1970_are_negative) {
  EXPECT_EQ(at(granularity::minute, "1969-12-31T23:59:00"), -1);
  EXPECT_EQ(at(granularity::hour, "1969-12-31T23:00:00"), -1);
  EXPECT_EQ(at(granularity::day, "1969-12-31"), -1);
  EXPECT_EQ(at(granularity::week, "1969-12-22"), -1);
  EXPECT_EQ(at(granularity::month, "1969-12"), -1);
  EXPECT_EQ(at(granularity::quarter, "1969-10"), -1);
  EXPECT_EQ(at(granularity::year, "1969"), -1);
}

TEST(calendar, ordinals_of_known_dates) {
  EXPECT_EQ(at(granularity::day, "2000-02-29"), 11016);
  EXPECT_EQ(at(granularity::day, "2025-10-20"), 20381);
  EXPECT_EQ(at(granularity::hour, "2025-10-20T07:00:00"), 20381 * 24 + 7);
  EXPECT_EQ(at(granularity::minute, "2025-10-20T07:05:00"), (20381 * 24 + 7) * 60 + 5);
  EXPECT_EQ(at(granularity::week, "2025-10-20"), (20381 + 3) / 7);
  EXPECT_EQ(at(granularity::month, "2025-10"), 55 * 12 + 9);
  EXPECT_EQ(at(granularity::quarter, "2025-10"), 55 * 4 + 3);
  EXPECT_EQ(at(granularity::year, "2025"), 55);
}

TEST(calendar, the_first_and_last_partition_lie_in_years_1_and_9999) {
  struct limit {
    granularity g;
    std::string_view first;
    std::string_view last;
  };
  for (const limit& l : {limit{granularity::minute, "0001-01-01T00:00:00", "9999-12-31T23:59:00"},
                         {granularity::hour, "0001-01-01T00:00:00", "9999-12-31T23:00:00"},
                         {granularity::day, "0001-01-01T00:00:00", "9999-12-31T00:00:00"},
                         {granularity::week, "0001-01-01T00:00:00", "9999-12-27T00:00:00"},
                         {granularity::month, "0001-01-01T00:00:00", "9999-12-01T00:00:00"},
                         {granularity::quarter, "0001-01-01T00:00:00", "9999-10-01T00:00:00"},
                         {granularity::year, "0001-01-01T00:00:00", "9999-01-01T00:00:00"}}) {
    const range limits = ordinal_limits(l.g);
    EXPECT_EQ(partition_start(l.g, limits.first), l.first) << to_text(l.g);
    EXPECT_EQ(partition_start(l.g, limits.last), l.last) << to_text(l.g);
    EXPECT_EQ(at(l.g, l.first), limits.first) << to_text(l.g);
    EXPECT_EQ(at(l.g, l.last), limits.last) << to_text(l.g);
  }
}

TEST(calendar, labels_are_as_short_as_the_granularity_allows) {
  EXPECT_EQ(partition_label(granularity::year, 55), "2025");
  EXPECT_EQ(partition_label(granularity::quarter, 55 * 4 + 3), "2025-10");
  EXPECT_EQ(partition_label(granularity::month, 55 * 12 + 9), "2025-10");
  EXPECT_EQ(partition_label(granularity::week, 2912), "2025-10-20");
  EXPECT_EQ(partition_label(granularity::day, 20381), "2025-10-20");
  EXPECT_EQ(partition_label(granularity::hour, 20381 * 24 + 7), "2025-10-20T07:00:00");
  EXPECT_EQ(partition_label(granularity::minute, 20381 * 24 * 60), "2025-10-20T00:00:00");
}

TEST(calendar, a_start_is_appended_to_what_is_there) {
  std::string text = "from ";
  append_partition_start(text, granularity::day, 20381);
  EXPECT_EQ(text, "from 2025-10-20T00:00:00");
}

TEST(calendar, a_leap_day_exists_every_fourth_year_but_not_in_three_centuries_of_four) {
  for (const std::string_view leap :
       {"0004-02-29", "0400-02-29", "1600-02-29", "1996-02-29", "2000-02-29", "2024-02-29", "2400-02-29", "9996-02-29"})
    EXPECT_FALSE(refuses(granularity::day, leap)) << leap;
  for (const std::string_view common : {"0001-02-29", "0100-02-29", "1700-02-29", "1900-02-29", "2023-02-29", "2100-02-29", "9999-02-29"})
    EXPECT_TRUE(refuses(granularity::day, common)) << common;
}

TEST(calendar, the_day_after_28_february_follows_the_year) {
  EXPECT_EQ(at(granularity::day, "1900-03-01") - at(granularity::day, "1900-02-28"), 1);
  EXPECT_EQ(at(granularity::day, "2000-03-01") - at(granularity::day, "2000-02-28"), 2);
  EXPECT_EQ(at(granularity::hour, "2024-03-01T00:00:00") - at(granularity::hour, "2024-02-28T00:00:00"), 48);
  EXPECT_EQ(at(granularity::minute, "2100-03-01T00:00:00") - at(granularity::minute, "2100-02-28T00:00:00"), 24 * 60);
}

TEST(calendar, weeks_run_across_the_borders_of_years) {
  // 2020 had 53 ISO weeks: 2020-12-28 to 2021-01-03; 2024-12-30 begins ISO week 1 of 2025.
  EXPECT_EQ(at(granularity::week, "2021-01-04") - at(granularity::week, "2020-12-28"), 1);
  EXPECT_EQ(at(granularity::week, "2025-01-06") - at(granularity::week, "2024-12-30"), 1);
  EXPECT_EQ(at(granularity::week, "2021-01-04") - at(granularity::week, "2019-12-30"), 53);
  const auto new_year_2021 = partition_start_time(granularity::year, 2021 - 1970);
  EXPECT_EQ(partition_start(granularity::week, partition_containing(granularity::week, new_year_2021)), "2020-12-28T00:00:00");
  EXPECT_TRUE(refuses(granularity::week, "2021-01-01"));
}

// A hundred cases are few for seven granularities of ten thousand years.
constexpr int draws_per_case = 50;

// rc::gen::inRange excludes its end and shrinks towards its begin.
ordinal any_ordinal(granularity g) {
  const range limits = ordinal_limits(g);
  return *rc::gen::inRange<ordinal>(limits.first, limits.last + 1);
}

RC_GTEST_PROP(calendar, any_partition_of_any_granularity_is_read_back_from_its_start_and_its_label, ()) {
  const granularity g = *rc::gen::elementOf(every_granularity);
  for (int draw = 0; draw < draws_per_case; ++draw) {
    const ordinal o = any_ordinal(g);
    RC_ASSERT(partition_start(g, o).size() == 19U);
    RC_ASSERT(at(g, partition_start(g, o)) == o);
    RC_ASSERT(at(g, partition_label(g, o)) == o);
    RC_ASSERT(partition_containing(g, partition_start_time(g, o)) == o);
  }
}

// Days are checked by walking; an hour or minute is a day and the time that is written there.
RC_GTEST_PROP(calendar, hours_and_minutes_are_their_day_and_the_time_in_it, ()) {
  for (int draw = 0; draw < draws_per_case; ++draw) {
    const ordinal day = any_ordinal(granularity::day);
    const int hour = *rc::gen::inRange(0, 24);
    const int minute = *rc::gen::inRange(0, 60);
    std::array<char, 16> time{};
    std::snprintf(time.data(), time.size(), "T%02d:%02d:00", hour, minute);
    const std::string text = partition_label(granularity::day, day) + time.data();
    RC_ASSERT(partition_start(granularity::minute, (day * 24 + hour) * 60 + minute) == text);
    RC_ASSERT(at(granularity::minute, text) == (day * 24 + hour) * 60 + minute);
    if (minute == 0)
      RC_ASSERT(at(granularity::hour, text) == day * 24 + hour);
    else
      RC_ASSERT(refuses(granularity::hour, text));
  }
}

RC_GTEST_PROP(calendar, later_partitions_have_greater_texts, ()) {
  const granularity g = *rc::gen::elementOf(every_granularity);
  const ordinal a = any_ordinal(g);
  const ordinal b = any_ordinal(g);
  RC_ASSERT((a < b) == (partition_start(g, a) < partition_start(g, b)));
}

}  // namespace
}  // namespace partmark
