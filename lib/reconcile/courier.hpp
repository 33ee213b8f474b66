// Decides which plan calls which endpoint next, builds the call from the ledger at that moment, and takes its end. At most one call of a
// plan is under way, at most max_in_flight of an endpoint. Owned by the loop; one thread.
#pragma once

#include "core/schedule.hpp"
#include "reconcile/call_ended.hpp"
#include "reconcile/drift_checks.hpp"
#include "reconcile/endpoint_board.hpp"
#include "reconcile/outcome.hpp"
#include "reconcile/plan_checks.hpp"
#include "reconcile/plans.hpp"
#include "reconcile/remote.hpp"
#include "reconcile/triggers.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace partmark {

class courier {
 public:
  courier(plan_table& plans, const loop_settings& settings, remote& out, events& log, random_source& random);

  void configure(now t);
  [[nodiscard]] std::size_t endpoint_named(std::string_view name) const { return endpoints_.named(name); }

  void restore(std::uint64_t last_call_id, hold_id last_hold, const std::vector<std::string>& paused);

  // The plan's ledger changed at `t`: sees to its timers, its place in the schedule and its stored row.
  void touched(plan_state& plan, now t, state_changes& batch);
  // As it is stored.
  [[nodiscard]] plan_row row_of(const plan_state& plan) const { return plans_.row(plan, endpoints()[plan.endpoint].settings.name); }

  // As endpoint_board::remembered.
  [[nodiscard]] std::size_t endpoint_remembered(const std::string& name) { return endpoints_.remembered(name); }

  // From now on the plan's calls go to another endpoint, whose platform was told nothing yet: everything is pending again. A call that is
  // under way ends where it is, and settles none of that.
  void move(plan_state& plan, std::size_t endpoint, now t, state_changes& batch);

  void move_table(table_id table, std::size_t endpoint, now t);

  // Other settings: who lingers, or waits for a hold's next try, waits as long as they say now. No backoff goes beyond `longest_backoff`.
  void wait_anew(std::optional<milliseconds> longest_backoff, now t, state_changes& batch);

  // The table's triggers changed: sees to its place in the schedule.
  void touched_table(table_id table, now t);

  // A call ended.
  void ended(std::uint64_t call_id, const call_answer& answer, now t, state_changes& batch);

  // What time alone brings: settled limbo, holds whose next try has come.
  void expire(now t, state_changes& batch);

  // Builds what may go out at `t` and writes the intents into the batch. Nothing is sent before send_prepared(), after the batch is stored.
  void prepare(now t, state_changes& batch);
  void send_prepared();
  // The batch could not be stored: takes the prepared calls back, out of the batch too.
  void abandon_prepared(now t, state_changes& batch);

  // When something may have to be done next by time alone.
  [[nodiscard]] std::optional<steady_time> next_time(now t) const;

  // Compares the plan with the remote's own list; `done` is called when that is known.
  void check_drift(plan_state& plan, bool repair, now t, drift_handler done, drift_page_handler paged = {});
  // The regular check: of a plan that is not being checked. Waits as long as its endpoint is paused.
  void check_drift_when_it_may(plan_state& plan, now t, drift_handler done);
  [[nodiscard]] bool checks_drift_of(plan_id plan) const { return drift_.checking(plan); }

  // What the last such comparison found; nullptr: nothing.
  [[nodiscard]] const drift_finding* drift_of(plan_id plan) const { return drift_.findings().of(plan); }
  void forget_drift(plan_id plan) { drift_.findings().forget(plan); }

  // Tries everything held now: all of them, or one plan's.
  void retry_held(plan_state& plan, now t, state_changes& batch);
  bool retry_held_triggers(std::string_view table, retry_by who, now t, state_changes& batch);
  // An empty name: all. False: none is called so.
  bool pause(std::string_view endpoint, bool paused, now t, state_changes& batch);

  [[nodiscard]] std::size_t in_flight() const { return flights_.size(); }
  [[nodiscard]] const std::vector<endpoint_state>& endpoints() const { return endpoints_.all(); }
  [[nodiscard]] const call_counters& counters() const { return endpoints_.counters(); }
  [[nodiscard]] triggers& second_api() { return triggers_; }
  [[nodiscard]] const triggers& second_api() const { return triggers_; }

 private:
  struct prepared_call {
    std::uint64_t call_id = 0;
    caller who = 0;
    http_request request;
  };

  void prepare_caller(caller who, std::size_t endpoint, now t, state_changes& batch);
  bool prepare_plan(plan_state& plan, now t, state_changes& batch);
  bool prepare_table(table_id table, now t, state_changes& batch);
  void plan_ended(plan_state& plan, milliseconds settle_time, const verdict& v, bool outdated, now t, state_changes& batch);
  void trigger_ended(table_id table, const verdict& v, bool outdated, now t, state_changes& batch);
  void drift_page_ended(plan_state& plan, const call_answer& answer, now t, state_changes& batch);
  void withdraw(caller who, std::size_t endpoint, now t, state_changes& batch);
  void launch(std::uint64_t call_id, caller who, std::size_t endpoint, http_request request, now t);

  plan_table& plans_;
  const loop_settings& settings_;
  remote& out_;
  call_ended_log call_ended_;
  endpoint_board endpoints_;
  outcome outcome_;
  triggers triggers_;
  drift_checks drift_;
  plan_checks plan_checks_;
  struct under_way {
    caller who = 0;
    std::size_t endpoint = 0;
    steady_time sent;
  };
  std::unordered_map<std::uint64_t, under_way> flights_;
  std::vector<prepared_call> prepared_;
  schedule settling_;   // plans with limbo, by when it settles
  schedule reprobing_;  // plans with holds, by next try
  std::uint64_t last_call_id_ = 0;
};

}  // namespace partmark
