// The calendar against one that needs no arithmetic: it walks through every day of years 0001 to 9999, one after the other, as a person
// with a wall calendar would, and counts.
#include "core/calendar.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <string>

namespace partmark {
namespace {

class wall_calendar {
 public:
  [[nodiscard]] bool within() const { return year_ <= 9999; }
  [[nodiscard]] bool is_monday() const { return weekday_ == 0; }
  [[nodiscard]] bool starts_month() const { return day_ == 1; }
  [[nodiscard]] bool starts_quarter() const { return day_ == 1 && (month_ == 1 || month_ == 4 || month_ == 7 || month_ == 10); }
  [[nodiscard]] bool starts_year() const { return day_ == 1 && month_ == 1; }

  [[nodiscard]] bool in_25th_year() const { return year_ % 25 == 0; }

  [[nodiscard]] bool starts(granularity g) const {
    if (g == granularity::week) return is_monday();
    if (g == granularity::month) return starts_month();
    if (g == granularity::quarter) return starts_quarter();
    return g != granularity::year || starts_year();
  }

  [[nodiscard]] std::string text() const {
    return {digit(year_ / 1000), digit(year_ / 100), digit(year_ / 10), digit(year_), '-', digit(month_ / 10), digit(month_), '-',
            digit(day_ / 10),    digit(day_)};
  }

  void next_day() {
    weekday_ = (weekday_ + 1) % 7;
    if (++day_ <= month_length()) return;
    day_ = 1;
    if (++month_ <= 12) return;
    month_ = 1;
    ++year_;
  }

 private:
  static char digit(int value) { return static_cast<char>('0' + value % 10); }

  [[nodiscard]] int month_length() const {
    if (month_ == 2) return (year_ % 4 == 0 && year_ % 100 != 0) || year_ % 400 == 0 ? 29 : 28;
    return month_ == 4 || month_ == 6 || month_ == 9 || month_ == 11 ? 30 : 31;
  }

  int year_ = 1;
  int month_ = 1;
  int day_ = 1;
  int weekday_ = 0;  // 0001-01-01 was a Monday
};

std::size_t label_length(granularity g) {
  if (g == granularity::year) return 4;
  return g == granularity::month || g == granularity::quarter ? 7 : 10;
}

bool reads_as(granularity g, const std::string& text, ordinal o) {
  const result<ordinal> parsed = parse_partition(g, text);
  return parsed && *parsed == o;
}

// Stops at the first day that differs: the later ones would only repeat it. A refusal costs many times what an answer does, so the days
// that must be refused are tried in a sample of years that has every kind of century.
void walk(granularity g) {
  const range limits = ordinal_limits(g);
  ordinal o = limits.first - 1;
  std::chrono::local_seconds midnight = partition_start_time(g, limits.first);
  for (wall_calendar today; today.within(); today.next_day(), midnight += std::chrono::hours(24)) {
    const std::string date = today.text();
    const std::string start = date + "T00:00:00";
    const std::string label = date.substr(0, label_length(g));
    if (today.starts(g)) {
      ++o;
      if (!reads_as(g, date, o) || !reads_as(g, start, o) || !reads_as(g, label, o)) FAIL() << date << " is not " << to_text(g) << " " << o;
      if (partition_start(g, o) != start) FAIL() << to_text(g) << " " << o << " starts at " << partition_start(g, o) << ", not " << start;
      if (partition_label(g, o) != label) FAIL() << to_text(g) << " " << o << " is labelled " << partition_label(g, o) << ", not " << label;
      if (partition_start_time(g, o) != midnight) FAIL() << to_text(g) << " " << o << " starts at another time than " << start;
    } else if (today.in_25th_year() && parse_partition(g, date)) {
      FAIL() << date << " was taken for the start of a " << to_text(g);
    }
    if (partition_containing(g, midnight) != o) FAIL() << start << " is not in " << to_text(g) << " " << o;
    const auto last_second = midnight + std::chrono::hours(24) - std::chrono::seconds(1);
    if (partition_containing(g, last_second) != o) FAIL() << date << "T23:59:59 is not in " << to_text(g) << " " << o;
  }
  EXPECT_EQ(o, limits.last);
}

TEST(calendar_walk, every_day_of_every_year_has_the_next_ordinal) { walk(granularity::day); }

TEST(calendar_walk, every_monday_starts_the_next_week_and_no_other_day_does) { walk(granularity::week); }

TEST(calendar_walk, every_first_of_a_month_starts_the_next_month_and_no_other_day_does) { walk(granularity::month); }

TEST(calendar_walk, every_first_of_january_april_july_and_october_starts_the_next_quarter_and_no_other_day_does) {
  walk(granularity::quarter);
}

TEST(calendar_walk, every_first_of_january_starts_the_next_year_and_no_other_day_does) { walk(granularity::year); }

}  // namespace
}  // namespace partmark
