// Calls whose end is unknown: what may still land never wins for good (DESIGN §5, limbo).
#include "support/loop_driver.hpp"

#include <gtest/gtest.h>

namespace partmark::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr plan_shape daily{plan_kind::partitioned, granularity::day};

TEST(limbo, a_lost_call_whose_mark_is_still_the_current_one_is_not_re_asserted) {
  loop_driver d;
  d.start();
  d.complete("p", 1);
  d.answer(timed_out());
  d.pass(seconds(5));
  d.accept();
  d.pass(std::chrono::hours(2));
  EXPECT_EQ(d.remote.all().size(), 2U);
  EXPECT_TRUE(d.loop().settled());
  EXPECT_TRUE(d.state.stored().plans[0].limbo.empty());
}

TEST(limbo, what_was_accepted_meanwhile_is_re_asserted_where_it_differs_and_not_before_settle_time) {
  loop_driver d;
  d.start();
  d.complete("p", 1, 4);
  d.answer(timed_out());                // success of 1 to 4 may land until 60 s from here
  d.complete("p", 2, 3, mark::failed);  // the retry says so
  d.pass(seconds(5));
  d.accept();
  EXPECT_FALSE(d.loop().settled());
  d.pass(seconds(54) + milliseconds(999));
  EXPECT_EQ(d.remote.all().size(), 2U);
  d.pass(milliseconds(1));
  ASSERT_EQ(d.remote.all().size(), 3U);
  EXPECT_EQ(d.remote.all()[2].said.what.claims, claims({{{2, 3}, mark::failed}}));
  d.accept();
  EXPECT_TRUE(d.loop().settled());
  d.pass(std::chrono::hours(2));
  EXPECT_EQ(d.remote.all().size(), 3U);
}

TEST(limbo, the_call_under_way_at_settle_time_does_not_count_as_the_re_assertion) {
  loop_driver d;
  d.start();
  d.complete("p", 1);
  d.answer(timed_out());
  d.pass(seconds(30));
  d.answer(connection_refused());
  d.complete("p", 1, mark::failed);
  d.pass(seconds(29));
  ASSERT_EQ(d.remote.open().size(), 1U);
  d.pass(seconds(2));  // settled meanwhile
  d.accept();
  ASSERT_EQ(d.remote.open().size(), 1U);
  EXPECT_EQ(d.remote.open()[0].said.what.claims, claims({{{1, 1}, mark::failed}}));
}

TEST(limbo, clears_and_updates_share_it) {
  loop_driver d;
  d.start();
  d.complete("p", 1);
  d.accept();
  d.complete("p", 1, mark::cleared);
  d.answer(timed_out());
  d.complete("p", 1);
  d.pass(seconds(5));
  d.accept();
  d.pass(seconds(60));
  ASSERT_EQ(d.remote.open().size(), 1U);
  EXPECT_EQ(d.remote.open()[0].said.what.claims, claims({{{1, 1}, mark::success}}));
}

TEST(limbo, an_intent_that_was_open_at_the_end_of_a_run_may_still_land) {
  loop_driver d;
  d.start();
  d.complete("p", 1, 4);
  d.kill();
  d.journal.append(entry_of("p", daily, {2, 2}, mark::failed));
  d.pass(seconds(10));
  d.start();
  ASSERT_EQ(d.remote.open().size(), 1U);  // still pending, so at once
  EXPECT_EQ(d.remote.open()[0].said.what.claims, claims({{{2, 2}, mark::failed}, {{1, 1}, mark::success}, {{3, 4}, mark::success}}));
  d.accept();
  d.pass(seconds(59));
  EXPECT_TRUE(d.remote.open().empty());
  EXPECT_FALSE(d.loop().settled());
  d.pass(seconds(1));
  ASSERT_EQ(d.remote.open().size(), 1U);
  EXPECT_EQ(d.remote.open()[0].said.what.claims, claims({{{2, 2}, mark::failed}}));
  d.accept();
  EXPECT_TRUE(d.loop().settled());
}

TEST(limbo, it_outlives_restarts_and_the_full_settle_runs_again) {
  loop_driver d;
  d.start();
  d.complete("p", 1);
  d.answer(timed_out());
  d.complete("p", 1, mark::failed);
  d.pass(seconds(5));
  d.accept();
  d.pass(seconds(50));
  d.kill();
  d.start();
  d.pass(seconds(59));
  EXPECT_EQ(d.remote.all().size(), 2U);
  d.pass(seconds(1));
  ASSERT_EQ(d.remote.open().size(), 1U);
  EXPECT_EQ(d.remote.open()[0].said.what.claims, claims({{{1, 1}, mark::failed}}));
}

TEST(limbo, neighbours_that_settle_apart_are_stored_and_restored_and_forgotten) {
  loop_driver d;
  d.start();
  for (ordinal day = 1; day <= 3; ++day) {
    d.complete("p", day);
    d.answer(timed_out());
    d.pass(seconds(2));
    d.accept_all();
  }
  ASSERT_EQ(d.state.stored().plans[0].limbo.size(), 3U);
  d.kill();
  d.start();
  d.pass(seconds(60));
  EXPECT_TRUE(d.state.stored().plans[0].limbo.empty());
}

