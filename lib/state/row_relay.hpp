// Hands stored rows from the thread that reads them to the one that wants them, in order and some thousands at a time: with a million plans
// a start reads as long as it restores (docs/performance.md), and two processors do both at once. One thread of each kind.
#pragma once

#include "reconcile/state.hpp"

#include <array>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <vector>

namespace partmark {

class row_relay final : public stored_rows {
 public:
  // On the reading thread. Wait where the other one is far behind.
  void plan(const plan_row& row) override;
  void marked(plan_id plan, range at, mark m) override;
  void pending(plan_id plan, range at) override;
  // No more rows come, whether or not all were read. Must be called.
  void end();

  // On the other thread: gives `rows` all that comes until end(). What `rows` throws comes out of here; what is read further is dropped.
  void give_to(stored_rows& rows);

 private:
  struct run {
    plan_id plan = 0;
    range at;
    mark value{};
  };
  // They take turns, so that their memory, a plan's texts too, is made once. In the order in which they came: first plans, then marks, then
  // pending.
  struct batch {
    std::vector<plan_row> plans;
    std::size_t plans_used = 0;
    std::vector<run> marks;
    std::vector<run> pending;

    [[nodiscard]] bool full() const { return plans_used + marks.size() + pending.size() >= rows_max; }
    void give_to(stored_rows& rows) const;
    void clear();
  };
  static constexpr std::size_t rows_max = 2000;

  [[nodiscard]] batch& in_hand() { return batches_[read_ % batches_.size()]; }
  void hand_over();

  std::array<batch, 3> batches_;
  std::size_t read_ = 0;  // handed over: the reading thread's, and guarded where it changes
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t given_ = 0;  // of these, guarded
  bool ended_ = false;     // guarded
  bool dropping_ = false;  // guarded: nobody takes rows any more
};

}  // namespace partmark
