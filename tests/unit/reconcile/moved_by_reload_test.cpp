// What a reload or a restart moves to another endpoint: what waits goes along, what is under way counts where it went.
#include "support/loop_driver.hpp"

#include <gtest/gtest.h>

namespace partmark::testing {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

const std::string orders = "source.`catalog.schema`.orders";

// Endpoint `can` settles in a minute, `other` in ten.
loop_settings two_endpoints() {
  loop_settings s = plain_settings();
  s.endpoints.push_back({"other", "tn_1", 8, minutes(10)});
  plan_settings& p = s.plans.emplace_back();
  p.uuid = "p";
  p.endpoint = "can";
  s.tables.push_back({orders, "can"});
  return s;
}

void move_all(loop_driver& d, const std::string& to) {
  d.settings.plans[0].endpoint = to;
  d.settings.tables[0].endpoint = to;
  d.reconfigure();
}

void trigger(loop_driver& d, const std::string& date) {
  d.journal.append_table({orders, date, "success"});
  d.hint();
}

// Calls by the endpoint that they went to.
std::size_t sent_to(const loop_driver& d, const std::string& endpoint) {
  std::size_t n = 0;
  for (const sent_call& c : d.remote.all()) n += c.endpoint == endpoint ? 1U : 0U;
  return n;
}

TEST(moved, a_table_that_waits_is_told_at_its_new_endpoint_at_once) {
  loop_driver d(two_endpoints());
  d.settings.retry = {hours(1), hours(1), 1.0};
  d.start();
  trigger(d, "2025-10-20");
  d.answer(connection_refused());
  move_all(d, "other");
  ASSERT_EQ(d.remote.open().size(), 1U);
  EXPECT_EQ(d.remote.open()[0].endpoint, "other");
  d.pass(hours(2));  // where it waited before, its time comes
  EXPECT_EQ(sent_to(d, "can"), 1U);
  EXPECT_EQ(d.remote.open().size(), 1U);
  d.accept();
  EXPECT_TRUE(d.loop().settled());
}

TEST(moved, a_table_whose_call_is_under_way_goes_on_elsewhere_after_it) {
  loop_driver d(two_endpoints());
  d.start();
  trigger(d, "2025-10-20");
  move_all(d, "other");
  trigger(d, "2025-10-21");
  ASSERT_EQ(d.remote.open().size(), 1U);
  EXPECT_EQ(d.remote.open()[0].endpoint, "can");
  d.accept();
  ASSERT_EQ(d.remote.open().size(), 1U);
  EXPECT_EQ(d.remote.open()[0].endpoint, "other");
}

TEST(moved, a_table_that_stays_keeps_its_backoff) {
  loop_driver d(two_endpoints());
  d.settings.retry = {hours(1), hours(1), 1.0};
  d.start();
  trigger(d, "2025-10-20");
  d.answer(retry_after(503, "3600"));
  d.reconfigure();
  EXPECT_TRUE(d.remote.open().empty());
}

TEST(moved, a_plan_that_waits_is_told_at_its_new_endpoint_and_no_more_at_the_old_one) {
  loop_driver d(two_endpoints());
  d.settings.retry = {hours(1), hours(1), 1.0};
  d.start();
  d.complete("p", 1);
  d.answer(connection_refused());
  move_all(d, "other");
  ASSERT_EQ(d.remote.open().size(), 1U);
  EXPECT_EQ(d.remote.open()[0].endpoint, "other");
  d.pass(hours(2));
  EXPECT_EQ(d.remote.all().size(), 2U);
}

TEST(moved, a_drift_check_that_waits_is_made_at_the_new_endpoint) {
  loop_driver d(two_endpoints());
  d.start();
  d.complete("p", 1);
  d.accept();
  EXPECT_TRUE(d.loop().pause("can", true, d.t));
  EXPECT_TRUE(d.loop().check_drift("p", false, d.t, {}));
  d.work();
  EXPECT_TRUE(d.remote.open().empty());
  move_all(d, "other");
  ASSERT_EQ(d.remote.open().size(), 1U);
  EXPECT_EQ(d.remote.open()[0].said.plan, "list of p");
  EXPECT_EQ(d.remote.open()[0].endpoint, "other");
  EXPECT_TRUE(d.loop().pause("can", false, d.t));
  d.work();
  EXPECT_EQ(d.remote.open().size(), 1U) << "it is made once";
}

// When the call was lost, the plan had moved already.
TEST(moved, a_lost_call_settles_by_the_endpoint_that_it_went_to) {
  loop_driver d(two_endpoints());
  d.start();
  d.complete("p", 1);
  move_all(d, "other");
  d.complete("p", 1, mark::failed);
  d.answer(timed_out());
  d.pass(seconds(5));
  d.accept();
  d.pass(seconds(54));
  EXPECT_TRUE(d.remote.open().empty());
  d.pass(seconds(1));
  ASSERT_EQ(d.remote.open().size(), 1U) << "a minute, not ten";
  EXPECT_EQ(d.remote.open()[0].said.what.claims, claims({{{1, 1}, mark::failed}}));
}

TEST(moved, what_was_lost_before_a_restart_settles_by_the_endpoint_that_is_configured_then) {
  loop_driver d(two_endpoints());
  d.settings.plans[0].endpoint = "other";
  d.start();
  d.complete("p", 1);
  d.answer(timed_out());
  d.complete("p", 1, mark::failed);
  d.kill();
  d.start();
  d.accept_all();
  d.pass(minutes(10) - seconds(1));
  EXPECT_TRUE(d.remote.open().empty());
  d.pass(seconds(1));
  EXPECT_EQ(d.remote.open().size(), 1U);
}

TEST(moved, an_open_intent_and_a_reboot_settle_by_the_plans_endpoint_too) {
  for (const std::string boot : {"boot-1", "boot-2"}) {
    loop_driver d(two_endpoints());
    d.settings.plans[0].endpoint = "other";
    d.start("boot-1");
    d.complete("p", 1);
    d.complete("p", 1, mark::failed);  // while the success is under way
    d.kill();
    d.start(boot);
    d.accept_all();
    d.pass(minutes(10) - seconds(1));
    EXPECT_TRUE(d.remote.open().empty()) << boot;
    d.pass(seconds(1));
    EXPECT_EQ(d.remote.open().size(), 1U) << boot;
  }
}

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
