#include "config/duration.hpp"

#include "core/text.hpp"

#include <array>
#include <cassert>
#include <cstdint>
#include <optional>

namespace partmark::config {
namespace {

struct unit {
  std::string_view name;
  std::int64_t milliseconds_each;
};

// Largest first, as duration_text wants them.
constexpr std::array<unit, 5> units{{{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};
constexpr std::int64_t milliseconds_max = 36'500 * units[0].milliseconds_each;
constexpr std::size_t fraction_digits_max = 9;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::size_t digits_at_front(std::string_view text) {
  std::size_t n = 0;
  while (n < text.size() && is_digit(text[n])) ++n;
  return n;
}

std::optional<std::int64_t> read_number(std::string_view digits) {
  std::int64_t value = 0;
  for (const char c : digits) {
    value = value * 10 + (c - '0');
    if (value > milliseconds_max) return std::nullopt;
  }
  return value;
}

std::optional<std::int64_t> unit_named(std::string_view name) {
  for (const unit& u : units)
    if (u.name == name) return u.milliseconds_each;
  return std::nullopt;
}

std::optional<std::int64_t> read_milliseconds(std::string_view text) {
  const std::size_t whole_digits = digits_at_front(text);
  if (whole_digits == 0) return std::nullopt;
  const auto whole = read_number(text.substr(0, whole_digits));
  text.remove_prefix(whole_digits);
  if (!whole) return std::nullopt;
  if (text.empty()) return *whole == 0 ? std::optional<std::int64_t>(0) : std::nullopt;

  std::string_view fraction;
  if (text.front() == '.') {
    text.remove_prefix(1);
    fraction = text.substr(0, digits_at_front(text));
    if (fraction.empty() || fraction.size() > fraction_digits_max) return std::nullopt;
    text.remove_prefix(fraction.size());
  }
  const auto each = unit_named(text);
  if (!each || *whole > milliseconds_max / *each) return std::nullopt;

  std::int64_t parts = 0;
  std::int64_t scale = 1;
  for (const char c : fraction) {
    parts = parts * 10 + (c - '0');
    scale *= 10;
  }
  if (parts * *each % scale != 0) return std::nullopt;
  const std::int64_t total = *whole * *each + parts * *each / scale;
  return total <= milliseconds_max ? std::optional(total) : std::nullopt;
}

}  // namespace

result<milliseconds> parse_duration(std::string_view text) {
  if (const auto found = read_milliseconds(text)) return milliseconds(*found);
  return error{errc::invalid,
               "\"" + printable(text) +
                   "\" is not a duration: expected a number and ms, s, m, h or d, such as 200ms, 1.5s or 90d, of whole milliseconds "
                   "and at most 36500d"};
}

std::string duration_text(milliseconds d) {
  assert(d.count() >= 0);
  if (d.count() == 0) return "0";
  for (const unit& u : units)
    if (d.count() % u.milliseconds_each == 0) return std::to_string(d.count() / u.milliseconds_each) + std::string(u.name);
  return {};  // not reached: every count divides by one millisecond
}

}  // namespace partmark::config
