// Which plan of an endpoint is next, and when. Earliest due first, so that no plan starves: one that was just served is due later than
// all that wait. A heap in 20 bytes a plan, for there may be a million. Pure; one thread.
#pragma once

#include "core/clock.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

namespace partmark {

using plan_id = std::uint32_t;

class schedule {
 public:
  // Replaces the time the plan had.
  void set(plan_id plan, steady_time due);
  void drop(plan_id plan);

  // Takes out the earliest plan that is due at `t`; of equals the least id.
  std::optional<plan_id> pop_due(steady_time t);
  // Takes out the earliest plan, due or not: the probe of an endpoint in trouble.
  std::optional<plan_id> pop_first();

  [[nodiscard]] std::optional<steady_time> next_due() const;
  [[nodiscard]] std::optional<steady_time> due(plan_id plan) const;
  [[nodiscard]] bool empty() const { return heap_.empty(); }

  // Everything that waits is due at `t` at the latest: the endpoint is well again.
  void bring_forward(steady_time t);

 private:
  struct entry {
    steady_time due;
    plan_id plan = 0;
  };
  // Where a plan's entry is in the heap, from 1; 0: it does not wait. Ids come in dense regions: a page covers neighbours.
  using place = std::uint32_t;
  static constexpr std::size_t page_plans = 1024;
  using page = std::array<place, page_plans>;

  static bool before(const entry& a, const entry& b);
  [[nodiscard]] place place_of(plan_id plan) const;
  void put(std::size_t at, const entry& e);
  void rise(std::size_t at, const entry& e);
  void sink(std::size_t at, const entry& e);
  void remove(std::size_t at);

  std::vector<entry> heap_;  // no entry is before its parent
  std::unordered_map<plan_id, page> places_;
};

}  // namespace partmark
