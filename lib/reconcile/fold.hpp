// Applies journal rows to the plans' ledgers, in seq order, and sets aside what cannot be right. Writes what it did into the turn's batch.
// Owned by the loop; one thread.
#pragma once

#include "reconcile/events.hpp"
#include "reconcile/journal.hpp"
#include "reconcile/plans.hpp"
#include "reconcile/settings.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace partmark {

// Appends the changes of a plan's rows to a batch. Where a run grows that the plan's last change in the batch had put there, it grows in
// that change: a thousand records at a run's end are one row. The first change about a row still tells whether the store has it.
template <class V>
class batch_tail {
 public:
  // `to` may have grown by others meanwhile: what they appended is left alone, and so is everything before.
  void resume(const std::vector<plan_run_change<V>>& to) {
    if (to.size() != end_) base_ = to.size();
  }
  // What comes goes into another batch, whatever its size: this one is stored, or stays as it is until it can be. Gives back the memory
  // that many plans took.
  void close() {
    last_ = std::vector<std::uint32_t>();  // not {}, which would keep the memory
    end_ = static_cast<std::size_t>(-1);
  }
  // Asks for the memory that the plan's next append() probably changes.
  void fetch(const std::vector<plan_run_change<V>>& to, plan_id plan) const {
    if (plan < last_.size() && last_[plan] < to.size()) __builtin_prefetch(&to[last_[plan]], 1);
  }
  // The plan's run `was`, of this value, grew until `last`.
  void grow(std::vector<plan_run_change<V>>& to, plan_id plan, range was, ordinal last, const V& value) {
    if (plan < last_.size() && put_there(to, last_[plan], plan, was.first)) {
      to[last_[plan]].change.at.last = last;
      return;
    }
    to.push_back({plan, {was, value, false}});
    to.push_back({plan, {{was.first, last}, value, true}});
    note_last(to, plan, to.size() - 1);
  }
  void append(std::vector<plan_run_change<V>>& to, plan_id plan, run_changes<V>& changes) {
    std::size_t at = plan < last_.size() ? last_[plan] : 0;
    for (std::size_t i = 0; i < changes.size(); ++i) {
      const bool grows =
          !changes[i].added && i + 1 < changes.size() && changes[i + 1].added && changes[i + 1].at.first == changes[i].at.first;
      if (grows && put_there(to, at, plan, changes[i].at.first)) {
        run_change<V>& kept = to[at].change;
        kept.at.last = changes[++i].at.last;
        kept.value = changes[i].value;
        continue;
      }
      at = to.size();
      to.push_back({plan, std::move(changes[i])});
    }
    note_last(to, plan, at);
    changes.clear();
  }

 private:
  // Whether the change at `at` is one of this fold, and put there the plan's run that begins with `first`.
  [[nodiscard]] bool put_there(const std::vector<plan_run_change<V>>& to, std::size_t at, plan_id plan, ordinal first) const {
    return at >= base_ && at < to.size() && to[at].plan == plan && to[at].change.added && to[at].change.at.first == first;
  }
  void note_last(const std::vector<plan_run_change<V>>& to, plan_id plan, std::size_t at) {
    if (last_.size() <= plan) last_.resize(plan + std::size_t{1});
    last_[plan] = static_cast<std::uint32_t>(at);
    end_ = to.size();
  }

  std::vector<std::uint32_t> last_;  // of each plan, as far as it lies behind base_
  std::size_t base_ = 0;
  std::size_t end_ = 0;
};

class fold final : public journal::plan_sink {
 public:
  fold(plan_table& plans, const loop_settings& settings, events& log) : plans_(plans), settings_(settings), log_(log) {}

  // Says for a plan that no record named before: its endpoint's index, its configured shape and run type.
  struct placement {
    std::size_t endpoint = 0;
    std::optional<plan_shape> shape;
    std::string run_type;
    bool partitioned = false;  // as in plan_settings
  };
  std::function<placement(std::string_view uuid)> place;

  // Rows until end() go into `batch`, as of `t`.
  void begin(state_changes& batch, now t);
  void row(const completion_row& r) override;
  [[nodiscard]] bool understand(const completion_row& r, understood_row& into) const override;
  void understood(std::span<const understood_row> rows) override;
  void end() { batch_ = nullptr; }
  // The seq of the last row since begin().
  [[nodiscard]] std::optional<std::int64_t> last_seq() const { return last_seq_; }
  // Ends the slices since the last call: logs them, and answers the plans that they touched, each once.
  std::vector<plan_id> take_touched();

  [[nodiscard]] std::int64_t folded() const { return folded_; }      // since the start of this run
  [[nodiscard]] std::int64_t rejected() const { return rejected_; }  // since the start of this run

 private:
  // Records of a busy journal name another plan each, whose memory is far away; asking for that of some dozens of them together takes half
  // the time (docs/performance.md).
  static constexpr std::size_t at_once = 64;
  // Asks for the memory that these rows probably change; answers of each which plan it probably is of, or null.
  std::array<plan_state*, at_once> fetch(std::span<const understood_row> rows);

  void apply(const understood_row& r, plan_state* known);  // null: no record named its plan before
  void complete(plan_state& plan, const completion& what);
  result<plan_state*> plan_for(const understood_row& r, plan_state* known);
  bool takes_shape(plan_state& plan, plan_shape shape);
  void reject(std::int64_t seq, std::string_view plan, std::string_view job, const std::string& reason);

  plan_table& plans_;
  const loop_settings& settings_;
  events& log_;
  state_changes* batch_ = nullptr;
  now now_{};
  std::optional<std::int64_t> last_seq_;
  ledger_changes scratch_;
  bool follows_a_slice_ = false;  // in the same batch
  std::vector<plan_id> touched_;
  std::vector<bool> is_touched_;  // by plan id
  batch_tail<mark> marks_;
  batch_tail<mark> pending_;
  std::int64_t folded_ = 0;
  std::int64_t rejected_ = 0;
  std::int64_t batch_folded_ = 0;
  std::int64_t batch_rejected_ = 0;
};

}  // namespace partmark
