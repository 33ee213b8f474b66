// Applies journal rows to the plans' ledgers, in seq order, and sets aside what cannot be right. Writes what it did into the turn's batch.
// Owned by the loop; one thread.
#pragma once

#include "reconcile/events.hpp"
#include "reconcile/journal.hpp"
#include "reconcile/plans.hpp"
#include "reconcile/settings.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace partmark {

class fold final : public journal::plan_sink {
 public:
  fold(plan_table& plans, const loop_settings& settings, events& log) : plans_(plans), settings_(settings), log_(log) {}

  // Says for a plan that no record named before: its endpoint's index, its configured shape and run type.
  struct placement {
    std::size_t endpoint = 0;
    std::optional<plan_shape> shape;
    std::string run_type;
  };
  std::function<placement(std::string_view uuid)> place;

  // Rows until finish() go into `batch`, as of `t`.
  void begin(state_changes& batch, now t);
  void row(const completion_row& r) override;
  // The seq of the last row since begin().
  [[nodiscard]] std::optional<std::int64_t> last_seq() const { return last_seq_; }
  // Ends the slice: logs it, and answers the plans that it touched, each once.
  std::vector<plan_id> finish();

  [[nodiscard]] std::int64_t folded() const { return folded_; }      // since the start of this run
  [[nodiscard]] std::int64_t rejected() const { return rejected_; }  // since the start of this run

 private:
  result<plan_state*> plan_for(const completion_row& r, plan_shape shape);
  void reject(const completion_row& r, const std::string& reason);

  plan_table& plans_;
  const loop_settings& settings_;
  events& log_;
  state_changes* batch_ = nullptr;
  now now_{};
  std::optional<std::int64_t> last_seq_;
  ledger_changes scratch_;
  std::vector<plan_id> touched_;
  std::vector<bool> is_touched_;  // by plan id
  std::int64_t folded_ = 0;
  std::int64_t rejected_ = 0;
  std::int64_t slice_folded_ = 0;
  std::int64_t slice_rejected_ = 0;
};

}  // namespace partmark
