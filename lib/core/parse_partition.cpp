// calendar.hpp's parse_partition: text to ordinal. It runs for every record of the journal, so the good path reads digits in place and
// allocates nothing; everything that makes a message is kept apart.
#include "core/calendar.hpp"
#include "core/text.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
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

// What each column holds: '0' for a digit, else itself; and how much may be added to a column's difference from that before its top bit is
// set: a digit differs by up to 9, anything else not at all.
constexpr std::string_view form = "0000-00-00T00:00:00";
constexpr std::string_view slack = "\x76\x76\x76\x76\x7f\x76\x76\x7f\x76\x76\x7f\x76\x76\x7f\x76\x76\x7f\x76\x76";
static_assert(form.size() == date_time_length && slack.size() == date_time_length);

template <class Word>
Word word_at(std::string_view text, std::size_t at) {
  Word word = 0;
  std::memcpy(&word, text.data() + at, sizeof word);
  return word;
}

// A word of columns at once. A column whose own top bit is set may carry into its neighbour, but is caught itself.
template <class Word>
bool columns_fit(std::string_view text, std::size_t at) {
  constexpr Word top_bits = static_cast<Word>(0x8080808080808080U);
  const Word difference = word_at<Word>(text, at) ^ word_at<Word>(form, at);
  return (((difference + word_at<Word>(slack, at)) | difference) & top_bits) == 0;
}

bool has_form(std::string_view text) {
  using four = std::uint32_t;
  using eight = std::uint64_t;
  switch (text.size()) {
    case year_length:
      return columns_fit<four>(text, 0);
    case month_length:
      return columns_fit<four>(text, 0) && columns_fit<four>(text, 3);
    case date_length:
      return columns_fit<eight>(text, 0) && columns_fit<eight>(text, 2);
    case date_time_length:
      return columns_fit<eight>(text, 0) && columns_fit<eight>(text, 8) && columns_fit<eight>(text, 11);
    default:
      return false;
  }
}

unsigned two_digits(std::string_view text, std::size_t at) { return static_cast<unsigned>((text[at] - '0') * 10 + (text[at + 1] - '0')); }

civil_reading read_civil(std::string_view text) {
  if (!has_form(text)) return {{}, fault::shape};
  const std::size_t length = text.size();
  const unsigned year = two_digits(text, 0) * 100 + two_digits(text, 2);
  const unsigned month = length >= month_length ? two_digits(text, 5) : 1;
  const unsigned day = length >= date_length ? two_digits(text, 8) : 1;
  const bool has_time = length == date_time_length;
  const unsigned hour = has_time ? two_digits(text, 11) : 0;
  const unsigned minute = has_time ? two_digits(text, 14) : 0;
  const unsigned second = has_time ? two_digits(text, 17) : 0;
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
