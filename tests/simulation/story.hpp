// What worlds went through, for people and for the test that all of it happens. Plain counts, so that processes can add theirs up.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace partmark::testing {

enum class tally : std::uint8_t {
  plans,
  completions,
  table_rows,
  turns,
  commits,
  calls,
  partitions_told,
  triggers,
  listings,
  plan_listings,
  plans_verified,
  plans_unverified,
  plans_unlisted,
  token_calls,
  simulated_seconds,
  held_at_end,
  // Faults, from here to the last but the person's.
  crashes,
  deaths_in_a_step,
  power_cuts,
  port_errors,
  failed_commits,
  full_disks,
  journals_gone,
  weather_changes,
  lost_before_apply,
  lost_after_apply,
  late_applies,
  duplicates,
  clean_failures,
  refusals,
  hiccups,
  credentials_refused,
  tokens_revoked,
  token_failures,
  vandalism,
  wrong_rows,
  rows_seen_late,
  numbers_burned,
  clock_jumps,
  suspends,
  stalls,
  // What a person does.
  reloads,
  pauses,
  resumes,
  retries,
  resyncs,
  refolds,
  drift_checks,
  drift_repairs,
  end_,
};

inline constexpr std::size_t tallies = static_cast<std::size_t>(tally::end_);
inline constexpr tally first_fault = tally::crashes;

[[nodiscard]] std::string_view name_of(tally t);

struct world_story {
  std::array<std::uint64_t, tallies> counts{};
  std::array<std::uint64_t, 64> verdicts{};  // by row of the verdict table
  std::uint64_t trace = 0;                   // of every call: its time and what it said
  std::uint64_t trace_in_trouble = 0;        // the same before the clean restart at the end

  [[nodiscard]] std::uint64_t of(tally t) const { return counts[static_cast<std::size_t>(t)]; }
  void add(tally t, std::uint64_t n = 1) { counts[static_cast<std::size_t>(t)] += n; }
  void add(const world_story& other) {
    for (std::size_t i = 0; i < counts.size(); ++i) counts[i] += other.counts[i];
    for (std::size_t i = 0; i < verdicts.size(); ++i) verdicts[i] += other.verdicts[i];
    trace += other.trace;
  }
};

}  // namespace partmark::testing
