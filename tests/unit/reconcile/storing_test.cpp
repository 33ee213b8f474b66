// What is stored before what, and what a failing store does: nothing is sent that is not stored, nothing is lost that was read.
#include "reconcile/event_names.hpp"
#include "support/loop_driver.hpp"

#include <gtest/gtest.h>

namespace partmark::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

std::function<std::optional<error>()> fail_times(int times, errc code = errc::busy) {
  return [=, left = times]() mutable -> std::optional<error> {
    if (left == 0) return std::nullopt;
    --left;
    return error{code, "not now"};
  };
}

TEST(storing, no_byte_is_sent_before_its_intent_is_stored) {
  loop_driver d;
  int sent = 0;
  d.remote.sending = [&](const sent_call& c) {
    ++sent;
    const auto& intents = d.state.stored().intents;
    ASSERT_EQ(intents.size(), 1U);
    EXPECT_EQ(intents.begin()->second.call_id, c.id);
    EXPECT_EQ(intents.begin()->second.claims.claims, c.said.what.claims);
  };
  d.start();
  d.complete("p", 1, 4);
  d.accept();
  EXPECT_EQ(sent, 1);
  EXPECT_TRUE(d.state.stored().intents.empty());
}

TEST(storing, a_failed_commit_takes_prepared_calls_back_and_nothing_is_sent) {
  loop_driver d;
  d.start();
  d.state.trouble = fail_times(3, errc::no_space);
  d.complete("p", 1);
  EXPECT_TRUE(d.remote.all().empty());
  EXPECT_FALSE(d.plan("p").under_way().has_value());
  EXPECT_EQ(d.loop().summary().in_flight, 0U);
  d.pass(seconds(5));
  EXPECT_EQ(d.remote.all().size(), 1U);
  EXPECT_EQ(d.state.stored().intents.size(), 1U);
  EXPECT_EQ(d.log.count("state.unwritable"), 3U);
}

TEST(storing, a_commit_of_nothing_but_an_intent_that_fails_is_tried_again) {
  loop_driver d;
  d.settings.linger = milliseconds(200);
  d.start();
  d.complete("p", 1);  // stored in this turn; the intent comes with the next
  d.state.trouble = fail_times(1);
  d.pass(seconds(5));
  EXPECT_EQ(d.remote.all().size(), 1U);
}

TEST(storing, what_came_meanwhile_goes_out_with_what_could_not_be_stored) {
  loop_driver d;
  d.start();
  d.state.trouble = fail_times(2);
  d.complete("p", 1);
  d.complete("p", 1, mark::failed);
  d.pass(seconds(5));
  ASSERT_EQ(d.remote.all().size(), 1U);
  EXPECT_EQ(d.remote.all()[0].said.what.claims, claims({{{1, 1}, mark::failed}}));
}

TEST(storing, nothing_is_read_while_the_disk_is_full) {
  loop_driver d;
  d.start();
  d.state.trouble = [] { return std::optional(error{errc::no_space, "the disk is full"}); };
  for (int day = 0; day < 100; ++day) d.complete("p", day);
  d.pass(seconds(60));
  EXPECT_EQ(d.loop().summary().folded, 1);
  d.state.trouble = nullptr;
  d.pass(seconds(5));
  EXPECT_EQ(d.loop().summary().folded, 100);
  EXPECT_EQ(d.state.stored().position.plans.folded_seq, 100);
}

TEST(storing, a_reply_that_could_not_be_stored_is_stored_later) {
  loop_driver d;
  d.start();
  d.complete("p", 1);
  d.state.trouble = fail_times(2);
  d.accept();
  EXPECT_EQ(d.state.stored().intents.size(), 1U);
  EXPECT_FALSE(d.loop().idle());
  d.pass(seconds(5));
  EXPECT_TRUE(d.state.stored().intents.empty());
  EXPECT_TRUE(d.loop().settled());
  EXPECT_EQ(d.remote.all().size(), 1U);
}

