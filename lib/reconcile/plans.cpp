#include "reconcile/plans.hpp"

#include <cassert>
#include <utility>

namespace partmark {
namespace {

template <class V>
void move_into(std::vector<plan_run_change<V>>& to, plan_id plan, run_changes<V>& from) {
  for (auto& change : from) to.push_back({plan, std::move(change)});
  from.clear();
}

}  // namespace

plan_state* plan_table::find(std::string_view uuid) {
  const auto it = by_uuid_.find(uuid);
  return it == by_uuid_.end() ? nullptr : &plans_[it->second];
}

plan_state& plan_table::add(std::string_view uuid, plan_shape shape, std::size_t endpoint) {
  plan_row row;
  row.id = static_cast<plan_id>(plans_.size());
  row.uuid = uuid;
  row.shape = shape;
  return restore(std::move(row), endpoint);
}

plan_state& plan_table::restore(plan_row row, std::size_t endpoint) {
  assert(row.id == plans_.size());
  auto& plan = plans_.emplace_back(std::move(row), endpoint);
  by_uuid_.emplace(plan.row.uuid, plan.row.id);
  return plan;
}

void append(state_changes& batch, plan_id plan, ledger_changes& changes) {
  move_into(batch.marks, plan, changes.marks);
  move_into(batch.pending, plan, changes.pending);
  move_into(batch.limbo, plan, changes.limbo);
  move_into(batch.held, plan, changes.held);
}

}  // namespace partmark
