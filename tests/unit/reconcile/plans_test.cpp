// The table of plans: found by name, however many there are and however long their names.
#include "reconcile/plans.hpp"
#include "unit/reconcile/names_alike.hpp"

#include <gtest/gtest.h>

#include <string>

namespace partmark {
namespace {

constexpr plan_shape daily{plan_kind::partitioned, granularity::day};

std::string name_of(std::size_t i) { return std::to_string(i) + std::string(i % 256, 'n'); }

TEST(plan_table, every_plan_of_many_is_found_and_no_other) {
  plan_table plans;
  EXPECT_EQ(plans.find("0"), nullptr);
  for (std::size_t i = 0; i < 3000; ++i) {
    const plan_state& added = plans.add(name_of(i), daily);
    ASSERT_EQ(added.id, i);
    ASSERT_EQ(plans.find(name_of(i + 1)), nullptr);
    ASSERT_EQ(plans.find(name_of(i)), &added);
  }
  EXPECT_EQ(plans.size(), 3000U);
  for (std::size_t i = 0; i < 3000; ++i) {
    const std::string name = name_of(i);
    const plan_state* const found = plans.find(name);
    ASSERT_NE(found, nullptr) << name;
    EXPECT_EQ(found->id, i);
    EXPECT_EQ(found->name(), name);
    EXPECT_EQ(plans.guess(plan_table::hash_of(name)), found);
    EXPECT_EQ(plans.find(name + "n"), nullptr);
  }
}

TEST(plan_table, two_names_with_one_hash_are_two_plans) {
  const auto [one, other] = testing::two_names_alike();
  plan_table plans;
  const plan_id first = plans.add(one, daily).id;
  EXPECT_EQ(plans.find(other), nullptr);
  const plan_id second = plans.add(other, daily).id;
  EXPECT_EQ(plans.find(one)->id, first);
  EXPECT_EQ(plans.find(other)->id, second);
}

}  // namespace
}  // namespace partmark
