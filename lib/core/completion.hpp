// A journal row, as stored and as understood. Decoding is where a row that passed the journal's CHECKs is still found wrong (DESIGN §4.1).
// Pure; any thread.
#pragma once

#include "core/mark.hpp"
#include "core/result.hpp"
#include "core/text.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
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
  std::string_view recorded_at;  // empty for a fold, which has no use for it
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

// errc::invalid with the reason that `partmark rejected` shows: a plan name that is empty, over plan_name_bytes_max, has control characters
// or is not UTF-8 (run_type likewise; of job only the last two, for nothing but people reads it); an unknown granularity or outcome; a
// mixture of NULLs; a date that starts no partition; last before first; more than `partitions_max` partitions; a full refresh that is
// `cleared`. Every message names the column and the value. Allocates nothing on success. That a plan's granularity and kind stay what they
// were is the caller's check.
[[nodiscard]] result<completion> decode(const completion_row& row, std::int64_t partitions_max);

}  // namespace partmark
