#include "core/retry_after.hpp"

#include "core/http_date.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace partmark {

namespace {

std::string_view without_blanks(std::string_view text) {
  constexpr std::string_view blanks = " \t";
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

// Any number of digits is allowed; the value stops growing once it is over the limit.
std::optional<milliseconds> parse_seconds(std::string_view digits) {
  constexpr std::int64_t seconds_max = std::chrono::duration_cast<std::chrono::seconds>(retry_after_max).count();
  if (digits.empty()) return std::nullopt;
  std::int64_t value = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return std::nullopt;
    value = std::min(value * 10 + (c - '0'), seconds_max);
  }
  return std::chrono::seconds(value);
}

}  // namespace

std::optional<milliseconds> parse_retry_after(std::string_view value, system_time now) {
  const std::string_view text = without_blanks(value);
  if (const auto delay = parse_seconds(text)) return delay;
  if (const auto date = parse_http_date(text, now)) return std::clamp(*date - now, milliseconds::zero(), retry_after_max);
  return std::nullopt;
}

}  // namespace partmark
