// calendar.hpp's parse_partition: text to ordinal. It runs for every record of the journal, so the good path reads digits in place and
// allocates nothing; everything that makes a message is kept apart.
#include "core/calendar.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
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

// A civil time; what the text leaves out is the beginning of that.
struct civil_reading {
  year_month_day date{};
  unsigned hour = 0;
  unsigned minute = 0;
  unsigned second = 0;
  fault why = fault::none;

  [[nodiscard]] std::int64_t days() const { return local_days(date).time_since_epoch().count(); }
  [[nodiscard]] std::int64_t months() const {
    return (static_cast<int>(date.year()) - 1970) * std::int64_t{12} + static_cast<unsigned>(date.month()) - 1;
  }
  [[nodiscard]] bool is_midnight() const { return (hour | minute | second) == 0; }
  [[nodiscard]] bool is_first_of_month() const { return is_midnight() && date.day() == std::chrono::day(1); }
  [[nodiscard]] local_seconds at() const {
    return local_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) + std::chrono::seconds(second);
  }
};

// What each column holds: '0' for a digit, else itself; and how much may be added to a column's difference from that before its top bit is
// set: a digit differs by up to 9, anything else not at all.
constexpr std::string_view form = "0000-00-00T00:00:00";
constexpr std::string_view slack = "\x76\x76\x76\x76\x7f\x76\x76\x7f\x76\x76\x7f\x76\x76\x7f\x76\x76\x7f\x76\x76";
static_assert(form.size() == date_time_length && slack.size() == date_time_length);

std::uint64_t eight_at(std::string_view text, std::size_t at) {
  std::uint64_t word = 0;
  std::memcpy(&word, text.data() + at, sizeof word);
  return std::endian::native == std::endian::little ? word : __builtin_bswap64(word);  // the first column in the lowest byte
}

// Eight columns at once, as their differences from the form: a digit's is its value.
class columns {
 public:
  columns(std::string_view text, std::size_t at) : at_(at), differences_(eight_at(text, at) ^ eight_at(form, at)) {}

  // The top bit of each column that does not have its form. One whose own top bit is set may carry into its neighbour, but is caught
  // itself.
  [[nodiscard]] std::uint64_t misfits() const {
    return ((differences_ + eight_at(slack, at_)) | differences_) & std::uint64_t{0x8080808080808080U};
  }
  // The number of two digits from this column of the text on.
  [[nodiscard]] unsigned number(std::size_t column) const {
    const std::uint64_t numbers = differences_ * 10 + (differences_ >> 8U);
    return static_cast<unsigned char>(numbers >> 8U * (column - at_));
  }

 private:
  std::size_t at_;
  std::uint64_t differences_;
};

civil_reading wrong(fault why) { return civil_reading{.date = {}, .why = why}; }

civil_reading checked(unsigned year, unsigned month, unsigned day, unsigned hour, unsigned minute, unsigned second) {
  if (year == 0) return wrong(fault::year);
  const year_month_day date(std::chrono::year(static_cast<int>(year)), std::chrono::month(month), std::chrono::day(day));
  if (!date.ok()) return wrong(fault::date);
  if (hour > 23 || minute > 59 || second > 59) return wrong(fault::time);
  return {date, hour, minute, second};
}

civil_reading read_date(std::string_view text) {
  const columns front(text, 0);
  const columns back(text, 2);
  if ((front.misfits() | back.misfits()) != 0) return wrong(fault::shape);
  return checked(front.number(0) * 100 + front.number(2), front.number(5), back.number(8), 0, 0, 0);
}

civil_reading read_date_time(std::string_view text) {
  const columns front(text, 0);
  const columns middle(text, 8);
  const columns back(text, 11);
  if ((front.misfits() | middle.misfits() | back.misfits()) != 0) return wrong(fault::shape);
  return checked(front.number(0) * 100 + front.number(2), front.number(5), middle.number(8), middle.number(11), middle.number(14),
                 back.number(17));
}

civil_reading read_civil(std::string_view text) {
  switch (text.size()) {
    case date_time_length:
      return read_date_time(text);
    case date_length:
      return read_date(text);
    case month_length:
    case year_length: {
      std::array<char, date_length> whole{'0', '0', '0', '0', '-', '0', '1', '-', '0', '1'};
      std::copy(text.begin(), text.end(), whole.begin());
      return read_date({whole.data(), whole.size()});
    }
    default:
      return wrong(fault::shape);
  }
}

// The partition that starts exactly then; nullopt: none does. From the fields, where partition_containing() would divide seconds and
// comparing with its start multiply them again.
std::optional<ordinal> partition_starting(granularity g, const civil_reading& then) {
  constexpr std::int64_t days_from_monday = 3;  // 1970-01-01 was a Thursday
  const auto if_so = [](bool starts, ordinal o) { return starts ? std::optional(o) : std::nullopt; };
  switch (g) {
    case granularity::minute:
      return if_so(then.second == 0, (then.days() * 24 + then.hour) * 60 + then.minute);
    case granularity::hour:
      return if_so((then.minute | then.second) == 0, then.days() * 24 + then.hour);
    case granularity::day:
      return if_so(then.is_midnight(), then.days());
    case granularity::week: {
      const std::int64_t days = then.days() + days_from_monday;
      return if_so(then.is_midnight() && days % 7 == 0, days / 7);
    }
    case granularity::month:
      return if_so(then.is_first_of_month(), then.months());
    case granularity::quarter:
      return if_so(then.is_first_of_month() && then.months() % 3 == 0, then.months() / 3);
    case granularity::year:
      return if_so(then.is_first_of_month() && then.months() % 12 == 0, then.months() / 12);
  }
  return std::nullopt;
}

// By granularity.
constexpr std::array<std::size_t, 7> shortest_lengths{date_time_length, date_time_length, date_length, date_length,
                                                      month_length,     month_length,     year_length};

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
  if (text.size() < shortest_lengths.at(static_cast<std::size_t>(g))) return refusal(g, text, "is too short for this granularity");
  if (const auto o = partition_starting(g, reading)) return *o;
  return misalignment(g, text, partition_containing(g, reading.at()));
}

}  // namespace partmark
