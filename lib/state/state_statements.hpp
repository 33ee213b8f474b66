// Every statement that changes state.db, prepared once, and what it writes. No transaction is begun or ended here. Owned by sqlite_state,
// beside its connection; one thread.
#pragma once

#include "core/result.hpp"
#include "reconcile/state.hpp"
#include "sqlite/connection.hpp"
#include "sqlite/statement.hpp"
#include "state/row_codec.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace partmark {

// A table with one row a run, keyed (plan_id, first).
class run_table {
 public:
  // `table` and its fourth column, `value`.
  [[nodiscard]] static result<run_table> prepare(sqlite::connection& file, std::string_view table, std::string_view value);

  template <class V>
  result<void> apply(const std::vector<plan_run_change<V>>& changes) {
    for (std::size_t i = 0; i < changes.size(); ++i) {
      const auto& [plan, c] = changes[i];
      // A run that grows at its end is reported as gone and there again: one write does both.
      if (!c.added && i + 1 < changes.size() && changes[i + 1].plan == plan && changes[i + 1].change.added &&
          changes[i + 1].change.at.first == c.at.first)
        continue;
      const auto done = c.added ? put_.run(plan, c.at.first, c.at.last, row_codec::encode(c.value)) : drop_.run(plan, c.at.first);
      if (!done) return done;
    }
    return {};
  }

 private:
  run_table(sqlite::statement put, sqlite::statement drop) : put_(std::move(put)), drop_(std::move(drop)) {}

  sqlite::statement put_;
  sqlite::statement drop_;
};

class state_statements {
 public:
  [[nodiscard]] static result<state_statements> prepare(sqlite::connection& file);

  // All of `changes`, in the order of its members. The first error ends it, with the rest undone.
  result<void> apply(const state_changes& changes);

 private:
  struct texts;
  state_statements(run_table marks, run_table pending, run_table limbo, run_table held, std::vector<sqlite::statement> others)
      : marks_(std::move(marks)),
        pending_(std::move(pending)),
        limbo_(std::move(limbo)),
        held_(std::move(held)),
        others_(std::move(others)) {}

  result<void> put_plan(const plan_row& row);
  result<void> put_hold(const hold_row& row);
  result<void> put_rejected(const rejected_row& row);
  result<void> end_intent(plan_id plan);
  result<void> put_intent(const intent_row& row);
  result<void> put_attempt(const attempt_row& row);
  result<void> put_trigger(const trigger_row& row);
  result<void> put_paused(const std::string& endpoint, bool paused);
  result<void> put_position(const journal_position& position);
  result<void> put_last_call(const state_changes& changes);

  run_table marks_;
  run_table pending_;
  run_table limbo_;
  run_table held_;
  std::vector<sqlite::statement> others_;  // by the enumerators of the .cpp
};

}  // namespace partmark
