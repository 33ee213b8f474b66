// Civil time in partitions. A partition is one bucket of a granularity; its ordinal is the 64-bit count of buckets from
// 1970-01-01T00:00:00 (WEEK: from Monday 1969-12-29). Zone-less, proleptic Gregorian, years 0001 to 9999. Pure; any thread.
#pragma once

#include "core/result.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace partmark {

enum class granularity : std::uint8_t { minute, hour, day, week, month, quarter, year };

using ordinal = std::int64_t;

// Inclusive; first <= last always.
struct range {
  ordinal first = 0;
  ordinal last = 0;

  [[nodiscard]] std::int64_t size() const { return last - first + 1; }
  friend bool operator==(const range&, const range&) = default;
};

// "DAY" and its six siblings, as CAN writes them (CAN_API.md §1): upper case, nothing else.
[[nodiscard]] std::string_view to_text(granularity g);
[[nodiscard]] std::optional<granularity> parse_granularity(std::string_view text);

// The ordinals of the first and last partition that start within years 0001 to 9999.
[[nodiscard]] range ordinal_limits(granularity g);

// The partition that civil time `at` falls into, and the civil time at which a partition starts. Every civil time of years 0001 to 9999 has
// a partition; outside of those years the result means nothing.
[[nodiscard]] ordinal partition_containing(granularity g, std::chrono::local_seconds at);
[[nodiscard]] std::chrono::local_seconds partition_start_time(granularity g, ordinal o);

// The start of a partition as `YYYY-MM-DDTHH:MM:SS`, always 19 characters. `o` must lie within ordinal_limits(g).
[[nodiscard]] std::string partition_start(granularity g, ordinal o);
void append_partition_start(std::string& to, granularity g, ordinal o);

// The shortest text that names the partition to a person and that parse_partition reads back: 2025 for a YEAR, 2025-10 for a QUARTER or
// MONTH, 2025-10-20 for a WEEK or DAY, else 2025-10-20T07:00:00. `o` as above.
[[nodiscard]] std::string partition_label(granularity g, ordinal o);

// The partition that starts exactly at `text`: `YYYY-MM-DDTHH:MM:SS` or `YYYY-MM-DD`; also `YYYY-MM` for MONTH, QUARTER and YEAR and `YYYY`
// for YEAR; HOUR and MINUTE need the time. errc::invalid, with a message that quotes the text (shortened and made printable) and says what
// was expected, for any other shape, an impossible date or time (also a leap second), a year outside 0001-9999, or a time that starts no
// partition of `g`.
[[nodiscard]] result<ordinal> parse_partition(granularity g, std::string_view text);

}  // namespace partmark
