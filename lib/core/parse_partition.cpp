// calendar.hpp's parse_partition: text to ordinal. It runs for every record of the journal, so the good path reads digits in place and
// allocates nothing; everything that makes a message is kept apart.
#include "core/calendar.hpp"
#include "core/text.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>

namespace partmark {

namespace {

using std::chrono::local_days;
using std::chrono::local_seconds;
using std::chrono::year_month_day;

constexpr std::size_t year_length = 4;        // YYYY
constexpr std::size_t month_length = 7;       // YYYY-MM
constexpr std::size_t date_length = 10;       // YYYY-MM-DD
constexpr std::size_t date_time_length = 19;  // YYYY-MM-DDTHH:MM:SS
constexpr std::size_t quoted_bytes_max = 40;

enum class fault { none, shape, year, date, time };

struct civil_reading {
  local_seconds at;
  fault why = fault::none;
};

// Reads fixed columns; whether all were what they had to be is asked once, at the end.
class column_reader {
 public:
  explicit column_reader(std::string_view text) : text_(text) {}

  unsigned two_digits(std::size_t at) { return digit(at) * 10 + digit(at + 1); }

  void expect(std::size_t at, char wanted) { good_ &= text_[at] == wanted; }

  [[nodiscard]] bool good() const { return good_; }

 private:
  unsigned digit(std::size_t at) {
    const unsigned value = static_cast<unsigned char>(text_[at]) - static_cast<unsigned>('0');
    good_ &= value <= 9;
    return value;
  }

  std::string_view text_;
  bool good_ = true;
};

civil_reading read_civil(std::string_view text) {
  const std::size_t length = text.size();
  if (length != date_length && length != date_time_length && length != month_length && length != year_length) return {{}, fault::shape};
  column_reader read(text);
  const unsigned year = read.two_digits(0) * 100 + read.two_digits(2);
  unsigned month = 1;
  unsigned day = 1;
  unsigned hour = 0;
  unsigned minute = 0;
  unsigned second = 0;
  if (length >= month_length) {
    read.expect(4, '-');
    month = read.two_digits(5);
  }
  if (length >= date_length) {
    read.expect(7, '-');
    day = read.two_digits(8);
  }
  if (length == date_time_length) {
    read.expect(10, 'T');
    hour = read.two_digits(11);
    read.expect(13, ':');
    minute = read.two_digits(14);
    read.expect(16, ':');
    second = read.two_digits(17);
  }
  if (!read.good()) return {{}, fault::shape};
  if (year == 0) return {{}, fault::year};
  const year_month_day date(std::chrono::year(static_cast<int>(year)), std::chrono::month(month), std::chrono::day(day));
  if (!date.ok()) return {{}, fault::date};
  if (hour > 23 || minute > 59 || second > 59) return {{}, fault::time};
  return {local_days(date) + std::chrono::seconds(hour * 3600 + minute * 60 + second), fault::none};
}

std::size_t shortest_length(granularity g) {
  switch (g) {
    case granularity::minute:
    case granularity::hour:
      return date_time_length;
    case granularity::day:
    case granularity::week:
      return date_length;
    case granularity::month:
    case granularity::quarter:
      return month_length;
    case granularity::year:
      return year_length;
  }
  return date_time_length;
}

std::string_view expected(granularity g) {
  switch (g) {
    case granularity::minute:
      return "the start of a MINUTE, as 2025-10-20T07:05:00";
    case granularity::hour:
      return "the start of an HOUR, as 2025-10-20T07:00:00";
    case granularity::day:
      return "the start of a DAY, as 2025-10-20 or 2025-10-20T00:00:00";
    case granularity::week:
      return "the start of a WEEK, which is a Monday, as 2025-10-20 or 2025-10-20T00:00:00";
    case granularity::month:
      return "the start of a MONTH, as 2025-10, 2025-10-01 or 2025-10-01T00:00:00";
    case granularity::quarter:
      return "the start of a QUARTER, as 2025-10, 2025-10-01 or 2025-10-01T00:00:00";
    case granularity::year:
      return "the start of a YEAR, as 2025, 2025-01, 2025-01-01 or 2025-01-01T00:00:00";
  }
  return {};
}

std::string_view describe(fault why) {
  switch (why) {
    case fault::none:
      break;
    case fault::shape:
      return "does not have the form of a partition's start";
    case fault::year:
      return "lies outside of the years 0001 to 9999";
    case fault::date:
      return "names a day that does not exist";
    case fault::time:
      return "names a time of day that does not exist";
  }
  return {};
}

error refusal(granularity g, std::string_view text, std::string_view why) {
  std::string message = "\"" + printable(text, quoted_bytes_max) + "\" ";
  message += why;
  message += "; expected ";
  message += expected(g);
  return {errc::invalid, std::move(message)};
}

// Says which partition was probably meant: the usual mistake is a zone or an off-by-one in the job.
error misalignment(granularity g, std::string_view text, ordinal containing) {
  return refusal(g, text, "falls inside the " + std::string(to_text(g)) + " that starts at " + partition_start(g, containing));
}

}  // namespace

result<ordinal> parse_partition(granularity g, std::string_view text) {
  const civil_reading reading = read_civil(text);
  if (reading.why != fault::none) return refusal(g, text, describe(reading.why));
  if (text.size() < shortest_length(g)) return refusal(g, text, "is too short for this granularity");
  const ordinal o = partition_containing(g, reading.at);
  if (partition_start_time(g, o) != reading.at) return misalignment(g, text, o);
  return o;
}

}  // namespace partmark
