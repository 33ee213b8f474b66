#include "reconcile/plans.hpp"

#include <algorithm>
#include <cassert>
#include <functional>
#include <utility>

namespace partmark {
namespace {

template <class V>
void move_into(std::vector<plan_run_change<V>>& to, plan_id plan, run_changes<V>& from) {
  for (auto& change : from) to.push_back({plan, std::move(change)});
  from.clear();
}

std::int64_t rows_more(const run_changes<mark>& changes) {
  std::int64_t n = 0;
  for (const auto& change : changes) n += change.added ? 1 : -1;
  return n;
}

}  // namespace

std::uint32_t plan_table::hash_of(std::string_view uuid) { return static_cast<std::uint32_t>(std::hash<std::string_view>{}(uuid)); }

void plan_table::fetch_slot(std::uint32_t hash) const {
  if (!slots_.empty()) __builtin_prefetch(&slots_[hash & (slots_.size() - 1)]);
}

plan_state* plan_table::guess(std::uint32_t hash) {
  if (slots_.empty()) return nullptr;
  for (std::size_t i = hash;; ++i) {
    const slot& s = slots_[i & (slots_.size() - 1)];
    if (s.plan == no_plan) return nullptr;
    if (s.hash == hash) return &plans_[s.plan];
  }
}

plan_state* plan_table::find(std::string_view uuid) { return find(uuid, hash_of(uuid)); }

plan_state* plan_table::find(std::string_view uuid, std::uint32_t hash) {
  if (slots_.empty()) return nullptr;
  for (std::size_t i = hash;; ++i) {
    const slot& s = slots_[i & (slots_.size() - 1)];
    if (s.plan == no_plan) return nullptr;
    if (s.hash == hash && plans_[s.plan].uuid() == uuid) return &plans_[s.plan];
  }
}

void plan_table::enter(plan_id id) {
  if ((plans_.size() + 1) * 3 > slots_.size() * 2) grow();
  const std::uint32_t hash = hash_of(plans_[id].uuid());
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

plan_state& plan_table::add(std::string_view uuid, plan_shape shape) {
  auto& plan = plans_.emplace_back(static_cast<plan_id>(plans_.size()), names_.keep_small(uuid), shape);
  enter(plan.id);
  return plan;
}

plan_state& plan_table::restore(const plan_row& row) {
  assert(row.id == plans_.size());
  plan_state& plan = add(row.uuid, row.shape);
  set_run_type(plan, row.run_type);
  plan.pending_since = row.pending_since;
  plan.attempts = row.attempts;
  if (row.refold_next) {
    plan.affairs.use().refold_next = row.refold_next;
    plan.affairs.use().refold_until = row.refold_until;
  }
  return plan;
}

plan_row plan_table::row(const plan_state& plan, std::string_view endpoint) const {
  return {plan.id,
          plan.name(),
          plan.book.shape(),
          run_types_[plan.run_type],
          plan.pending_since,
          plan.affairs->refold_next,
          plan.affairs->refold_until,
          plan.attempts,
          std::string(endpoint)};
}

void plan_table::set(text_id& held, std::string_view text) {
  if (run_types_[held] == text) return;
  const text_id taken = run_types_.take(text);
  run_types_.give_back(held);
  held = taken;
}

void plan_state::drop_affairs() {
  if (!affairs) return;
  const plan_affairs& a = *affairs;
  const bool none = !a.under_way && !a.refold_to && !a.refold_next && a.inside.idle() && a.holds.empty() && a.reprobe_at.empty();
  if (none) affairs.reset();
}

void append(state_changes& batch, const plan_state& plan, ledger_changes& changes) {
  if (plan.is_new) {
    batch.new_rows += rows_more(changes.marks) + rows_more(changes.pending);
    changes.marks.clear();
    changes.pending.clear();
  }
  move_into(batch.marks, plan.id, changes.marks);
  move_into(batch.pending, plan.id, changes.pending);
  move_into(batch.limbo, plan.id, changes.limbo);
  move_into(batch.held, plan.id, changes.held);
}

}  // namespace partmark
