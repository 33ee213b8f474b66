// What a reload changes for those who wait where they are.
#include "two_endpoints.hpp"

#include <gtest/gtest.h>

namespace partmark::testing {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

TEST(reloaded, a_run_type_counts_from_the_next_call_on) {
  loop_driver d(two_endpoints());
  d.start();
  d.complete("p", 1);
  d.accept();
  d.settings.plans[0].run_type = "MANUAL";
  d.reconfigure();
  d.complete("p", 2);
  ASSERT_EQ(d.remote.open().size(), 1U);
  EXPECT_EQ(d.remote.open()[0].said.run_type, "MANUAL");
}

// The address was wrong, or the server behind it said to wait for an hour.
TEST(reloaded, another_address_is_called_at_once) {
  for (const exchange& ending : {connection_refused(), retry_after(503, "3600")}) {
    loop_driver d(two_endpoints());
    d.settings.retry = {hours(1), hours(1), 1.0};
    d.settings.endpoints[0].url = "http://127.0.0.1:1";
    d.start();
    d.complete("p", 1);
    trigger(d, "2025-10-20");
    d.answer(ending);
    d.answer(ending);
    ASSERT_TRUE(d.remote.open().empty());
    d.settings.endpoints[0].url = "http://127.0.0.1:2";
    d.reconfigure();
    EXPECT_EQ(d.remote.open().size(), 2U);
  }
}

TEST(reloaded, no_backoff_is_longer_than_the_new_one) {
  loop_driver d(two_endpoints());
  d.settings.retry = {hours(24), hours(24), 1.0};
  d.start();
  d.complete("p", 1);
  trigger(d, "2025-10-20");
  d.answer(retry_after(429, "36000"));
  d.answer(connection_refused());
  d.settings.retry = {seconds(1), minutes(1), 2.0};
  d.reconfigure();
  EXPECT_TRUE(d.remote.open().empty());
  d.pass(minutes(1));
  EXPECT_EQ(d.remote.open().size(), 2U);
}

TEST(reloaded, who_lingers_lingers_as_long_as_is_configured_now) {
  loop_driver d(two_endpoints());
  d.settings.linger = minutes(10);
  d.start();
  d.complete("p", 1);
  trigger(d, "2025-10-20");
  d.pass(minutes(1));
  d.settings.linger = minutes(2);
  d.reconfigure();
  EXPECT_TRUE(d.remote.open().empty());
  d.pass(minutes(1));
  ASSERT_EQ(d.remote.open().size(), 1U) << "two minutes after its completion";
  EXPECT_EQ(d.remote.open()[0].said.plan, "p");
  d.pass(minutes(1));
  EXPECT_EQ(d.remote.open().size(), 2U);
}

TEST(reloaded, a_refused_plan_waits_for_its_backoff_also_with_a_new_completion) {
  loop_driver d(two_endpoints());
  d.settings.retry = {hours(24), hours(24), 1.0};
  d.start();
  d.complete("p", 1);
  d.answer(rejected_reply());
  d.complete("p", 2);
  ASSERT_TRUE(d.remote.open().empty());
  d.reconfigure();
  EXPECT_TRUE(d.remote.open().empty());
}

TEST(reloaded, what_is_held_is_tried_again_after_reprobe_held_of_now_at_most) {
  loop_driver d(two_endpoints());
  d.settings.reprobe_held = hours(24);
  d.start();
  d.complete("p", 1);
  while (d.plan("p").book.held().empty()) {
    d.answer(rejected_reply());
    d.pass(hours(1));
  }
  d.settings.reprobe_held = seconds(10);
  d.reconfigure();
  EXPECT_LE(d.state.stored().holds.begin()->second.next_try - d.t.system, seconds(10)) << "as `partmark held` says";
  const std::size_t before = d.remote.all().size();
  d.pass(seconds(10));
  EXPECT_EQ(d.remote.all().size(), before + 1);
}

TEST(reloaded, the_pause_of_an_endpoint_that_is_gone_can_be_ended_and_is_kept_until_then) {
  for (const std::string_view whom : {"other", ""}) {
    loop_driver d(two_endpoints());
    d.start();
    EXPECT_TRUE(d.loop().pause("other", true, d.t));
    d.work();
    const auto both = d.settings.endpoints;
    d.settings.endpoints.pop_back();
    d.reconfigure();
    d.kill();
    d.start();
    EXPECT_TRUE(d.state.stored().paused.at("other"));
    EXPECT_FALSE(d.loop().pause("other", true, d.t)) << "it is not configured";
    d.settings.endpoints = both;
    d.reconfigure();
    EXPECT_TRUE(d.state.stored().paused.at("other"));
    d.settings.endpoints.pop_back();
    d.reconfigure();
    EXPECT_TRUE(d.loop().pause(whom, false, d.t));
    d.work();
    EXPECT_FALSE(d.state.stored().paused.at("other")) << "'" << whom << "'";
    EXPECT_FALSE(d.loop().pause("other", false, d.t));
  }
}

// What was read ahead was understood by the old limit.
TEST(reloaded, rows_that_were_understood_ahead_are_understood_anew) {
  loop_driver d(two_endpoints());
  d.start();
  EXPECT_EQ(d.journal.understood_anew, 0U);
  d.settings.partitions_max = 1;
  d.reconfigure();
  EXPECT_EQ(d.journal.understood_anew, 1U);
}

}  // namespace
}  // namespace partmark::testing
