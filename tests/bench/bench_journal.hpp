// The journal that the benches fold: seeded, so that every run and every peer sees the same records. Mostly appends at a plan's tail, some
// reruns and backfills further back, a few failures.
#pragma once

#include <cstdint>
#include <string>

namespace partmark::bench {

struct journal_plan {
  std::int64_t records = 0;
  std::uint32_t plans = 1;
  std::uint64_t seed = 1;
};

// The uuid of the n-th plan; every fifth plan is HOUR, the others DAY.
[[nodiscard]] std::string plan_uuid(std::uint32_t n);

// Makes the journal at `path`, replacing what is there. Throws start_up_failure.
void make_journal(const std::string& path, const journal_plan& wanted);

}  // namespace partmark::bench
