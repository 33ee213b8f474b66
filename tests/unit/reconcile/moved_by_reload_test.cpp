// What a reload or a restart moves to another endpoint: what waits goes along, what is under way counts where it went.
#include "two_endpoints.hpp"

#include <gtest/gtest.h>

namespace partmark::testing {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

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

// What the first one's list says is nothing about the other's, which is told everything.
TEST(moved, a_drift_check_ends_with_a_word_whether_it_waits_or_is_under_way) {
  for (const bool waits : {true, false}) {
    loop_driver d(two_endpoints());
    d.start();
    d.complete("p", 1);
    d.accept();
    std::vector<std::string> troubles;
    EXPECT_TRUE(d.loop().check_drift("p", true, d.t, [&](const drift_outcome& o, granularity) {
      EXPECT_FALSE(o.report);
      troubles.push_back(o.trouble);
    }));
    EXPECT_TRUE(d.loop().pause("can", waits, d.t));
    d.work();
    ASSERT_EQ(d.remote.open().size(), waits ? 0U : 1U);
    move_all(d, "other");
    EXPECT_EQ(troubles.size(), waits ? 1U : 0U);
    if (!waits) d.answer(status_reply(200, R"({"isPartition":true,"hasData":true,"partition":{"hasNext":false,"paritionList":[]}})"));
    ASSERT_EQ(troubles.size(), 1U);
    EXPECT_NE(troubles[0].find("moved to another endpoint"), std::string::npos) << troubles[0];
    ASSERT_EQ(d.remote.open().size(), 1U);
    EXPECT_EQ(d.remote.open()[0].said.plan, "p") << "the marks, and no list";
    d.accept();
    EXPECT_TRUE(d.loop().check_drift("p", false, d.t, {}));
    d.work();
    ASSERT_EQ(d.remote.open().size(), 1U);
    EXPECT_EQ(d.remote.open()[0].said.plan, "list of p");
    EXPECT_EQ(d.remote.open()[0].endpoint, "other");
  }
}

// Another platform: whatever the first one accepted, refused or was told by hand, this one was told nothing.
TEST(moved, a_plan_tells_its_new_platform_everything) {
  loop_driver d(two_endpoints());
  d.settings.reprobe_held = hours(24);
  d.start();
  d.complete("p", 1);
  d.accept();
  d.complete("p", 2, mark::failed);
  while (d.plan("p").book.held().empty()) {
    d.answer(rejected_reply());
    d.pass(hours(1));
  }
  d.complete("p", 3);
  ASSERT_EQ(d.remote.open().size(), 1U);
  move_all(d, "other");
  EXPECT_EQ(d.log.count("plans.moved"), 1U);
  EXPECT_TRUE(d.state.stored().holds.empty());
  d.accept();  // by the first platform
  d.accept_all();
  EXPECT_TRUE(d.loop().settled());
  std::vector<claim> told;
  for (const sent_call& c : d.remote.all())
    if (c.endpoint == "other") told.insert(told.end(), c.said.what.claims.begin(), c.said.what.claims.end());
  EXPECT_EQ(told, claims({{{2, 2}, mark::failed}, {{1, 1}, mark::success}, {{3, 3}, mark::success}}));
  d.reconfigure();
  EXPECT_TRUE(d.remote.open().empty()) << "once";
  EXPECT_EQ(d.log.count("plans.moved"), 1U);
}

TEST(moved, a_platform_that_was_left_delays_nothing) {
  for (const exchange& ending : {retry_after(503, "36000"), rejected_reply(), connection_refused(), retry_after(429, "36000")}) {
    loop_driver d(two_endpoints());
    d.settings.retry = {hours(1), hours(1), 1.0};
    d.start();
    d.complete("p", 1);
    move_all(d, "other");
    move_all(d, "can");
    move_all(d, "other");
    d.answer(ending);
    ASSERT_EQ(d.remote.open().size(), 1U);
    EXPECT_EQ(d.remote.open()[0].endpoint, "other");
    d.accept();
    EXPECT_TRUE(d.loop().settled());
  }
}

// It was just looking for what of a call is refused, or whether all of it is, or tried what was held once more.
TEST(moved, a_platform_that_was_left_holds_nothing) {
  for (int answers = 0; answers < 14; ++answers) {
    loop_driver d(two_endpoints());
    d.settings.reprobe_held = hours(24);
    d.start();
    auto record = entry_of("p", {}, {0, 999}, mark::success);
    d.append(record);
    for (int n = 0; n < answers; ++n) {
      while (d.remote.open().empty()) d.pass(seconds(30));
      d.answer(rejected_reply());
    }
    while (d.remote.open().empty()) d.pass(seconds(30));
    move_all(d, "other");
    d.answer(rejected_reply());
    EXPECT_TRUE(d.plan("p").book.held().empty()) << answers;
    EXPECT_TRUE(d.state.stored().holds.empty()) << answers;
    ASSERT_EQ(d.remote.open().size(), 1U) << answers;
    EXPECT_EQ(d.remote.open()[0].endpoint, "other");
    EXPECT_EQ(d.remote.open()[0].said.what.claims, claims({{{0, 999}, mark::success}})) << answers;
    d.accept();
    EXPECT_TRUE(d.loop().settled());
  }
}

TEST(moved, a_plan_that_was_moved_while_the_daemon_was_down_tells_it_too) {
  for (const bool removed : {false, true}) {
    loop_driver d(two_endpoints());
    d.start();
    d.complete("p", 1);
    d.accept();
    d.kill();
    d.settings.plans[0].endpoint = d.settings.tables[0].endpoint = "other";
    if (removed) d.settings.endpoints.erase(d.settings.endpoints.begin());
    d.start();
    ASSERT_EQ(d.remote.open().size(), 1U);
    EXPECT_EQ(d.remote.open()[0].endpoint, "other");
    EXPECT_EQ(d.log.count("plans.moved"), 1U);
    d.accept();
    d.kill();
    d.start();
    EXPECT_TRUE(d.remote.open().empty()) << "once";
    EXPECT_EQ(d.log.count("plans.moved"), 1U);
  }
}

// As the move is stored with what it makes pending, there is no moment at which a crash forgets one of the two.
TEST(moved, a_crash_before_the_new_platform_was_told_forgets_nothing) {
  loop_driver d(two_endpoints());
  d.start();
  d.complete("p", 1);
  d.accept();
  EXPECT_TRUE(d.loop().pause("other", true, d.t));
  move_all(d, "other");
  d.kill();
  d.start();
  EXPECT_TRUE(d.loop().pause("other", false, d.t));
  d.work();
  ASSERT_EQ(d.remote.open().size(), 1U);
  EXPECT_EQ(d.remote.open()[0].endpoint, "other");
}

TEST(moved, what_an_older_version_stored_was_told_where_it_is_configured_now) {
  loop_driver d(two_endpoints());
  d.start();
  d.complete("p", 1);
  d.accept();
  d.kill();
  d.state.forget_endpoints();
  d.start();
  EXPECT_TRUE(d.remote.open().empty());
  EXPECT_EQ(d.state.stored().plans[0].row.endpoint, "can");
  d.kill();
  d.settings.plans[0].endpoint = "other";
  d.start();
  EXPECT_EQ(d.remote.open().size(), 1U);
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

}  // namespace
}  // namespace partmark::testing
