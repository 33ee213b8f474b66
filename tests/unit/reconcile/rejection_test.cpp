// The remote says no: patience first, then the guilty partitions alone are held, and tried again.
#include "support/loop_driver.hpp"

#include <gtest/gtest.h>

namespace partmark::testing {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

bool speaks_of(const sent_call& c, ordinal o) {
  return std::any_of(c.said.what.claims.begin(), c.said.what.claims.end(),
                     [&](const claim& k) { return k.at.first <= o && o <= k.at.last; });
}

// Answers everything until the loop rests for `time`: no to calls that speak of one of `guilty`, yes to the rest.
void judge(loop_driver& d, const std::vector<ordinal>& guilty, milliseconds time = seconds(30)) {
  const steady_time end = d.t.steady + time;
  while (true) {
    while (!d.remote.open().empty()) {
      const sent_call& c = d.remote.open().front();
      const bool no = std::any_of(guilty.begin(), guilty.end(), [&](ordinal o) { return speaks_of(c, o); });
      d.answer(no ? rejected_reply() : accepted_reply());
    }
    if (d.t.steady >= end) return;
    d.pass(milliseconds(100));
  }
}

std::vector<range> held(const loop_driver& d, std::string_view plan = "p") {
  std::vector<range> ranges;
  d.plan(plan).book.held().visit_all([&](range at, hold_id) { ranges.push_back(at); });
  return ranges;
}

const hold_row& only_hold(const loop_driver& d) {
  EXPECT_EQ(d.state.stored().holds.size(), 1U);
  return d.state.stored().holds.begin()->second;
}

TEST(rejection, it_is_retried_three_times_with_backoff_before_anything_is_suspected) {
  loop_driver d;
  d.start();
  d.complete("p", 1, 8);
  for (int tries = 1; tries <= 3; ++tries) {
    d.answer(rejected_reply());
    EXPECT_TRUE(d.remote.open().empty()) << "backoff";
    d.pass(seconds(10));
    ASSERT_EQ(d.remote.open().size(), 1U);
    EXPECT_EQ(d.remote.open()[0].said.what.partitions(), 8);
  }
  d.answer(rejected_reply());
  ASSERT_EQ(d.remote.open().size(), 1U);
  EXPECT_EQ(d.remote.open()[0].said.what.claims, claims({{{1, 4}, mark::success}}));
}

TEST(rejection, a_hiccup_holds_nothing) {
  loop_driver d;
  d.start();
  d.complete("p", 1, 8);
  for (int tries = 1; tries <= 3; ++tries) {
    d.answer(rejected_reply());
    d.pass(seconds(10));
  }
  d.accept();
  EXPECT_TRUE(d.loop().settled());
  EXPECT_EQ(d.log.count("plan.held"), 0U);
}

TEST(rejection, the_guilty_partition_is_held_alone_and_the_rest_gets_through) {
  loop_driver d;
  d.start();
  d.complete("p", 1, 100);
  judge(d, {37});
  EXPECT_EQ(held(d), (std::vector<range>{{37, 37}}));
  EXPECT_TRUE(d.loop().settled());
  EXPECT_EQ(d.loop().summary().held_plans, 1U);
  const hold_row& row = only_hold(d);
  EXPECT_EQ(row.code, "4001");
  EXPECT_EQ(row.message, "no such partition");
  EXPECT_EQ(row.trace_id, "t-2");
  EXPECT_EQ(row.http_status, 200U);
  EXPECT_EQ(d.log.count("plan.held"), 1U);
}

TEST(rejection, a_single_partition_needs_no_bisecting) {
  loop_driver d;
  d.start();
  d.complete("p", 5);
  judge(d, {5});
  EXPECT_EQ(d.remote.all().size(), 4U);
  EXPECT_EQ(held(d), (std::vector<range>{{5, 5}}));
}

TEST(rejection, a_plan_that_is_refused_whole_is_held_whole_after_few_calls) {
  loop_driver d;
  d.start();
  d.complete("p", 0, 999);
  std::vector<ordinal> all(1'000);
  for (ordinal o = 0; o < 1'000; ++o) all[static_cast<std::size_t>(o)] = o;
  judge(d, all);
  EXPECT_EQ(held(d), (std::vector<range>{{0, 999}}));
  EXPECT_LE(d.remote.all().size(), 4U + 8U);
  EXPECT_EQ(d.state.stored().holds.size(), 1U);
  EXPECT_TRUE(d.loop().settled());
}

TEST(rejection, one_plans_rejection_delays_no_other) {
  loop_driver d;
  d.start();
  d.complete("p", 1, 100);
  for (int i = 0; i < 4; ++i) {
    d.answer(rejected_reply(), "p");
    d.pass(seconds(10));
  }
  d.complete("q", 1);
  d.accept("q");
  EXPECT_EQ(d.loop().summary().owing_plans, 1U);
}

TEST(rejection, bisecting_goes_by_the_ledger_as_it_is_at_each_step) {
  loop_driver d;
  d.start();
  d.complete("p", 1, 8);
  for (int i = 0; i < 3; ++i) {
    d.answer(rejected_reply());
    d.pass(seconds(10));
  }
  d.answer(rejected_reply());
  d.complete("p", 6, mark::failed);
  d.accept();  // 1 to 4
  ASSERT_EQ(d.remote.open().size(), 1U);
  EXPECT_EQ(d.remote.open()[0].said.what.claims, claims({{{6, 6}, mark::failed}, {{5, 5}, mark::success}, {{7, 8}, mark::success}}));
}

TEST(rejection, held_partitions_are_tried_again_with_growing_gaps_up_to_reprobe_held) {
  loop_driver d;
  d.start();
  d.complete("p", 5);
  judge(d, {5});
  std::vector<steady_time> probes;
  d.remote.sending = [&](const sent_call&) { probes.push_back(d.t.steady); };
  const steady_time from = d.t.steady;
  judge(d, {5}, hours(6));
  ASSERT_GE(probes.size(), 9U);
  EXPECT_LE(probes[0] - from, minutes(1));
  for (std::size_t i = 1; i < probes.size(); ++i) {
    const auto gap = probes[i] - probes[i - 1];
    EXPECT_GE(gap, std::min<std::chrono::nanoseconds>(minutes(2) * (1 << (i - 1)), hours(1)));
    EXPECT_LE(gap, hours(1) + seconds(1));
  }
  EXPECT_EQ(only_hold(d).tries, probes.size());
  EXPECT_EQ(held(d), (std::vector<range>{{5, 5}}));
}

TEST(rejection, a_re_probe_travels_alone) {
  loop_driver d;
  d.start();
  d.complete("p", 5);
  judge(d, {5});
  d.settings.linger = minutes(1);
  d.reconfigure();
  d.complete("p", 6);
  d.pass(minutes(2));
  ASSERT_EQ(d.remote.open().size(), 1U);
  const bool probe_first = speaks_of(d.remote.open()[0], 5);
  EXPECT_NE(speaks_of(d.remote.open()[0], 5), speaks_of(d.remote.open()[0], 6));
  d.answer(probe_first ? rejected_reply() : accepted_reply());
  ASSERT_EQ(d.remote.open().size(), 1U);
  EXPECT_NE(speaks_of(d.remote.open()[0], 5), probe_first);
}

TEST(rejection, an_accepted_re_probe_ends_the_hold) {
  loop_driver d;
  d.start();
  d.complete("p", 5);
  judge(d, {5});
  d.pass(minutes(2));
  d.accept();
  EXPECT_TRUE(held(d).empty());
  EXPECT_TRUE(d.state.stored().holds.empty());
  EXPECT_EQ(d.log.count("plan.released"), 1U);
  EXPECT_EQ(d.loop().summary().held_plans, 0U);
  EXPECT_TRUE(d.loop().settled());
}

TEST(rejection, a_new_completion_tries_held_partitions_at_once) {
  loop_driver d;
  d.start();
  d.complete("p", 5);
  judge(d, {5});
  d.complete("p", 5, mark::failed);
  ASSERT_EQ(d.remote.open().size(), 1U);
  EXPECT_EQ(d.remote.open()[0].said.what.claims, claims({{{5, 5}, mark::failed}}));
  EXPECT_TRUE(d.state.stored().holds.empty());
  d.accept();
  EXPECT_TRUE(d.loop().settled());
}

TEST(rejection, retry_tries_what_is_held_now) {
  loop_driver d;
  d.start();
  d.complete("p", 5);
  d.complete("q", 7);
  judge(d, {5, 7});
  EXPECT_EQ(d.loop().summary().held_plans, 2U);
  EXPECT_FALSE(d.loop().retry_held("nobody", d.t));
  EXPECT_TRUE(d.loop().retry_held("p", d.t));
  d.work();
  ASSERT_EQ(d.remote.open().size(), 1U);
  d.accept("p");
  EXPECT_TRUE(d.loop().retry_held(std::nullopt, d.t));
  d.work();
  d.accept("q");
  EXPECT_EQ(d.loop().summary().held_plans, 0U);
}

TEST(rejection, retry_does_not_wait_for_a_backoff) {
  loop_driver d;
  d.settings.retry.initial = seconds(1'000);
  d.settings.retry.max = seconds(1'000);
  d.start();
  d.complete("p", 5);
  judge(d, {5}, hours(3));
  ASSERT_EQ(held(d).size(), 1U);
  d.complete("p", 6);
  d.answer(connection_refused());
  EXPECT_TRUE(d.loop().retry_held("p", d.t));
  d.work();
  EXPECT_EQ(d.remote.open().size(), 1U);
}

TEST(rejection, holds_survive_a_restart_with_reason_and_next_try) {
  loop_driver d;
  d.start();
  d.complete("p", 5);
  judge(d, {5}, hours(3));
  const hold_row before = only_hold(d);
  d.kill();
  d.start();
  EXPECT_EQ(held(d), (std::vector<range>{{5, 5}}));
  EXPECT_TRUE(d.remote.open().empty());
  const auto left = before.next_try - d.t.system;
  d.pass(left - milliseconds(1));
  EXPECT_TRUE(d.remote.open().empty());
  d.pass(milliseconds(1));
  ASSERT_EQ(d.remote.open().size(), 1U);
  d.answer(rejected_reply());
  EXPECT_EQ(only_hold(d).since, before.since);
  EXPECT_EQ(only_hold(d).tries, before.tries + 1);
}

TEST(rejection, a_wall_clock_that_went_back_a_year_delays_the_next_try_by_reprobe_held_at_most) {
  loop_driver d;
  d.settings.reprobe_held = milliseconds(hours(1));
  d.start();
  d.complete("p", 5);
  judge(d, {5}, hours(3));
  d.kill();
  d.t.system -= hours(24 * 365);
  d.start();
  EXPECT_TRUE(d.remote.open().empty());
  d.pass(hours(1));
  EXPECT_EQ(d.remote.open().size(), 1U);
}

TEST(rejection, a_hold_of_many_partitions_lets_the_healthy_ones_go_once_the_cause_is_gone) {
  loop_driver d;
  d.start();
  d.complete("p", 0, 63);
  std::vector<ordinal> all(64);
  for (ordinal o = 0; o < 64; ++o) all[static_cast<std::size_t>(o)] = o;
  judge(d, all);
  ASSERT_EQ(held(d), (std::vector<range>{{0, 63}}));
  judge(d, {17}, hours(8));
  EXPECT_EQ(held(d), (std::vector<range>{{17, 17}}));
}

TEST(rejection, what_was_re_touched_while_refused_is_not_held) {
  loop_driver d;
  d.start();
  d.complete("p", 5);
  for (int i = 0; i < 3; ++i) {
    d.answer(rejected_reply());
    d.pass(seconds(10));
  }
  d.complete("p", 5, mark::failed);
  d.answer(rejected_reply());
  EXPECT_TRUE(held(d).empty());
  EXPECT_TRUE(d.state.stored().holds.empty());
  d.pass(seconds(10));
  ASSERT_EQ(d.remote.open().size(), 1U);
  EXPECT_EQ(d.remote.open()[0].said.what.claims, claims({{{5, 5}, mark::failed}}));
}

TEST(rejection, a_full_refresh_that_is_refused_is_held) {
  loop_driver d;
  d.start();
  d.complete_table("p");
  for (int i = 0; i < 3; ++i) {
    d.answer(rejected_reply());
    d.pass(seconds(10));
  }
  d.answer(rejected_reply());
  EXPECT_EQ(held(d).size(), 1U);
  d.pass(minutes(2));
  d.accept();
  EXPECT_TRUE(held(d).empty());
}

TEST(rejection, a_refold_ends_the_search_for_the_guilty) {
  loop_driver d;
  d.start();
  d.complete("p", 0, 7);
  for (int n = 0; n < 4; ++n) {
    d.answer(rejected_reply());
    d.pass(seconds(60));
  }
  ASSERT_EQ(d.remote.open().size(), 1U);
  ASSERT_EQ(d.remote.open()[0].said.what.partitions(), 4) << "half of them";
  EXPECT_TRUE(d.loop().refold("p", d.t));
  d.accept();
  d.pass(seconds(60));
  ASSERT_EQ(d.remote.open().size(), 1U);
  EXPECT_EQ(d.remote.open()[0].said.what.claims, claims({{{0, 7}, mark::success}}));
}

}  // namespace
}  // namespace partmark::testing
