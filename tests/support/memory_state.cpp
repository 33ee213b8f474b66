#include "support/memory_state.hpp"

#include "support/contract.hpp"

#include <algorithm>
#include <utility>

namespace partmark::testing {

result<void> memory_state::commit(const state_changes& changes) {
  require(!changes.empty(), "nothing is not stored");
  if (trouble)
    if (auto e = trouble()) return *e;
  // A batch that a power cut may take away is to be what it was, and the ledgers go on.
  if (changes.new_plans.empty())
    apply(changes);
  else
    apply(spelled_out(changes));
  return {};
}

void memory_state::apply(const state_changes& changes) {
  tables_.apply(changes);
  ++commits_;
  if (!recent_.empty()) note(changes);
  if (committed) committed(changes);
}

stored_state memory_state::load(stored_rows& rows) const {
  stored_state s = tables_.load();
  for (const plan_row& row : std::exchange(s.plans, {})) rows.plan(row);
  for (const auto& [plan, run] : std::exchange(s.marks, {})) rows.marked(plan, run.at, run.value);
  for (const auto& [plan, run] : std::exchange(s.pending, {})) rows.pending(plan, run.at);
  return s;
}

void memory_state::keep_undoable(std::size_t commits) {
  recent_.assign(commits, {});
  oldest_ = kept_ = 0;
  if (commits > 0) base_ = tables_;
}

void memory_state::forget_oldest() {
  base_.repeat(recent_[oldest_]);
  oldest_ = (oldest_ + 1) % recent_.size();
  --kept_;
}

void memory_state::note(const state_changes& changes) {
  if (changes.durable || changes.boot_id) {
    while (kept_ > 0) forget_oldest();
    base_.repeat(changes);
    return;
  }
  if (kept_ == recent_.size()) forget_oldest();
  recent_[(oldest_ + kept_++) % recent_.size()] = changes;
}

std::size_t memory_state::cut_power(std::size_t lost) {
  lost = std::min(lost, kept_);
  if (lost == 0) return 0;
  kept_ -= lost;
  tables_ = base_;
  for (std::size_t i = 0; i < kept_; ++i) tables_.repeat(recent_[(oldest_ + i) % recent_.size()]);
  return lost;
}

}  // namespace partmark::testing
