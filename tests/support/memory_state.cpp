#include "support/memory_state.hpp"

#include "support/contract.hpp"

#include <algorithm>

namespace partmark::testing {

result<void> memory_state::commit(const state_changes& changes) {
  require(!changes.empty(), "nothing is not stored");
  if (trouble)
    if (auto e = trouble()) return *e;
  tables_.apply(changes);
  ++commits_;
  if (undoable_ > 0 && (changes.durable || changes.boot_id)) {
    recent_.clear();
    base_ = tables_;
  } else if (undoable_ > 0) {
    recent_.push_back(changes);
    if (recent_.size() > undoable_) {
      base_.apply(recent_.front());
      recent_.pop_front();
    }
  }
  if (committed) committed(changes);
  return {};
}

std::size_t memory_state::cut_power(std::size_t lost) {
  lost = std::min(lost, recent_.size());
  if (lost == 0) return 0;
  recent_.resize(recent_.size() - lost);
  tables_ = base_;
  for (const state_changes& changes : recent_) tables_.apply(changes);
  return lost;
}

}  // namespace partmark::testing
