// `drift.check_every`: a round through all plans comes when it is due, whatever is reloaded and restarted meanwhile.
#include "reconcile/event_names.hpp"
#include "support/loop_driver.hpp"
#include "support/replies.hpp"

#include <gtest/gtest.h>

namespace partmark::testing {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

exchange listing(const std::string& values) {
  return status_reply(200, R"({"isPartition":true,"hasData":true,"partition":{"hasNext":false,"paritionList":[)" + values + "]}}");
}

// Day 0 of p is accepted.
void begin(loop_driver& d, milliseconds every) {
  d.settings.drift_every = every;
  d.start();
  d.complete("p", 0);
  d.accept();
}

void be_down(loop_driver& d, milliseconds time) {
  d.kill();
  d.t.steady += time;
  d.t.system += time;
}

TEST(regular_drift_checks, a_reload_that_switches_the_regular_check_off_ends_it) {
  loop_driver d;
  d.settings.drift_every = std::chrono::hours(1);
  d.start();
  d.complete("p", 0);
  d.accept();
  d.settings.drift_every.reset();
  d.reconfigure();
  d.pass(std::chrono::hours(3));
  EXPECT_TRUE(d.remote.open().empty());
}

TEST(regular_drift_checks, reloads_neither_put_the_regular_check_off_nor_keep_a_longer_period) {
  loop_driver d;
  d.settings.drift_every = std::chrono::hours(2);
  d.start();
  d.complete("p", 0);
  d.accept();
  d.pass(std::chrono::minutes(90));
  d.reconfigure();
  d.pass(std::chrono::minutes(29));
  EXPECT_TRUE(d.remote.open().empty());
  d.pass(std::chrono::minutes(1));
  ASSERT_EQ(d.remote.open().size(), 1U);
  d.answer(listing(R"({"value":"1970-01-01"})"));
  d.settings.drift_every = std::chrono::minutes(10);
  d.reconfigure();
  d.pass(std::chrono::minutes(10));
  EXPECT_EQ(d.remote.open().size(), 1U);
}

// A daemon that is restarted once a day would never make a daily check.
TEST(regular_drift_checks, restarts_do_not_put_the_regular_check_off) {
  loop_driver d;
  d.settings.drift_every = std::chrono::hours(2);
  d.start();
  d.complete("p", 0);
  d.accept();
  d.pass(std::chrono::minutes(90));
  d.kill();
  d.start();
  d.pass(std::chrono::minutes(29));
  EXPECT_TRUE(d.remote.open().empty());
  d.pass(std::chrono::minutes(1));
  ASSERT_EQ(d.remote.open().size(), 1U);
  d.answer(listing(R"({"value":"1970-01-01"})"));
  d.kill();
  d.t.steady += std::chrono::hours(5);
  d.t.system += std::chrono::hours(5);
  d.start();
  EXPECT_EQ(d.remote.open().size(), 1U) << "it was due while the daemon was down";
}

TEST(regular_drift_checks, a_clock_that_was_put_back_while_the_daemon_was_down_does_not_put_the_check_off) {
  loop_driver d;
  d.settings.drift_every = std::chrono::hours(2);
  d.start();
  d.complete("p", 0);
  d.accept();
  d.kill();
  d.t.system -= std::chrono::hours(1000);
  d.start();
  d.pass(std::chrono::hours(2));
  EXPECT_EQ(d.remote.open().size(), 1U);
}

TEST(regular_drift_checks, a_regular_check_that_is_switched_on_again_counts_from_there) {
  loop_driver d;
  d.settings.drift_every = std::chrono::hours(2);
  d.start();
  d.complete("p", 0);
  d.accept();
  d.settings.drift_every.reset();
  d.reconfigure();
  d.pass(std::chrono::hours(3));
  d.settings.drift_every = std::chrono::hours(2);
  d.reconfigure();
  d.kill();
  d.start();
  d.pass(std::chrono::minutes(119));
  EXPECT_TRUE(d.remote.open().empty());
  d.pass(std::chrono::minutes(1));
  EXPECT_EQ(d.remote.open().size(), 1U);
}

TEST(regular_drift_checks, a_clock_that_was_wrong_once_does_not_put_them_off_at_every_start) {
  loop_driver d;
  d.t.system += hours(24 * 365);
  begin(d, hours(24));
  d.kill();
  d.t.system -= hours(24 * 365);
  std::size_t checks = 0;
  for (int day = 0; day < 3; ++day) {
    d.start();
    d.pass(hours(23));
    checks += d.remote.open().size();
    be_down(d, hours(1));
  }
  EXPECT_GT(checks, 0U);
}

// As a command does that finds no daemon.
TEST(regular_drift_checks, a_loop_that_drains_takes_none_away) {
  loop_driver d;
  begin(d, hours(24));
  be_down(d, hours(30));
  {
    manual_remote nobody;
    loop drained(d.journal, d.state, nobody, d.log, d.settings, 1);
    drained.restore(d.state.load(drained.rows_to_restore()), "boot-1", d.t);
    drained.drain();
    drained.retry_held(std::nullopt, d.t);
    while (drained.run(d.t).again) {
    }
    EXPECT_TRUE(nobody.open().empty());
  }
  d.start();
  EXPECT_EQ(d.remote.open().size(), 1U);
}

TEST(regular_drift_checks, one_that_waits_for_a_paused_endpoint_survives_a_restart) {
  loop_driver d;
  begin(d, hours(24));
  d.loop().pause("can", true, d.t);
  d.work();
  d.pass(hours(24));
  EXPECT_TRUE(d.remote.open().empty());
  d.kill();
  d.start();
  d.loop().pause("can", false, d.t);
  d.work();
  EXPECT_EQ(d.remote.open().size(), 1U);
}

// A machine that was switched on a moment ago has no network yet.
TEST(regular_drift_checks, one_that_could_compare_nothing_is_told_and_comes_again_soon) {
  loop_driver d;
  begin(d, hours(24));
  be_down(d, hours(24));
  d.start();
  d.answer(connection_refused());
  EXPECT_EQ(d.log.count(event_name::drift_incomplete), 1U);
  d.pass(minutes(10) - seconds(1));
  EXPECT_TRUE(d.remote.open().empty());
  d.pass(seconds(1));
  ASSERT_EQ(d.remote.open().size(), 1U);
  d.answer(listing(R"({"value":"1970-01-01"})"));
  d.pass(hours(23));
  EXPECT_TRUE(d.remote.open().empty());
  EXPECT_EQ(d.log.count(event_name::drift_incomplete), 1U);
  d.pass(hours(1));
  EXPECT_EQ(d.remote.open().size(), 1U);
}

TEST(regular_drift_checks, a_full_refresh_is_no_comparison) {
  loop_driver d;
  begin(d, hours(24));
  d.append(entry_of("full", plan_shape{plan_kind::full_refresh, granularity::day}, {0, 0}, mark::success));
  d.accept_all();
  be_down(d, hours(24));
  d.start();
  d.answer(connection_refused());
  d.pass(minutes(10));
  EXPECT_EQ(d.remote.open().size(), 1U);
}

TEST(regular_drift_checks, a_pause_longer_than_the_period_keeps_none_from_the_next_run) {
  loop_driver d;
  begin(d, hours(24));
  d.loop().pause("can", true, d.t);
  d.work();
  d.pass(hours(49));
  d.kill();
  d.start();
  d.loop().pause("can", false, d.t);
  d.work();
  EXPECT_EQ(d.remote.open().size(), 1U);
}

TEST(regular_drift_checks, a_plan_that_is_still_being_checked_is_not_asked_for_twice) {
  loop_driver d;
  begin(d, hours(1));
  d.complete("q", 0);
  d.accept("q");
  d.pass(hours(1));
  ASSERT_EQ(d.remote.open().size(), 2U);
  d.answer(listing(R"({"value":"1970-01-01"})"), "list of q");
  d.pass(hours(1));
  EXPECT_EQ(d.remote.open().size(), 2U);
  d.answer(listing(R"({"value":"1970-01-01"})"), "list of p");  // of the round before
  d.answer(listing(R"({"value":"1970-01-01"})"), "list of q");
  EXPECT_TRUE(d.remote.open().empty());
  EXPECT_EQ(d.log.count(event_name::drift_incomplete), 0U);
}

}  // namespace
}  // namespace partmark::testing
