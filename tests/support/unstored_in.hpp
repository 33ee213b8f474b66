// New plans as a test's plan table has them, where there is no loop.
#pragma once

#include "reconcile/plans.hpp"

#include <string_view>

namespace partmark::testing {

class unstored_in final : public unstored_plans {
 public:
  explicit unstored_in(const plan_table& plans) : plans_(plans) {}
  [[nodiscard]] std::string_view uuid(plan_id plan) const override { return plans_.at(plan).uuid(); }
  [[nodiscard]] plan_row row(plan_id plan) const override { return plans_.row(plans_.at(plan), "can"); }
  [[nodiscard]] const ledger& book(plan_id plan) const override { return plans_.at(plan).book; }

 private:
  const plan_table& plans_;
};

}  // namespace partmark::testing
