#include "state/row_relay.hpp"

namespace partmark {

void row_relay::batch::give_to(stored_rows& rows) const {
  for (std::size_t i = 0; i < plans_used; ++i) rows.plan(plans[i]);
  for (const run& r : marks) rows.marked(r.plan, r.at, r.value);
  for (const run& r : pending) rows.pending(r.plan, r.at);
}

void row_relay::batch::clear() {
  plans_used = 0;
  marks.clear();
  pending.clear();
}

void row_relay::plan(const plan_row& row) {
  batch& to = in_hand();
  if (to.plans_used == to.plans.size()) to.plans.emplace_back();
  to.plans[to.plans_used++] = row;
  if (to.full()) hand_over();
}

void row_relay::marked(plan_id plan, range at, mark m) {
  in_hand().marks.push_back({plan, at, m});
  if (in_hand().full()) hand_over();
}

void row_relay::pending(plan_id plan, range at) {
  in_hand().pending.push_back({plan, at, {}});
  if (in_hand().full()) hand_over();
}

void row_relay::hand_over() {
  std::unique_lock lock(mutex_);
  ++read_;
  changed_.notify_all();
  changed_.wait(lock, [&] { return dropping_ || read_ - given_ < batches_.size(); });
  if (dropping_) given_ = read_;
  in_hand().clear();
}

void row_relay::end() {
  const std::lock_guard lock(mutex_);
  ++read_;
  ended_ = true;
  changed_.notify_all();
}

void row_relay::give_to(stored_rows& rows) {
  std::unique_lock lock(mutex_);
  try {
    for (;;) {
      changed_.wait(lock, [&] { return ended_ || given_ < read_; });
      if (given_ == read_) return;
      const batch& next = batches_[given_ % batches_.size()];
      lock.unlock();
      next.give_to(rows);
      lock.lock();
      ++given_;
      changed_.notify_all();
    }
  } catch (...) {
    if (!lock.owns_lock()) lock.lock();
    dropping_ = true;
    changed_.notify_all();
    throw;
  }
}

}  // namespace partmark
