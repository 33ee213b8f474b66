// Every statement that changes state.db, prepared once, and what it writes. No transaction is begun or ended here. Owned by sqlite_state,
// beside its connection; one thread.
#pragma once

#include "core/result.hpp"
#include "reconcile/state.hpp"
#include "sqlite/connection.hpp"
#include "sqlite/statement.hpp"
#include "state/plan_rows.hpp"
#include "state/row_codec.hpp"
#include "state/row_writer.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
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

  // All runs of new plans, of which the table has none. `runs_of` answers a plan's.
  template <class Runs>
  result<void> put_whole(const std::vector<plan_id>& plans, Runs runs_of) {
    constexpr std::size_t rows_at_a_time = 1024;
    std::vector<plan_run_change<mark>> rows;
    result<void> done;
    for (const plan_id plan : plans) {
      runs_of(plan).visit_all([&](range at, mark m) {
        if (!done) return;
        rows.push_back({plan, {at, m, true}});
        if (rows.size() == rows_at_a_time) done = put_and_clear(rows);
      });
      if (!done) return done;
    }
    return put_and_clear(rows);
  }

 private:
  using row_key = std::pair<std::int64_t, ordinal>;
  static constexpr row_key no_row{-1, 0};
  template <class V>
  static row_key key_of(const plan_run_change<V>& c) {
    return {c.plan, c.change.at.first};
  }

  run_table(row_writer put, sqlite::statement drop) : put_(std::move(put)), drop_(std::move(drop)) {}

  // A run that grows at its end is reported as gone and there again: one write does both.
  template <class V>
  static bool is_put_anew(const std::vector<plan_run_change<V>>& changes, std::size_t i) {
    return i + 1 < changes.size() && changes[i + 1].plan == changes[i].plan && changes[i + 1].change.added &&
           changes[i + 1].change.at.first == changes[i].change.at.first;
  }

  template <class V>
  static void bind_row(sqlite::statement::use& use, int at, const plan_run_change<V>& put) {
    use.bind(at, put.plan);
    use.bind(at + 1, put.change.at.first);
    use.bind(at + 2, put.change.at.last);
    use.bind(at + 3, row_codec::encode(put.change.value));
  }
  template <class V>
  result<void> put_all(std::vector<const plan_run_change<V>*>& puts) {
    auto done = put_.write(puts, [](auto& use, int at, const plan_run_change<V>* put) { bind_row(use, at, *put); });
    puts.clear();
    return done;
  }
  result<void> put_and_clear(std::vector<plan_run_change<mark>>& rows) {
    auto done = put_.write(rows, [](auto& use, int at, const plan_run_change<mark>& put) { bind_row(use, at, put); });
    rows.clear();
    return done;
  }

  row_writer put_;
  sqlite::statement drop_;
};

// What the rows of a batch claim, one text behind the other, in memory that serves the next batch.
class claim_texts {
 public:
  void clear() {
    all_.clear();
    ends_.clear();
  }
  void add(std::span<const claim> claims) {
    row_codec::append_text(all_, claims);
    ends_.push_back(all_.size());
  }
  // Holds until clear(), once all are added.
  [[nodiscard]] std::string_view at(std::size_t index) const {
    const std::size_t begin = index == 0 ? 0 : ends_[index - 1];
    return std::string_view(all_).substr(begin, ends_[index] - begin);
  }

 private:
  std::string all_;
  std::vector<std::size_t> ends_;
};

class state_statements {
 public:
  [[nodiscard]] static result<state_statements> prepare(sqlite::connection& file);

  // All of `changes`, in the order of its members. The first error ends it, with the rest undone; then, or when its transaction fails,
  // forget() follows.
  result<void> apply(const state_changes& changes);
  // What was applied last is not in the file.
  void forget() {
    plans_.forget();
    calls_reserved_ = 0;
  }

 private:
  state_statements(plan_rows plans, run_table marks, run_table pending, run_table limbo, run_table held, row_writer intents,
                   row_writer attempts, std::vector<sqlite::statement> others)
      : plans_(std::move(plans)),
        marks_(std::move(marks)),
        pending_(std::move(pending)),
        limbo_(std::move(limbo)),
        held_(std::move(held)),
        intents_(std::move(intents)),
        attempts_(std::move(attempts)),
        others_(std::move(others)) {}

  result<void> put_new_plans(const std::vector<plan_id>& plans, const unstored_plans& their);
  result<void> put_hold(const hold_row& row);
  result<void> put_rejected(const rejected_row& row);
  result<void> put_intents(const std::vector<intent_row>& rows);
  result<void> put_attempts(const std::vector<attempt_row>& rows);
  result<void> put_trigger(const trigger_row& row);
  result<void> put_paused(const std::string& endpoint, bool paused);
  result<void> put_position(const journal_position& position);
  result<void> put_last_call(const state_changes& changes);

  plan_rows plans_;
  run_table marks_;
  run_table pending_;
  run_table limbo_;
  run_table held_;
  row_writer intents_;
  row_writer attempts_;
  claim_texts claims_;
  std::vector<sqlite::statement> others_;  // by the enumerators of the .cpp
  std::uint64_t calls_reserved_ = 0;       // no number until here is given out again
};

}  // namespace partmark