TEST(limbo, after_a_reboot_everything_pending_may_land_with_any_mark) {
  loop_driver d;
  d.start();
  d.complete("p", 1, 2);
  d.accept();
  d.complete("p", 2, 3, mark::failed);
  d.kill();
  d.start("boot-2");
  EXPECT_EQ(d.state.stored().boot_id, "boot-2");
  d.accept_all();
  d.pass(seconds(60));
  ASSERT_EQ(d.remote.open().size(), 1U);
  EXPECT_EQ(d.remote.open()[0].said.what.claims, claims({{{2, 3}, mark::failed}}));
  d.accept();
  EXPECT_TRUE(d.loop().settled());
}

TEST(limbo, after_a_reboot_that_counts_for_what_the_journal_held_unread_too) {
  loop_driver d;
  d.start();
  d.kill();
  d.journal.append(entry_of("p", daily, {1, 1}, mark::success));
  d.start("boot-2");
  d.accept_all();
  EXPECT_FALSE(d.loop().settled());
  d.pass(seconds(60));
  EXPECT_EQ(d.remote.open().size(), 1U);
}

// The cut takes what was stored of the last call, and of what led to it. A call that says `later` then has to be said once more when
// all that may still land has landed.
void expect_late_landing_is_put_right(loop_driver& d, std::size_t commits_lost) {
  d.kill();
  d.state.cut_power(commits_lost);
  d.start("boot-2");
  d.accept_all();
  d.complete("p", 1, mark::failed);
  d.accept_all();
  const auto before = d.remote.all().size();
  d.pass(seconds(60));
  d.accept_all();
  ASSERT_GT(d.remote.all().size(), before);
  EXPECT_EQ(d.remote.all().back().said.what.claims, claims({{{1, 1}, mark::failed}}));
}

TEST(limbo, after_a_reboot_a_resync_may_have_sent_what_was_accepted_long_ago) {
  loop_driver d;
  d.state.keep_undoable(100);
  d.start();
  d.complete("p", 1);
  d.accept();
  ASSERT_TRUE(d.loop().resync("p", d.t));
  d.work();
  ASSERT_EQ(d.remote.open().size(), 1U);
  expect_late_landing_is_put_right(d, 1);
}

TEST(limbo, after_a_reboot_a_refold_may_have_sent_what_was_accepted_long_ago) {
  loop_driver d;
  d.state.keep_undoable(100);
  d.start();
  d.complete("p", 1);
  d.accept();
  ASSERT_TRUE(d.loop().refold("p", d.t));
  d.work();
  ASSERT_EQ(d.remote.open().size(), 1U);
  expect_late_landing_is_put_right(d, 2);
}

TEST(limbo, after_a_reboot_what_is_held_may_have_been_tried_again) {
  loop_driver d;
  d.state.keep_undoable(100);
  d.start();
  d.complete("p", 1);
  while (d.loop().summary().held_plans == 0) {
    if (d.remote.open().empty()) d.pass(seconds(5));
    d.answer(rejected_reply());
  }
  ASSERT_TRUE(d.loop().retry_held("p", d.t));
  d.work();
  ASSERT_EQ(d.remote.open().size(), 1U);
  expect_late_landing_is_put_right(d, 1);
}

TEST(limbo, after_a_reboot_what_was_in_limbo_may_have_been_asserted_again) {
  loop_driver d;
  d.state.keep_undoable(100);
  d.start();
  d.complete("p", 1, mark::failed);
  d.answer(timed_out());
  d.complete("p", 1);
  d.accept_all();
  d.pass(seconds(5));
  d.accept_all();
  d.pass(seconds(60));  // success is asserted once more
  ASSERT_EQ(d.remote.open().size(), 1U);
  expect_late_landing_is_put_right(d, 1);
}

TEST(limbo, a_crash_before_the_reboot_was_taken_into_account_finds_the_old_boot_again) {
  loop_driver d;
  d.start();
  d.complete("p", 1);
  d.kill();
  d.state.trouble = [] { return std::optional(error{errc::io, "no"}); };
  d.start("boot-2");
  d.kill();
  d.state.trouble = nullptr;
  EXPECT_EQ(d.state.stored().boot_id, "boot-1");
  d.start("boot-2");
  EXPECT_EQ(d.state.stored().boot_id, "boot-2");
  d.accept_all();
  d.pass(seconds(60));
  EXPECT_EQ(d.remote.open().size(), 1U);
}

TEST(limbo, a_reboot_is_not_taken_into_account_before_the_journal_was_read) {
  loop_driver d;
  d.start();
  d.complete("p", 1);
  d.kill();
  d.journal.remove();  // not mounted yet
  d.start("boot-2");
  d.kill();
  EXPECT_EQ(d.state.stored().boot_id, "boot-1");
  d.journal.create();
  d.start("boot-2");
  d.accept_all();
  d.pass(seconds(60));
  EXPECT_EQ(d.remote.open().size(), 1U);
}

TEST(limbo, in_the_same_boot_nothing_more_is_suspected) {
  loop_driver d;
  d.start();
  d.complete("p", 1);
  d.answer(connection_refused());
  d.kill();
  d.start("boot-1");
  d.accept_all();
  EXPECT_TRUE(d.loop().settled());
}

TEST(limbo, a_call_lost_with_a_kept_alive_connection_is_retried_at_once_and_may_land_too) {
  loop_driver d;
  d.start();
  d.complete("p", 1);
  d.answer(dead_connection());
  ASSERT_EQ(d.remote.open().size(), 1U);
  d.answer(dead_connection());
  EXPECT_TRUE(d.remote.open().empty());  // once
  d.complete("p", 1, mark::failed);
  d.pass(seconds(5));
  d.accept();
  d.pass(seconds(60));
  EXPECT_EQ(d.remote.open().size(), 1U);
}

}  // namespace
}  // namespace partmark::testing
