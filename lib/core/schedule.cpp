#include "core/schedule.hpp"

#include <vector>

namespace partmark {

void schedule::set(plan_id plan, steady_time due) {
  drop(plan);
  due_.emplace(plan, due);
  order_.emplace(due, plan);
}

void schedule::drop(plan_id plan) {
  const auto it = due_.find(plan);
  if (it == due_.end()) return;
  order_.erase({it->second, plan});
  due_.erase(it);
}

std::optional<plan_id> schedule::pop_due(steady_time t) {
  if (order_.empty() || order_.begin()->first > t) return std::nullopt;
  return pop_first();
}

std::optional<plan_id> schedule::pop_first() {
  if (order_.empty()) return std::nullopt;
  const plan_id plan = order_.begin()->second;
  drop(plan);
  return plan;
}

std::optional<steady_time> schedule::next_due() const {
  if (order_.empty()) return std::nullopt;
  return order_.begin()->first;
}

std::optional<steady_time> schedule::due(plan_id plan) const {
  const auto it = due_.find(plan);
  if (it == due_.end()) return std::nullopt;
  return it->second;
}

void schedule::bring_forward(steady_time t) {
  std::vector<plan_id> later;
  for (const auto& [due, plan] : order_)
    if (due > t) later.push_back(plan);
  for (const plan_id plan : later) set(plan, t);
}

}  // namespace partmark
