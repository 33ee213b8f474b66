#include "core/calendar.hpp"

#include <array>
#include <cassert>
#include <cstddef>

namespace partmark {

namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::hours;
using std::chrono::local_days;
using std::chrono::local_seconds;
using std::chrono::minutes;
using std::chrono::month;
using std::chrono::seconds;
using std::chrono::year;
using std::chrono::year_month_day;

constexpr std::int64_t days_in_week = 7;
constexpr std::int64_t months_in_quarter = 3;
constexpr std::int64_t months_in_year = 12;

// 1970-01-01 was a Thursday; its week began on Monday 1969-12-29.
constexpr std::int64_t days_from_week_zero_to_epoch = 3;

// Indexed by the enumerators' values.
constexpr std::array<std::string_view, 7> granularity_names{"MINUTE", "HOUR", "DAY", "WEEK", "MONTH", "QUARTER", "YEAR"};

constexpr std::int64_t floor_divide(std::int64_t value, std::int64_t by) {
  const std::int64_t quotient = value / by;
  return value % by < 0 ? quotient - 1 : quotient;
}

constexpr std::int64_t months_since_epoch(local_days day) {
  const year_month_day date(day);
  return (static_cast<int>(date.year()) - 1970) * months_in_year + static_cast<unsigned>(date.month()) - 1;
}

constexpr local_days first_day_of_month(std::int64_t months) {
  const std::int64_t years = floor_divide(months, months_in_year);
  const auto of_year = static_cast<unsigned>(months - years * months_in_year);
  return local_days(year_month_day(year(static_cast<int>(1970 + years)), month(of_year + 1), std::chrono::day(1)));
}

constexpr ordinal containing(granularity g, local_seconds at) {
  const local_days day = floor<days>(at);
  switch (g) {
    case granularity::minute:
      return floor<minutes>(at).time_since_epoch().count();
    case granularity::hour:
      return floor<hours>(at).time_since_epoch().count();
    case granularity::day:
      return day.time_since_epoch().count();
    case granularity::week:
      return floor_divide(day.time_since_epoch().count() + days_from_week_zero_to_epoch, days_in_week);
    case granularity::month:
      return months_since_epoch(day);
    case granularity::quarter:
      return floor_divide(months_since_epoch(day), months_in_quarter);
    case granularity::year:
      return static_cast<int>(year_month_day(day).year()) - 1970;
  }
  return 0;
}

constexpr local_seconds start_of(granularity g, ordinal o) {
  switch (g) {
    case granularity::minute:
      return local_seconds(minutes(o));
    case granularity::hour:
      return local_seconds(hours(o));
    case granularity::day:
      return local_days(days(o));
    case granularity::week:
      return local_days(days(o * days_in_week - days_from_week_zero_to_epoch));
    case granularity::month:
      return first_day_of_month(o);
    case granularity::quarter:
      return first_day_of_month(o * months_in_quarter);
    case granularity::year:
      return first_day_of_month(o * months_in_year);
  }
  return {};
}

// 0001-01-01 was a Monday and begins a partition of every granularity, so the first ordinal needs no rounding up.
constexpr range limits_of(granularity g) {
  constexpr local_days first_day(year_month_day(year(1), month(1), std::chrono::day(1)));
  constexpr local_days last_day(year_month_day(year(9999), month(12), std::chrono::day(31)));
  return {containing(g, first_day), containing(g, last_day + days(1) - seconds(1))};
}

constexpr std::array<range, 7> limits{limits_of(granularity::minute), limits_of(granularity::hour),  limits_of(granularity::day),
                                      limits_of(granularity::week),   limits_of(granularity::month), limits_of(granularity::quarter),
                                      limits_of(granularity::year)};

void write_two_digits(char* to, unsigned value) {
  to[0] = static_cast<char>('0' + value / 10);
  to[1] = static_cast<char>('0' + value % 10);
}

using start_text = std::array<char, 19>;

start_text write_start(granularity g, ordinal o) {
  [[maybe_unused]] const range within = ordinal_limits(g);
  assert(within.first <= o && o <= within.last);
  const local_seconds at = start_of(g, o);
  const local_days day = floor<days>(at);
  const year_month_day date(day);
  const auto year_number = static_cast<unsigned>(static_cast<int>(date.year()));
  const auto second = static_cast<unsigned>((at - day).count());

  start_text text{'Y', 'Y', 'Y', 'Y', '-', 'M', 'M', '-', 'D', 'D', 'T', 'h', 'h', ':', 'm', 'm', ':', 's', 's'};
  write_two_digits(&text[0], year_number / 100);
  write_two_digits(&text[2], year_number % 100);
  write_two_digits(&text[5], static_cast<unsigned>(date.month()));
  write_two_digits(&text[8], static_cast<unsigned>(date.day()));
  write_two_digits(&text[11], second / 3600);
  write_two_digits(&text[14], second / 60 % 60);
  write_two_digits(&text[17], second % 60);
  return text;
}

std::size_t label_length(granularity g) {
  switch (g) {
    case granularity::minute:
    case granularity::hour:
      return 19;
    case granularity::day:
    case granularity::week:
      return 10;
    case granularity::month:
    case granularity::quarter:
      return 7;
    case granularity::year:
      return 4;
  }
  return 0;
}

}  // namespace

std::string_view to_text(granularity g) { return granularity_names.at(static_cast<std::size_t>(g)); }

std::optional<granularity> parse_granularity(std::string_view text) {
  for (std::size_t i = 0; i < granularity_names.size(); ++i)
    if (granularity_names[i] == text) return static_cast<granularity>(i);
  return std::nullopt;
}

range ordinal_limits(granularity g) { return limits.at(static_cast<std::size_t>(g)); }

ordinal partition_containing(granularity g, local_seconds at) { return containing(g, at); }

local_seconds partition_start_time(granularity g, ordinal o) { return start_of(g, o); }

std::string partition_start(granularity g, ordinal o) {
  const start_text text = write_start(g, o);
  return {text.data(), text.size()};
}

void append_partition_start(std::string& to, granularity g, ordinal o) {
  const start_text text = write_start(g, o);
  to.append(text.data(), text.size());
}

std::string partition_label(granularity g, ordinal o) {
  const start_text text = write_start(g, o);
  return {text.data(), label_length(g)};
}

}  // namespace partmark
