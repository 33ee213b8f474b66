// Which plan of an endpoint is next, and when. Earliest due first, so that no plan starves: one that was just served is due later than
// all that wait. Pure; one thread.
#pragma once

#include "core/clock.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

namespace partmark {

using plan_id = std::uint32_t;

class schedule {
 public:
  // Replaces the time the plan had.
  void set(plan_id plan, steady_time due);
  void drop(plan_id plan);

  // Takes out the earliest plan that is due at `t`.
  std::optional<plan_id> pop_due(steady_time t);
  // Takes out the earliest plan, due or not: the probe of an endpoint in trouble.
  std::optional<plan_id> pop_first();

  [[nodiscard]] std::optional<steady_time> next_due() const;
  [[nodiscard]] std::optional<steady_time> due(plan_id plan) const;
  [[nodiscard]] bool empty() const { return order_.empty(); }

  // Everything that waits is due at `t` at the latest: the endpoint is well again.
  void bring_forward(steady_time t);

 private:
  std::set<std::pair<steady_time, plan_id>> order_;
  std::unordered_map<plan_id, steady_time> due_;
};

}  // namespace partmark
