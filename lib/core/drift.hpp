// Compares a ledger with the remote's own list of usable partitions (CAN_API.md §3: listed means usable; failed, cleared and never-marked
// partitions are absent). Only what kept quiet counts: accepted before the listing began, and untouched until it ended. Pure; any thread.
#pragma once

#include "core/ledger.hpp"

#include <cstdint>
#include <vector>

namespace partmark {

// How a partition differed, and whether the remote has accepted it since.
enum class drift_kind : std::uint8_t { none, missing, unexpected, mended };

struct drift_report {
  std::vector<range> missing;     // marked success here, not listed there
  std::vector<range> unexpected;  // marked failed or cleared here, listed there
  std::int64_t compared = 0;      // partitions that could be compared
  std::int64_t unknown = 0;       // listed there, never marked here: somebody else's, left alone
  std::int64_t unreadable = 0;    // listed values that could not be read: then nothing is repaired

  [[nodiscard]] bool found() const { return !missing.empty() || !unexpected.empty(); }
};

// `listed`: the partitions the remote named. The ledger's quiet watch must have begun before the first page was asked for.
[[nodiscard]] drift_report compare(const ledger& book, const range_set& listed);

}  // namespace partmark
