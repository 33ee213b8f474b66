// An endpoint in trouble: its circuit, Retry-After, credentials, pauses, and what a reload does to it.
#include "support/loop_driver.hpp"

#include <gtest/gtest.h>

namespace partmark::testing {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr plan_shape daily{plan_kind::partitioned, granularity::day};

loop_settings with_circuit() {
  loop_settings s = plain_settings();
  s.circuit.open_after = 3;
  s.circuit.probe_every = seconds(10);
  return s;
}

void append_plans(loop_driver& d, int plans) {
  for (int plan = 0; plan < plans; ++plan) d.journal.append(entry_of("p" + std::to_string(plan), daily, {1, 1}, mark::success));
}

// Answers all that is under way.
void answer_open(loop_driver& d, const exchange& reply) {
  for (std::size_t open = d.remote.open().size(); open > 0; --open) d.answer(reply);
}

TEST(endpoint, after_enough_failures_it_is_only_probed) {
  loop_driver d(with_circuit());
  append_plans(d, 20);
  d.start();
  EXPECT_EQ(d.remote.open().size(), 8U);
  answer_open(d, connection_refused());
  answer_open(d, connection_refused());  // what went out before it opened
  EXPECT_EQ(d.log.count("endpoint.circuit_opened"), 1U);
  const auto before = d.remote.all().size();
  for (int second = 0; second < 600; ++second) {
    EXPECT_LE(d.remote.open().size(), 1U);
    answer_open(d, connection_refused());
    d.pass(seconds(1));
  }
  EXPECT_LE(d.remote.all().size() - before, 66U);
  EXPECT_GE(d.remote.all().size() - before, 55U);
  EXPECT_EQ(d.log.count("endpoint.circuit_opened"), 1U);
}

TEST(endpoint, an_answered_probe_lets_everything_go_at_once) {
  loop_driver d(with_circuit());
  append_plans(d, 20);
  d.start();
  for (int i = 0; i < 300; ++i) {
    answer_open(d, connection_refused());
    d.pass(seconds(1));
  }
  answer_open(d, connection_refused());
  d.pass(seconds(10));
  ASSERT_EQ(d.remote.open().size(), 1U);
  d.accept();
  EXPECT_EQ(d.log.count("endpoint.circuit_closed"), 1U);
  EXPECT_EQ(d.remote.open().size(), 8U);
  d.accept_all();
  EXPECT_TRUE(d.loop().settled());
}

TEST(endpoint, a_rejection_closes_the_circuit_for_the_endpoint_answers) {
  loop_driver d(with_circuit());
  append_plans(d, 4);
  d.start();
  answer_open(d, connection_refused());
  d.pass(seconds(1));
  ASSERT_EQ(d.remote.open().size(), 1U);
  d.answer(rejected_reply());
  EXPECT_EQ(d.log.count("endpoint.circuit_closed"), 1U);
}

TEST(endpoint, in_trouble_delays_no_other) {
  loop_driver d(with_circuit());
  d.settings.endpoints.push_back({"other", "tn_1", 8, seconds(60)});
  d.settings.plans.push_back({"q", {}, "other", std::nullopt, {}});
  append_plans(d, 8);
  d.start();
  answer_open(d, connection_refused());
  d.complete("q", 1);
  ASSERT_EQ(d.remote.open().size(), 1U);
  EXPECT_EQ(d.remote.open()[0].endpoint, "other");
}

TEST(endpoint, retry_after_holds_all_of_it) {
  loop_driver d;
  append_plans(d, 10);
  d.start();
  d.answer(retry_after(429, "120"));
  answer_open(d, accepted_reply());
  EXPECT_TRUE(d.remote.open().empty());
  d.complete("q", 1);
  d.pass(milliseconds(119'999));
  EXPECT_TRUE(d.remote.open().empty());
  d.pass(milliseconds(1));
  EXPECT_EQ(d.remote.open().size(), 4U);  // p0, p8, p9 and q
}

TEST(endpoint, a_refused_credential_does_not_burn_through_the_plans) {
  loop_driver d(with_circuit());
  d.settings.endpoints[0].max_in_flight = 1;
  append_plans(d, 50);
  d.start();
  for (int second = 0; second < 60; ++second) {
    answer_open(d, status_reply(401));
    d.pass(seconds(1));
  }
  EXPECT_EQ(d.log.count("endpoint.unauthorized"), 1U);
  EXPECT_LE(d.remote.all().size(), 13U);
  EXPECT_EQ(d.loop().summary().held_plans, 0U);
}

TEST(endpoint, a_corrected_credential_is_tried_at_once_on_reload) {
  loop_driver d(with_circuit());
  append_plans(d, 3);
  d.start();
  for (int i = 0; i < 10; ++i) {
    answer_open(d, status_reply(401));
    d.pass(seconds(7));
  }
  answer_open(d, status_reply(401));
  ASSERT_TRUE(d.remote.open().empty());
  d.reconfigure();
  EXPECT_EQ(d.remote.open().size(), 1U);
  d.accept_all();
  EXPECT_TRUE(d.loop().settled());
}

TEST(endpoint, paused_it_sends_nothing_and_resumed_it_goes_on) {
  loop_driver d;
  d.start();
  d.complete("p", 1);
  EXPECT_TRUE(d.loop().pause("can", true, d.t));
  d.work();
  d.accept();  // what was under way ends
  d.complete("p", 2);
  d.complete("q", 1);
  d.pass(hours(1));
  EXPECT_TRUE(d.remote.open().empty());
  EXPECT_EQ(d.loop().summary().owing_plans, 2U);
  EXPECT_TRUE(d.loop().pause("can", false, d.t));
  d.work();
  EXPECT_EQ(d.remote.open().size(), 2U);
  EXPECT_FALSE(d.loop().pause("nowhere", true, d.t));
}

TEST(endpoint, a_pause_and_its_end_survive_restarts) {
  loop_driver d;
  d.start();
  EXPECT_TRUE(d.loop().pause({}, true, d.t));
  d.work();
  d.kill();
  d.start();
  d.complete("p", 1);
  d.pass(hours(1));
  EXPECT_TRUE(d.remote.all().empty());
  EXPECT_TRUE(d.loop().pause({}, false, d.t));
  d.work();
  EXPECT_EQ(d.remote.all().size(), 1U);
  d.accept();
  d.kill();
  d.start();
  d.complete("p", 2);
  EXPECT_EQ(d.remote.all().size(), 2U);
}

TEST(endpoint, a_plan_moved_by_a_reload_ends_its_call_where_it_is_and_goes_on_elsewhere) {
  loop_driver d;
  d.settings.endpoints.push_back({"other", "tn_1", 8, seconds(60)});
  d.settings.plans.push_back({"p", {}, "can", std::nullopt, {}});
  d.start();
  d.complete("p", 1);
  d.settings.plans[0].endpoint = "other";
  d.reconfigure();
  d.complete("p", 2);
  ASSERT_EQ(d.remote.open().size(), 1U);
  d.accept();
  ASSERT_EQ(d.remote.open().size(), 1U);
  EXPECT_EQ(d.remote.open()[0].endpoint, "other");
}

TEST(endpoint, removed_by_a_reload_its_plans_move_to_the_default) {
  loop_driver d;
  d.settings.endpoints.push_back({"other", "tn_1", 8, seconds(60)});
  d.settings.plans.push_back({"p", {}, "other", std::nullopt, {}});
  d.start();
  d.complete("p", 1);
  ASSERT_EQ(d.remote.open()[0].endpoint, "other");
  d.settings.endpoints.pop_back();
  d.settings.plans.clear();
  d.reconfigure();
  d.answer(timed_out());  // its end still counts
  d.complete("p", 1, mark::failed);
  d.pass(seconds(5));
  ASSERT_EQ(d.remote.open().size(), 1U);
  EXPECT_EQ(d.remote.open()[0].endpoint, "can");
  d.accept();
  d.pass(minutes(1));
  EXPECT_EQ(d.remote.open().size(), 1U);  // the lost call is healed
}

TEST(endpoint, a_removed_name_that_a_plan_still_gives_means_the_default) {
  loop_driver d;
  d.settings.endpoints.push_back({"other", "tn_1", 8, seconds(60)});
  d.settings.plans.push_back({"p", {}, "other", std::nullopt, {}});
  d.start();
  d.settings.endpoints.pop_back();
  d.reconfigure();
  d.complete("p", 1);
  ASSERT_EQ(d.remote.open().size(), 1U);
  EXPECT_EQ(d.remote.open()[0].endpoint, "can");
}

TEST(endpoint, fewer_calls_in_flight_by_a_reload_count_from_the_next_call_on) {
  loop_driver d;
  append_plans(d, 12);
  d.start();
  d.settings.endpoints[0].max_in_flight = 2;
  d.reconfigure();
  EXPECT_EQ(d.remote.open().size(), 8U);
  for (int i = 0; i < 7; ++i) d.accept();
  EXPECT_EQ(d.remote.open().size(), 2U);
}

TEST(endpoint, resumed_it_is_probed_at_once) {
  loop_driver d;
  d.settings.circuit = {1, seconds(3'600), seconds(3'600)};
  d.start();
  d.complete("p", 1);
  d.answer(connection_refused());
  d.pass(seconds(60));
  EXPECT_TRUE(d.remote.open().empty());
  EXPECT_TRUE(d.loop().pause("can", true, d.t));
  d.work();
  EXPECT_TRUE(d.loop().pause("can", false, d.t));
  d.work();
  EXPECT_EQ(d.remote.open().size(), 1U);
}

}  // namespace
}  // namespace partmark::testing
