// A state store in memory that outlives the loop: after a "crash" a new loop starts from what was committed. Any commit can fail, and a
// power cut takes the latest ones. Owned by the test; one thread.
#pragma once

#include "support/state_tables.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

namespace partmark::testing {

class memory_state final : public state {
 public:
  // Asked before a commit; an error that it answers fails it. Both may throw: the run ends before, or just after, the commit.
  std::function<std::optional<error>()> trouble;
  std::function<void(const state_changes&)> committed;

  // So many of the latest commits can be lost from now on; 0 unless told.
  void keep_undoable(std::size_t commits);

  result<void> commit(const state_changes& changes) override;

  [[nodiscard]] const state_tables& stored() const { return tables_; }
  // As the daemon loads: most goes to `rows`.
  [[nodiscard]] stored_state load(stored_rows& rows) const;
  [[nodiscard]] std::size_t commits() const { return commits_; }

  // As a version stored it that did not know them.
  void forget_endpoints() {
    for (auto& plan : tables_.plans) plan.row.endpoint.clear();
  }

  // The latest commits are lost, at most as many as can be; answers how many.
  std::size_t cut_power(std::size_t lost);

 private:
  void apply(const state_changes& changes);
  void note(const state_changes& changes);
  void forget_oldest();

  state_tables tables_;
  state_tables base_;                  // before `recent_`
  std::vector<state_changes> recent_;  // a ring, so that the batches' memory is used again
  std::size_t oldest_ = 0;
  std::size_t kept_ = 0;
  std::size_t commits_ = 0;
};

}  // namespace partmark::testing
