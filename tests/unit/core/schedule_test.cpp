#include "core/schedule.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <vector>

namespace partmark {
namespace {

steady_time at_ms(std::int64_t ms) { return steady_time(milliseconds(ms)); }

TEST(schedule, the_earliest_due_is_first) {
  schedule s;
  s.set(1, at_ms(30));
  s.set(2, at_ms(10));
  s.set(3, at_ms(20));
  EXPECT_EQ(s.next_due(), at_ms(10));
  EXPECT_EQ(s.pop_due(at_ms(100)), plan_id{2});
  EXPECT_EQ(s.pop_due(at_ms(100)), plan_id{3});
  EXPECT_EQ(s.pop_due(at_ms(100)), plan_id{1});
  EXPECT_EQ(s.pop_due(at_ms(100)), std::nullopt);
}

TEST(schedule, a_plan_is_due_at_its_time_and_not_a_millisecond_before) {
  schedule s;
  s.set(1, at_ms(50));
  EXPECT_EQ(s.pop_due(at_ms(49)), std::nullopt);
  EXPECT_EQ(s.pop_due(at_ms(50)), plan_id{1});
  EXPECT_TRUE(s.empty());
  EXPECT_EQ(s.next_due(), std::nullopt);
}

TEST(schedule, a_new_time_replaces_the_old_one) {
  schedule s;
  s.set(1, at_ms(10));
  s.set(1, at_ms(90));
  EXPECT_EQ(s.due(1), at_ms(90));
  EXPECT_EQ(s.pop_due(at_ms(89)), std::nullopt);
  EXPECT_EQ(s.pop_due(at_ms(90)), plan_id{1});
  EXPECT_EQ(s.pop_due(at_ms(1000)), std::nullopt);
}

TEST(schedule, a_dropped_plan_is_gone_and_may_be_dropped_again) {
  schedule s;
  s.set(1, at_ms(10));
  s.drop(1);
  s.drop(1);
  EXPECT_TRUE(s.empty());
  EXPECT_EQ(s.due(1), std::nullopt);
  EXPECT_EQ(s.pop_first(), std::nullopt);
}

TEST(schedule, a_probe_takes_the_earliest_whether_due_or_not) {
  schedule s;
  s.set(1, at_ms(5000));
  s.set(2, at_ms(4000));
  EXPECT_EQ(s.pop_due(at_ms(0)), std::nullopt);
  EXPECT_EQ(s.pop_first(), plan_id{2});
}

TEST(schedule, an_endpoint_that_is_well_again_makes_everything_due_but_nothing_later) {
  schedule s;
  s.set(1, at_ms(100));
  s.set(2, at_ms(5000));
  s.set(3, at_ms(9000));
  s.bring_forward(at_ms(200));
  EXPECT_EQ(s.due(1), at_ms(100));
  EXPECT_EQ(s.due(2), at_ms(200));
  EXPECT_EQ(s.due(3), at_ms(200));
}

// Every plan comes back for more as soon as it was served, one of them is served slowly: nobody starves.
TEST(schedule, plans_that_always_have_more_take_turns) {
  schedule s;
  std::map<plan_id, int> served;
  constexpr plan_id plans = 7;
  std::int64_t clock = 0;
  for (plan_id p = 0; p < plans; ++p) s.set(p, at_ms(clock));
  for (int i = 0; i < 7 * 100; ++i) {
    const auto p = s.pop_due(at_ms(clock));
    ASSERT_TRUE(p);
    ++served[*p];
    ++clock;
    s.set(*p, at_ms(clock));
  }
  for (plan_id p = 0; p < plans; ++p) EXPECT_EQ(served[p], 100) << "plan " << p;
}

TEST(schedule, any_sequence_is_as_a_plain_list_sorted_each_time) {
  std::mt19937_64 random(1);            // the same cases every time
  constexpr plan_id apart = 37;         // so that they lie on several pages
  constexpr plan_id ids = 100 * apart;  // and four levels deep
  for (int round = 0; round < 20; ++round) {
    schedule s;
    std::map<plan_id, std::int64_t> oracle;
    for (int step = 0; step < 1000; ++step) {
      const auto p = static_cast<plan_id>(random() % 100) * apart;
      const auto t = static_cast<std::int64_t>(random() % 200);
      const auto earliest =
          std::min_element(oracle.begin(), oracle.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
      switch (random() % 16) {
        case 0:
        case 1:
          s.drop(p);
          oracle.erase(p);
          break;
        case 2:
        case 3: {
          const auto popped = s.pop_due(at_ms(t));
          ASSERT_EQ(popped.has_value(), earliest != oracle.end() && earliest->second <= t);
          if (!popped) break;
          ASSERT_EQ(*popped, earliest->first) << "of equals the least id";
          oracle.erase(*popped);
          break;
        }
        case 4:
          if (random() % 8 != 0) break;
          s.bring_forward(at_ms(t));
          for (auto& [plan, due] : oracle) due = std::min(due, t);
          break;
        default:
          s.set(p, at_ms(t));
          oracle[p] = t;
      }
      for (plan_id each = 0; each < ids; each += apart) {
        const auto found = oracle.find(each);
        ASSERT_EQ(s.due(each), found == oracle.end() ? std::nullopt : std::optional(at_ms(found->second)));
      }
      ASSERT_EQ(s.empty(), oracle.empty());
    }
  }
}

}  // namespace
}  // namespace partmark
