// A journal row, as stored and as understood. Decoding is where a row that passed the journal's CHECKs is still found wrong (DESIGN §4.1). Pure; any thread.
#pragma once

#include "core/mark.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace partmark {

// One row of plan_completion. The views live as long as the reader's callback.
struct completion_row {
  std::int64_t seq = 0;
  std::string_view plan;
  std::optional<std::string_view> granularity;
  std::optional<std::string_view> first;
  std::optional<std::string_view> last;
  std::string_view outcome;
  std::optional<std::string_view> run_type;
  std::optional<std::string_view> job;
  std::string_view recorded_at;
};

// One row of table_completion.
struct table_row {
  std::int64_t seq = 0;
  std::string_view table_name;
  std::string_view partition;
  std::string_view outcome;
  std::optional<std::string_view> job;
  std::string_view recorded_at;
};

struct completion {
  plan_shape shape;
  range partitions;  // whole_table for a full refresh
  mark outcome = mark::success;
};

inline constexpr std::size_t plan_name_bytes_max = 256;

// errc::invalid with the reason that `partmark rejected` shows: a plan name that is empty, over plan_name_bytes_max, has control characters or is
// not UTF-8 (also for job and run_type); an unknown granularity or outcome; a mixture of NULLs; a date that starts no partition; last before first;
// more than `partitions_max` partitions; a full refresh that is `cleared`. Every message names the column and the value.
[[nodiscard]] result<completion> decode(const completion_row& row, std::int64_t partitions_max);

// Well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF).
[[nodiscard]] bool is_utf8(std::string_view text);

// `text` made safe to show: control characters and bad UTF-8 replaced by '?', at most `bytes_max` bytes, cut at a character with "…".
[[nodiscard]] std::string printable(std::string_view text, std::size_t bytes_max = 80);

}  // namespace partmark
