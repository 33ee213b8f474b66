// What a state store holds, as plain maps: one entry a row. Applies a batch the way DESIGN §2 demands and refuses, by contract_broken, what
// no store could hold: runs that overlap, a missing row taken away, two intents for one plan. Owned by memory_state; one thread.
#pragma once

#include "reconcile/state.hpp"
#include "support/flat_map.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace partmark::testing {

template <class V>
struct run_row {
  ordinal last = 0;
  V value{};
};

// A plan's rows by their first partition.
template <class V>
using run_rows = flat_map<ordinal, run_row<V>>;

struct plan_tables {
  plan_row row;
  run_rows<mark> marks;
  run_rows<mark> pending;
  run_rows<limbo_entry> limbo;
  run_rows<hold_id> held;
};

// With the rows of its new plans among the others.
[[nodiscard]] state_changes spelled_out(state_changes changes);

struct state_tables {
  std::vector<plan_tables> plans;  // by id
  std::map<hold_id, hold_row> holds;
  std::map<std::pair<std::string, std::int64_t>, rejected_row> rejected;  // by table and seq
  std::map<plan_id, intent_row> intents;
  std::map<std::pair<std::string, ordinal>, trigger_row> triggers;
  std::map<std::string, bool> paused;
  journal_position position;
  std::string boot_id;
  std::optional<system_time> drift_checked_at;
  std::uint64_t last_call_id = 0;

  void apply(const state_changes& changes);
  // The same for changes that were already seen to be in order.
  void repeat(const state_changes& changes);
  [[nodiscard]] stored_state load() const;

  [[nodiscard]] const plan_tables* find(std::string_view uuid) const;

 private:
  void apply_all(const state_changes& changes);
  void check_changed(const state_changes& changes) const;
  void apply_plans(const state_changes& changes);
  void apply_runs(const state_changes& changes);
  void apply_holds(const state_changes& changes);
  void apply_calls(const state_changes& changes);
  void apply_triggers(const state_changes& changes);
  void check(const plan_tables& plan) const;
  void check_intent(const intent_row& intent) const;
};

}  // namespace partmark::testing
