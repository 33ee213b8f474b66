// What the last comparison with the remote's list found of each plan, for people to look at: only plans that differed, bounded, and
// forgotten when the daemon ends. What the remote accepts afterwards is mended; the next comparison replaces everything. Owned by the drift
// checks; one thread.
#pragma once

#include "core/clock.hpp"
#include "core/drift.hpp"
#include "core/range_map.hpp"
#include "reconcile/plans.hpp"

#include <cstddef>
#include <map>

namespace partmark {

struct drift_finding {
  system_time at;
  range_map<drift_kind> parts;
  bool cut = false;  // there were more ranges than are kept: the earliest are missing
};

class drift_findings {
 public:
  static constexpr std::size_t ranges_max = 1000;  // of a plan
  static constexpr std::size_t ranges_of_all_max = 100'000;

  // A comparison ended at `at`.
  void compared(plan_id plan, const drift_report& report, system_time at);
  // The remote accepted these partitions.
  void accepted(plan_id plan, range at);
  // The plan is folded anew: its partitions may mean something else.
  void forget(plan_id plan);

  // nullptr: nothing was found, or no comparison was made yet.
  [[nodiscard]] const drift_finding* of(plan_id plan) const;

 private:
  [[nodiscard]] std::size_t ranges() const;

  std::map<plan_id, drift_finding> found_;
};

}  // namespace partmark
