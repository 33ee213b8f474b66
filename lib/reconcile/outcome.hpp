// What the end of a plan's call does to the plan: ledger, holds, backoff (DESIGN §5). Writes into the turn's batch. Owned by the courier;
// one thread.
#pragma once

#include "core/retry.hpp"
#include "core/verdict.hpp"
#include "reconcile/events.hpp"
#include "reconcile/plans.hpp"
#include "reconcile/settings.hpp"

#include <cstdint>
#include <string>

namespace partmark {

class outcome {
 public:
  outcome(const loop_settings& settings, events& log, random_source& random);

  // Hold ids continue after those in use.
  void restore_last_hold(hold_id last) { last_hold_ = last; }

  // The call of `plan` ended with `v` at `t`; its flight is still set. Answers when the plan may be called next, if it owes anything.
  steady_time ended(plan_state& plan, const verdict& v, bool outdated, milliseconds settle_time, now t, state_changes& batch);
  // The same for a call to an endpoint that the plan has left: it says nothing of where the plan is now, but that it may still land.
  steady_time ended_elsewhere(plan_state& plan, const verdict& v, milliseconds settle_time, now t, state_changes& batch);

  // Held partitions under `id` are tried again, alone; their hold stays known until the answer.
  void reprobe(plan_state& plan, hold_id id, state_changes& batch);

  // No next try is later than `reprobe_held` says now.
  void shorten_reprobes(plan_state& plan, now t, state_changes& batch);

  // Ends the holds that no partition is under any more, after completions, acceptance or a resync.
  void drop_empty_holds(plan_state& plan, state_changes& batch);

 private:
  void accepted(plan_state& plan, const verdict& v, now t, state_changes& batch);
  void rejected(plan_state& plan, const verdict& v, now t, state_changes& batch);
  void hold(plan_state& plan, const verdict& v, const std::vector<range>& rest, now t, state_changes& batch);
  [[nodiscard]] steady_time next_after_success(const plan_state& plan, now t) const;
  void log_acceptance(const plan_state& plan, const verdict& v, now t);
  void log_failure(const plan_state& plan, const verdict& v, milliseconds delay) const;

  const loop_settings& settings_;
  events& log_;
  random_source& random_;
  hold_id last_hold_ = 0;
  // Of an acceptance, one a call: filled anew each time, so that their memory is made once.
  event acceptance_;
  ledger_changes acceptance_changes_;
};

}  // namespace partmark
