// Every statement that changes state.db, prepared once, and what it writes. No transaction is begun or ended here. Owned by sqlite_state,
// beside its connection; one thread.
#pragma once

#include "core/result.hpp"
#include "reconcile/state.hpp"
#include "sqlite/connection.hpp"
#include "sqlite/statement.hpp"
#include "state/row_codec.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace partmark {

// A table with one row a run, keyed (plan_id, first).
class run_table {
 public:
  // `table` and its fourth column, `value`.
  [[nodiscard]] static result<run_table> prepare(sqlite::connection& file, std::string_view table, std::string_view value);

  template <class V>
  result<void> apply(const std::vector<plan_run_change<V>>& changes) {
    std::vector<const plan_run_change<V>*> puts;  // still to be written; a removal may overtake those of lower rows
    row_key highest = no_row;
    for (std::size_t i = 0; i < changes.size(); ++i) {
      if (changes[i].change.added) {
        puts.push_back(&changes[i]);
        highest = std::max(highest, key_of(changes[i]));
        continue;
      }
      if (is_put_anew(changes, i)) continue;
      if (highest >= key_of(changes[i])) {
        if (auto done = put_all(puts); !done) return done;
        highest = no_row;
      }
      if (auto done = drop_.run(changes[i].plan, changes[i].change.at.first); !done) return done;
    }
    return put_all(puts);
  }

 private:
  using row_key = std::pair<std::int64_t, ordinal>;
  static constexpr row_key no_row{-1, 0};
  template <class V>
  static row_key key_of(const plan_run_change<V>& c) {
    return {c.plan, c.change.at.first};
  }

  // Many rows in one statement cost half as much each.
  static constexpr std::size_t rows_a_statement = 32;

  run_table(sqlite::statement put, sqlite::statement put_many, sqlite::statement drop)
      : put_(std::move(put)), put_many_(std::move(put_many)), drop_(std::move(drop)) {}

  // A run that grows at its end is reported as gone and there again: one write does both.
  template <class V>
  static bool is_put_anew(const std::vector<plan_run_change<V>>& changes, std::size_t i) {
    return i + 1 < changes.size() && changes[i + 1].plan == changes[i].plan && changes[i + 1].change.added &&
           changes[i + 1].change.at.first == changes[i].change.at.first;
  }

  template <class V>
  result<void> put_all(std::vector<const plan_run_change<V>*>& puts) {
    std::size_t i = 0;
    for (; i + rows_a_statement <= puts.size(); i += rows_a_statement) {
      auto rows = put_many_.query();
      for (std::size_t n = 0; n < rows_a_statement; ++n) bind(rows, static_cast<int>(4 * n), *puts[i + n]);
      if (const auto done = rows.step(); !done) return done.error();
    }
    for (; i < puts.size(); ++i) {
      auto row = put_.query();
      bind(row, 0, *puts[i]);
      if (const auto done = row.step(); !done) return done.error();
    }
    puts.clear();
    return {};
  }

  template <class V>
  static void bind(sqlite::statement::use& rows, int parameter, const plan_run_change<V>& put) {
    rows.bind(parameter + 1, put.plan);
    rows.bind(parameter + 2, put.change.at.first);
    rows.bind(parameter + 3, put.change.at.last);
    rows.bind(parameter + 4, row_codec::encode(put.change.value));
  }

  sqlite::statement put_;
  sqlite::statement put_many_;  // rows_a_statement rows
  sqlite::statement drop_;
};

class state_statements {
 public:
  [[nodiscard]] static result<state_statements> prepare(sqlite::connection& file);

  // All of `changes`, in the order of its members. The first error ends it, with the rest undone; then, or when its transaction fails,
  // forget() follows.
  result<void> apply(const state_changes& changes);
  // What was applied last is not in the file.
  void forget() { plans_known_.reset(); }

 private:
  state_statements(run_table marks, run_table pending, run_table limbo, run_table held, std::vector<sqlite::statement> others)
      : marks_(std::move(marks)),
        pending_(std::move(pending)),
        limbo_(std::move(limbo)),
        held_(std::move(held)),
        others_(std::move(others)) {}

  result<void> count_plans();
  result<void> put_plan(const plan_row& row);
  result<void> put_hold(const hold_row& row);
  result<void> put_rejected(const rejected_row& row);
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
  std::vector<sqlite::statement> others_;    // by the enumerators of the .cpp
  std::optional<std::int64_t> plans_known_;  // that the file has: their ids are dense
};

}  // namespace partmark