TEST(storing, every_ended_call_leaves_an_attempt) {
  loop_driver d;
  std::vector<attempt_row> attempts;
  d.state.committed = [&](const state_changes& c) { attempts.insert(attempts.end(), c.attempts.begin(), c.attempts.end()); };
  d.start();
  d.complete("p", 1, 2);
  d.pass(milliseconds(40));
  d.answer(timed_out());
  d.pass(seconds(5));
  d.accept();
  ASSERT_EQ(attempts.size(), 2U);
  EXPECT_EQ(attempts[0].ended.kind, verdict_kind::ambiguous);
  EXPECT_EQ(attempts[0].took, milliseconds(40));
  EXPECT_EQ(attempts[0].partitions, 2);
  EXPECT_EQ(attempts[1].ended.kind, verdict_kind::accepted);
  EXPECT_EQ(attempts[1].ended.trace_id, "t-1");
}

// The ring of stored attempts goes on where it was; else the oldest would hide the latest.
TEST(storing, attempts_are_numbered_without_a_break_also_over_restarts) {
  loop_driver d;
  std::vector<std::uint32_t> numbers;
  d.state.committed = [&](const state_changes& c) {
    for (const attempt_row& row : c.attempts) numbers.push_back(row.number);
  };
  for (ordinal run = 0; run < 3; ++run) {
    d.start();
    d.complete("p", 2 * run);
    d.accept();
    d.complete("p", 2 * run + 1);
    d.accept();
    d.kill();
  }
  EXPECT_EQ(numbers, (std::vector<std::uint32_t>{0, 1, 2, 3, 4, 5}));
}

TEST(storing, an_attempt_keeps_the_first_ranges_and_counts_all) {
  loop_driver d;
  std::vector<attempt_row> attempts;
  d.state.committed = [&](const state_changes& c) { attempts.insert(attempts.end(), c.attempts.begin(), c.attempts.end()); };
  for (ordinal day = 0; day < 2 * static_cast<ordinal>(attempt_claims_kept) + 2; day += 2)
    d.journal.append(entry_of("many", {plan_kind::partitioned, granularity::day}, {day, day}, mark::success));
  d.journal.append(entry_of("few", {plan_kind::partitioned, granularity::day}, {3, 5}, mark::failed));
  d.start();
  d.accept("many");
  d.accept("few");
  ASSERT_EQ(attempts.size(), 2U);
  EXPECT_EQ(attempts[0].claims.size(), 32U);
  EXPECT_EQ(attempts[0].partitions, static_cast<std::int64_t>(attempt_claims_kept) + 1);
  EXPECT_EQ(attempts[1].claims, claims({{{3, 5}, mark::failed}}));
}

TEST(storing, only_trouble_that_lasted_is_told_to_be_over) {
  loop_driver d;
  d.start();
  int failures = 1;
  d.state.trouble = [&]() -> std::optional<error> {
    if (failures == 0) return std::nullopt;
    --failures;
    return error{errc::busy, "trouble"};
  };
  d.complete("p", 1);
  d.pass(seconds(10));
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(d.log.count(event_name::state_written), 0U);
  failures = 2;
  d.complete("p", 2);
  d.pass(seconds(10));
  EXPECT_EQ(d.log.count(event_name::state_written), 1U);
}

TEST(storing, a_turn_without_changes_commits_nothing) {
  loop_driver d;
  d.settings.poll_interval = seconds(5);
  d.start();
  d.complete("p", 1);
  d.accept();
  const auto commits = d.state.commits();
  d.pass(seconds(600));
  EXPECT_EQ(d.state.commits(), commits);
}

TEST(storing, after_a_clean_restart_nothing_is_sent_again) {
  loop_driver d;
  d.start();
  d.complete("p", 1, 9);
  d.accept();
  d.kill();
  d.start();
  d.pass(std::chrono::hours(2));
  EXPECT_EQ(d.remote.all().size(), 1U);
  EXPECT_TRUE(d.loop().settled());
}

TEST(storing, a_pause_outlives_a_power_cut) {
  loop_driver d;
  d.state.keep_undoable(100);
  d.start();
  ASSERT_TRUE(d.loop().pause({}, true, d.t));
  d.work();
  d.kill();
  d.state.cut_power(100);
  d.start("boot-2");
  d.complete("p", 1);
  EXPECT_TRUE(d.remote.all().empty());
}

TEST(storing, call_ids_grow_across_restarts) {
  loop_driver d;
  d.start();
  d.complete("p", 1);
  d.accept();
  d.kill();
  d.start();
  d.complete("p", 2);
  EXPECT_GT(d.remote.all()[1].id, d.remote.all()[0].id);
}

}  // namespace
}  // namespace partmark::testing
