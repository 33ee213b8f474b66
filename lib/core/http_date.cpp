#include "core/http_date.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <span>

namespace partmark {

namespace {

using std::chrono::sys_days;
using std::chrono::year_month_day;

constexpr std::array<std::string_view, 7> short_day_names{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
constexpr std::array<std::string_view, 7> long_day_names{"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};
constexpr std::array<std::string_view, 12> month_names{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

struct date_fields {
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  unsigned second_of_day = 0;
};

// Takes the text apart from its front; the first thing that is not there fails the whole.
class scanner {
 public:
  explicit scanner(std::string_view text) : rest_(text) {}

  void literal(std::string_view wanted) {
    if (rest_.starts_with(wanted))
      rest_.remove_prefix(wanted.size());
    else
      failed_ = true;
  }

  // The position of the name that comes next. No name in the lists begins another.
  unsigned one_of(std::span<const std::string_view> names) {
    for (std::size_t i = 0; i < names.size(); ++i)
      if (rest_.starts_with(names[i])) {
        rest_.remove_prefix(names[i].size());
        return static_cast<unsigned>(i);
      }
    failed_ = true;
    return 0;
  }

  unsigned digits(std::size_t count) {
    if (rest_.size() < count) {
      failed_ = true;
      return 0;
    }
    unsigned value = 0;
    for (const char c : rest_.substr(0, count)) {
      if (c < '0' || c > '9') failed_ = true;
      value = value * 10 + static_cast<unsigned char>(c) - static_cast<unsigned>('0');
    }
    rest_.remove_prefix(count);
    return value;
  }

  // asctime's day: two columns, blank-padded.
  unsigned padded_day() {
    if (!rest_.starts_with(' ')) return digits(2);
    literal(" ");
    return digits(1);
  }

  unsigned second_of_day() {
    const unsigned hour = digits(2);
    literal(":");
    const unsigned minute = digits(2);
    literal(":");
    const unsigned second = digits(2);
    if (hour > 23 || minute > 59 || second > 60) failed_ = true;
    return hour * 3600 + minute * 60 + second;
  }

  [[nodiscard]] bool read_all() const { return !failed_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool failed_ = false;
};

std::optional<system_time> to_time(const date_fields& fields) {
  const year_month_day date(std::chrono::year(fields.year), std::chrono::month(fields.month), std::chrono::day(fields.day));
  if (fields.year < 1 || !date.ok()) return std::nullopt;
  return sys_days(date) + std::chrono::seconds(fields.second_of_day);
}

// Sun, 06 Nov 1994 08:49:37 GMT
std::optional<system_time> parse_fixdate(std::string_view text) {
  scanner scan(text);
  date_fields fields;
  scan.one_of(short_day_names);
  scan.literal(", ");
  fields.day = scan.digits(2);
  scan.literal(" ");
  fields.month = scan.one_of(month_names) + 1;
  scan.literal(" ");
  fields.year = static_cast<int>(scan.digits(4));
  scan.literal(" ");
  fields.second_of_day = scan.second_of_day();
  scan.literal(" GMT");
  if (!scan.read_all()) return std::nullopt;
  return to_time(fields);
}

// Sun Nov  6 08:49:37 1994
std::optional<system_time> parse_asctime(std::string_view text) {
  scanner scan(text);
  date_fields fields;
  scan.one_of(short_day_names);
  scan.literal(" ");
  fields.month = scan.one_of(month_names) + 1;
  scan.literal(" ");
  fields.day = scan.padded_day();
  scan.literal(" ");
  fields.second_of_day = scan.second_of_day();
  scan.literal(" ");
  fields.year = static_cast<int>(scan.digits(4));
  if (!scan.read_all()) return std::nullopt;
  return to_time(fields);
}

// The latest year with these last two digits whose date is not more than 50 years after `now`.
std::optional<system_time> to_time_near(date_fields fields, system_time now) {
  constexpr int years_ahead_max = 50;
  const sys_days today = std::chrono::floor<std::chrono::days>(now);
  const year_month_day date(today);
  const int latest = static_cast<int>(date.year()) + years_ahead_max;
  // A 29 February in a year without one counts as 1 March here, which is how year_month_day continues a month.
  const system_time limit = sys_days(date + std::chrono::years(years_ahead_max)) + (now - today);
  fields.year = latest - (latest - fields.year) % 100;
  std::optional<system_time> at = to_time(fields);
  if (at && *at > limit) {
    fields.year -= 100;
    at = to_time(fields);
  }
  return at;
}

// Sunday, 06-Nov-94 08:49:37 GMT
std::optional<system_time> parse_rfc_850(std::string_view text, system_time now) {
  scanner scan(text);
  date_fields fields;
  scan.one_of(long_day_names);
  scan.literal(", ");
  fields.day = scan.digits(2);
  scan.literal("-");
  fields.month = scan.one_of(month_names) + 1;
  scan.literal("-");
  fields.year = static_cast<int>(scan.digits(2));
  scan.literal(" ");
  fields.second_of_day = scan.second_of_day();
  scan.literal(" GMT");
  if (!scan.read_all()) return std::nullopt;
  return to_time_near(fields, now);
}

}  // namespace

std::optional<system_time> parse_http_date(std::string_view text, system_time now) {
  if (const auto at = parse_fixdate(text)) return at;
  if (const auto at = parse_rfc_850(text, now)) return at;
  return parse_asctime(text);
}

}  // namespace partmark
