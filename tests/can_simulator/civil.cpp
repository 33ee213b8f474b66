#include "can_simulator/civil.hpp"

#include <array>
#include <chrono>
#include <utility>

namespace partmark::testing {
namespace {

using namespace std::chrono;

constexpr std::array<std::pair<std::string_view, granularity>, 7> names = {{{"MINUTE", granularity::minute},
                                                                            {"HOUR", granularity::hour},
                                                                            {"DAY", granularity::day},
                                                                            {"WEEK", granularity::week},
                                                                            {"MONTH", granularity::month},
                                                                            {"QUARTER", granularity::quarter},
                                                                            {"YEAR", granularity::year}}};

std::optional<int> digits(std::string_view text) {
  int value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

std::optional<year_month_day> date_at(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto y = digits(text.substr(0, 4));
  const auto m = digits(text.substr(5, 2));
  const auto d = digits(text.substr(8, 2));
  if (!y || !m || !d || *y < 1) return std::nullopt;
  const year_month_day date{year(*y), month(static_cast<unsigned>(*m)), day(static_cast<unsigned>(*d))};
  if (!date.ok()) return std::nullopt;
  return date;
}

std::optional<sys_seconds> time_at(std::string_view text) {
  if (text.size() != 19 || text[10] != 'T' || text[13] != ':' || text[16] != ':') return std::nullopt;
  const auto date = date_at(text.substr(0, 10));
  const auto h = digits(text.substr(11, 2));
  const auto m = digits(text.substr(14, 2));
  const auto s = digits(text.substr(17, 2));
  if (!date || !h || !m || !s || *h > 23 || *m > 59 || *s > 59) return std::nullopt;
  return sys_days(*date) + hours(*h) + minutes(*m) + seconds(*s);
}

std::int64_t months_of(sys_seconds t) {
  const year_month_day date(floor<days>(t));
  return static_cast<int>(date.year()) * 12 + static_cast<int>(static_cast<unsigned>(date.month())) - 1;
}

sys_seconds month_start(std::int64_t months) {
  const year_month_day date{year(static_cast<int>(months / 12)), month(static_cast<unsigned>(months % 12) + 1), day(1)};
  return sys_days(date);
}

constexpr sys_days a_monday{days(-3)};  // 1969-12-29

// The partition that holds `t`.
std::int64_t partition_with(granularity unit, sys_seconds t) {
  switch (unit) {
    case granularity::minute:
      return floor<minutes>(t).time_since_epoch().count();
    case granularity::hour:
      return floor<hours>(t).time_since_epoch().count();
    case granularity::day:
      return floor<days>(t).time_since_epoch().count();
    case granularity::week:
      return floor<weeks>(t - a_monday).count();
    case granularity::month:
      return months_of(t);
    case granularity::quarter:
      return months_of(t) / 3;
    case granularity::year:
      break;
  }
  return months_of(t) / 12;
}

sys_seconds time_of(granularity unit, std::int64_t partition) {
  switch (unit) {
    case granularity::minute:
      return sys_seconds(minutes(partition));
    case granularity::hour:
      return sys_seconds(hours(partition));
    case granularity::day:
      return sys_seconds(days(partition));
    case granularity::week:
      return a_monday + weeks(partition);
    case granularity::month:
      return month_start(partition);
    case granularity::quarter:
      return month_start(partition * 3);
    case granularity::year:
      break;
  }
  return month_start(partition * 12);
}

}  // namespace

std::optional<granularity> unit_named(std::string_view name) {
  for (const auto& [text, unit] : names)
    if (text == name) return unit;
  return std::nullopt;
}

std::string_view name_of(granularity unit) {
  for (const auto& [text, u] : names)
    if (u == unit) return text;
  return "?";
}

std::optional<std::int64_t> partition_at(granularity unit, std::string_view start) {
  const auto t = time_at(start);
  if (!t) return std::nullopt;
  const std::int64_t partition = partition_with(unit, *t);
  if (time_of(unit, partition) != *t) return std::nullopt;
  return partition;
}

std::string start_of(granularity unit, std::int64_t partition) {
  const sys_seconds t = time_of(unit, partition);
  const year_month_day date(floor<days>(t));
  const hh_mm_ss<seconds> time(t - floor<days>(t));
  std::string text = "0000-00-00T00:00:00";
  const auto put = [&text](std::size_t last, std::int64_t value) {
    for (; value > 0; value /= 10) text[last--] = static_cast<char>('0' + value % 10);
  };
  put(3, static_cast<int>(date.year()));
  put(6, static_cast<unsigned>(date.month()));
  put(9, static_cast<unsigned>(date.day()));
  put(12, time.hours().count());
  put(15, time.minutes().count());
  put(18, time.seconds().count());
  return text;
}

std::string listed_value(granularity unit, std::int64_t partition) {
  const std::string start = start_of(unit, partition);
  switch (unit) {
    case granularity::minute:
      return start.substr(0, 16);
    case granularity::hour:
      return start.substr(0, 13);
    case granularity::day:
    case granularity::week:
      return start.substr(0, 10);
    case granularity::month:
    case granularity::quarter:
      return start.substr(0, 7);
    case granularity::year:
      break;
  }
  return start.substr(0, 4);
}

bool is_date(std::string_view text) { return date_at(text).has_value(); }

}  // namespace partmark::testing
