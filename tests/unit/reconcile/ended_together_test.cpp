// Calls that end between two turns: half of what is under way in one turn, the rest in the next, so that the remote never waits for all of
// it.
#include "support/loop_driver.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace partmark::testing {
namespace {

// Twelve plans wait, eight of them are under way, and so many of those, the oldest, end together.
void end_together(loop_driver& d, std::size_t count) {
  d.start();
  for (int n = 0; n < 12; ++n) d.journal.append(entry_of("p" + std::to_string(n), {}, {1, 1}, mark::success));
  d.hint();
  ASSERT_EQ(d.remote.open().size(), 8U);
  for (std::size_t n = 0; n < count; ++n) d.end(accepted_reply());
}

std::vector<std::string> told(const loop_driver& d, std::size_t from) {
  std::vector<std::string> plans;
  for (std::size_t n = from; n < d.remote.all().size(); ++n) plans.push_back(d.remote.all()[n].said.plan);
  return plans;
}

TEST(ended_together, a_turn_takes_up_half_of_what_is_under_way_and_asks_for_the_next) {
  loop_driver d;
  end_together(d, 8);
  const turn first = d.loop().run(d.t);
  EXPECT_EQ(d.loop().summary().calls.accepted, 4U);
  EXPECT_EQ(told(d, 8), (std::vector<std::string>{"p8", "p9", "p10", "p11"}));
  EXPECT_TRUE(first.again);
  const turn second = d.loop().run(d.t);
  EXPECT_EQ(d.loop().summary().calls.accepted, 8U);
  EXPECT_FALSE(second.again);
}

TEST(ended_together, what_is_no_more_than_half_is_taken_up_at_once) {
  loop_driver d;
  end_together(d, 4);
  const turn only = d.loop().run(d.t);
  EXPECT_EQ(d.loop().summary().calls.accepted, 4U);
  EXPECT_FALSE(only.again);
}

TEST(ended_together, the_only_call_under_way_does_not_wait) {
  loop_driver d;
  d.settings.endpoints[0].max_in_flight = 1;
  d.start();
  d.complete("p", 1);
  d.end(accepted_reply());
  EXPECT_FALSE(d.loop().run(d.t).again);
  EXPECT_EQ(d.loop().summary().calls.accepted, 1U);
}

TEST(ended_together, while_nothing_can_be_stored_the_rest_is_taken_up_all_the_same) {
  loop_driver d;
  end_together(d, 8);
  bool full = true;
  d.state.trouble = [&] { return full ? std::optional(error{errc::io, "the disk is full"}) : std::nullopt; };
  d.work();
  EXPECT_EQ(d.loop().summary().calls.accepted, 8U);
  EXPECT_TRUE(told(d, 8).empty());
  full = false;
  d.pass(std::chrono::seconds(10));
  EXPECT_EQ(told(d, 8).size(), 4U);
}

TEST(ended_together, the_oldest_come_first) {
  loop_driver d;
  end_together(d, 8);
  (void)d.loop().run(d.t);
  for (int n = 0; n < 8; ++n) EXPECT_EQ(d.plan("p" + std::to_string(n)).under_way().has_value(), n >= 4) << n;
}

TEST(ended_together, failures_open_the_circuit_before_anything_more_is_sent) {
  loop_driver d;
  d.settings.circuit.open_after = 5;
  end_together(d, 0);
  for (int n = 0; n < 8; ++n) d.end(connection_refused());
  d.work();
  EXPECT_TRUE(told(d, 8).empty());
}

TEST(ended_together, a_retry_after_among_them_counts_before_anything_more_is_sent) {
  loop_driver d;
  end_together(d, 4);
  for (int n = 0; n < 4; ++n) d.end(retry_after(429, "60"));
  d.work();
  EXPECT_TRUE(told(d, 8).empty());
}

TEST(ended_together, who_drains_takes_up_all) {
  loop_driver d;
  end_together(d, 8);
  d.loop().drain();
  EXPECT_FALSE(d.loop().run(d.t).again);
  EXPECT_TRUE(d.loop().idle());
}

}  // namespace
}  // namespace partmark::testing
