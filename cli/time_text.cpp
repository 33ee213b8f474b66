#include "cli/time_text.hpp"

#include <array>
#include <cstddef>
#include <cstdio>

namespace partmark {
namespace {

struct civil {
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  int millisecond = 0;
};

civil civil_of(system_time t) {
  const auto midnight = std::chrono::floor<std::chrono::days>(t);
  const std::chrono::year_month_day date(midnight);
  const std::chrono::hh_mm_ss time(t - midnight);
  return {static_cast<int>(date.year()),
          static_cast<unsigned>(date.month()),
          static_cast<unsigned>(date.day()),
          static_cast<int>(time.hours().count()),
          static_cast<int>(time.minutes().count()),
          static_cast<int>(time.seconds().count()),
          static_cast<int>(time.subseconds().count())};
}

template <class... Values>
std::string formatted(const char* format, Values... values) {
  std::array<char, 64> text{};
  const int length = std::snprintf(text.data(), text.size(), format, values...);
  return {text.data(), static_cast<std::size_t>(length)};
}

struct unit {
  std::int64_t milliseconds;
  const char* name;
};

constexpr std::array<unit, 4> units{{{86'400'000, "d"}, {3'600'000, "h"}, {60'000, "min"}, {1'000, "s"}}};

}  // namespace

std::string iso_utc(system_time t) {
  const civil c = civil_of(t);
  return formatted("%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", c.year, c.month, c.day, c.hour, c.minute, c.second, c.millisecond);
}

std::string short_utc(system_time t) {
  const civil c = civil_of(t);
  return formatted("%04d-%02u-%02u %02d:%02d:%02d UTC", c.year, c.month, c.day, c.hour, c.minute, c.second);
}

std::string duration_text(milliseconds d) {
  const std::int64_t total = d.count() < 0 ? 0 : d.count();
  for (std::size_t i = 0; i < units.size(); ++i) {
    if (total < units[i].milliseconds) continue;
    std::string text = std::to_string(total / units[i].milliseconds) + " " + units[i].name;
    if (i + 1 < units.size()) {
      const std::int64_t rest = total % units[i].milliseconds / units[i + 1].milliseconds;
      if (rest > 0) text += " " + std::to_string(rest) + " " + units[i + 1].name;
    }
    return text;
  }
  return std::to_string(total) + " ms";
}

std::string grouped(std::int64_t count) {
  std::string text = std::to_string(count);
  const std::size_t first_digit = count < 0 ? 1 : 0;
  for (std::size_t at = text.size(); at > first_digit + 3;) {
    at -= 3;
    text.insert(at, 1, ',');
  }
  return text;
}

std::string counted(std::int64_t count, const char* one, const char* many) { return grouped(count) + " " + (count == 1 ? one : many); }

}  // namespace partmark
