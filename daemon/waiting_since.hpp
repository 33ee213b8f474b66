// Since when the oldest completion of a plan waits to be accepted, as the loop knows it. Pure; any thread.
#pragma once

#include "reconcile/plans.hpp"

#include <optional>

namespace partmark {

// nullopt: the plan owes nothing. After a restart it falls back to what was stored: since when the plan has owed without a break.
[[nodiscard]] inline std::optional<system_time> waiting_since(const plan_state& plan, now t) {
  if (!plan.owes) return std::nullopt;
  const auto& steady = plan.waiting_since ? plan.waiting_since : plan.lingering_since;
  if (steady) return t.system - std::chrono::duration_cast<milliseconds>(t.steady - *steady);
  return plan.pending_since;
}

}  // namespace partmark
