#include "reconcile/plans.hpp"

#include <algorithm>
#include <cassert>
#include <functional>
#include <utility>

namespace partmark {
namespace {

std::uint32_t hash_of(std::string_view uuid) { return static_cast<std::uint32_t>(std::hash<std::string_view>{}(uuid)); }

template <class V>
void move_into(std::vector<plan_run_change<V>>& to, plan_id plan, run_changes<V>& from) {
  for (auto& change : from) to.push_back({plan, std::move(change)});
  from.clear();
}

}  // namespace

plan_state* plan_table::find(std::string_view uuid) {
  if (slots_.empty()) return nullptr;
  const std::uint32_t hash = hash_of(uuid);
  for (std::size_t i = hash;; ++i) {
    const slot& s = slots_[i & (slots_.size() - 1)];
    if (s.plan == no_plan) return nullptr;
    if (s.hash == hash && plans_[s.plan].row.uuid == uuid) return &plans_[s.plan];
  }
}

void plan_table::enter(plan_id id) {
  if ((plans_.size() + 1) * 3 > slots_.size() * 2) grow();
  const std::uint32_t hash = hash_of(plans_[id].row.uuid);
  std::size_t i = hash;
  while (slots_[i & (slots_.size() - 1)].plan != no_plan) ++i;
  slots_[i & (slots_.size() - 1)] = {hash, id};
}

void plan_table::grow() {
  const auto old = std::exchange(slots_, std::vector<slot>(std::max<std::size_t>(64, slots_.size() * 2)));
  for (const slot& s : old) {
    if (s.plan == no_plan) continue;
    std::size_t i = s.hash;
    while (slots_[i & (slots_.size() - 1)].plan != no_plan) ++i;
    slots_[i & (slots_.size() - 1)] = s;
  }
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
  enter(plan.row.id);
  return plan;
}

void append(state_changes& batch, plan_id plan, ledger_changes& changes) {
  move_into(batch.marks, plan, changes.marks);
  move_into(batch.pending, plan, changes.pending);
  move_into(batch.limbo, plan, changes.limbo);
  move_into(batch.held, plan, changes.held);
}

}  // namespace partmark
