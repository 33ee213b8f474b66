// A prune under way: which records may go, dropped in short batches so that writers and the daemon get their turn, then the file made
// smaller. Owned by `partmark prune`; one thread. It may be killed at any moment: what is dropped is whole batches.
#pragma once

#include "cli/progress_line.hpp"
#include "cli/session.hpp"
#include "journal/journal_pruner.hpp"
#include "state/state_reader.hpp"

#include <array>
#include <cstdint>

namespace partmark {

struct pruned_table {
  std::int64_t records = 0;  // dropped; of a rehearsal: that would be
  std::int64_t through = 0;  // their highest number; 0: none
};

struct prune_outcome {
  std::array<pruned_table, 2> tables;  // by journal_table_kind
  std::int64_t freed_bytes = 0;        // by which the file became smaller

  [[nodiscard]] pruned_table& of(journal_table_kind k) { return tables[static_cast<std::size_t>(k)]; }
  [[nodiscard]] const pruned_table& of(journal_table_kind k) const { return tables[static_cast<std::size_t>(k)]; }
  [[nodiscard]] std::int64_t records() const { return tables[0].records + tables[1].records; }
};

class pruning {
 public:
  // `age`: what is old. All outlive this.
  pruning(journal_pruner& journal, state_reader& state, const prune_age& age, session& s);

  // First of all, once. Why nothing may be pruned now: the daemon has still to read old records, or reads some again. busy, io.
  [[nodiscard]] result<void> check();

  // What run() would drop; changes nothing.
  [[nodiscard]] result<prune_outcome> rehearse();

  // After an error, outcome() tells what was done until then.
  result<void> run();
  [[nodiscard]] const prune_outcome& outcome() const { return outcome_; }

 private:
  [[nodiscard]] std::int64_t keep_from(journal_table_kind table) const { return keep_from_[static_cast<std::size_t>(table)]; }
  [[nodiscard]] result<void> look();
  [[nodiscard]] result<void> check_read(journal_table_kind table);
  [[nodiscard]] result<std::int64_t> guess_last(journal_table_kind table, std::int64_t first);
  result<void> guess_all();
  result<void> drop_all(journal_table_kind table);
  result<void> shrink();
  result<void> rest();
  void draw();

  journal_pruner& journal_;
  state_reader& state_;
  const prune_age& age_;
  session& session_;
  progress_line progress_;
  fold_progress folded_;
  std::array<std::int64_t, 2> keep_from_{};  // by journal_table_kind: this record and all behind it stay
  prune_outcome outcome_;
  int batches_ = 0;
  std::int64_t expected_ = 0;  // records, about
};

}  // namespace partmark
