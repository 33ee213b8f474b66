// The loop reads the journal: to its end before anything is pushed, every row once, whatever fails on the way.
#include "support/loop_driver.hpp"

#include <gtest/gtest.h>

namespace partmark::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr plan_shape daily{plan_kind::partitioned, granularity::day};

std::function<std::optional<error>(memory_journal::step)> fail_once(memory_journal::step at, errc code, int after = 0) {
  return [=, left = after](memory_journal::step s) mutable -> std::optional<error> {
    if (s != at || left < 0) return std::nullopt;
    return left-- > 0 ? std::nullopt : std::optional(error{code, "the disk is tired"});
  };
}

// Two plans' worth of records, a day each.
void append_days(loop_driver& d, int days) {
  for (int day = 0; day < days; ++day) d.journal.append(entry_of("p", daily, {day, day}, mark::success));
}

TEST(reading, nothing_is_pushed_while_slices_are_full) {
  loop_driver d;
  d.settings.slice_rows = 2;
  append_days(d, 4);
  // Its success goes out first and the failure that follows lies in a later slice: it must not.
  d.journal.append(entry_of("p", daily, {0, 0}, mark::failed));
  d.remote.sending = [&](const sent_call&) { EXPECT_EQ(d.loop().summary().position.plans.folded_seq, 5); };
  d.start();
  ASSERT_EQ(d.remote.all().size(), 1U);
  EXPECT_EQ(d.remote.all()[0].said.what.claims, claims({{{0, 0}, mark::failed}, {{1, 3}, mark::success}}));
}

TEST(reading, a_slice_that_ends_exactly_at_the_limit_is_followed_by_another_look) {
  loop_driver d;
  d.settings.slice_rows = 2;
  append_days(d, 2);
  d.start();
  EXPECT_EQ(d.remote.all().size(), 1U);
  EXPECT_FALSE(d.loop().summary().behind);
}

TEST(reading, every_row_is_folded_once_when_reads_fail_half_way) {
  loop_driver d;
  d.settings.poll_interval = seconds(1);
  append_days(d, 5);
  d.journal.trouble = fail_once(memory_journal::step::read_row, errc::io, 3);
  d.start();
  EXPECT_TRUE(d.remote.all().empty());
  EXPECT_EQ(d.loop().summary().folded, 3);
  EXPECT_EQ(d.state.stored().position.plans.folded_seq, 3);
  d.pass(seconds(1));
  EXPECT_EQ(d.loop().summary().folded, 5);
  ASSERT_EQ(d.remote.all().size(), 1U);
  EXPECT_EQ(d.remote.all()[0].said.what.claims, claims({{{0, 4}, mark::success}}));
}

TEST(reading, a_read_that_fails_after_its_last_row_folds_nothing_twice) {
  loop_driver d;
  append_days(d, 3);
  d.journal.trouble = fail_once(memory_journal::step::read_end, errc::busy);
  d.start();
  d.pass(seconds(1));
  EXPECT_EQ(d.loop().summary().folded, 3);
  EXPECT_EQ(d.remote.all().size(), 1U);
}

TEST(reading, a_busy_journal_is_looked_at_again_soon_and_is_no_news) {
  loop_driver d;
  append_days(d, 1);
  d.journal.trouble = fail_once(memory_journal::step::look, errc::busy);
  d.start();
  EXPECT_TRUE(d.remote.all().empty());
  d.pass(milliseconds(10));
  EXPECT_EQ(d.remote.all().size(), 1U);
  EXPECT_EQ(d.log.count("journal.unreadable"), 0U);
}

TEST(reading, an_unreadable_journal_is_said_once_and_nothing_is_pushed) {
  loop_driver d;
  d.settings.poll_interval = seconds(5);
  append_days(d, 1);
  d.journal.trouble = [](memory_journal::step) { return std::optional(error{errc::io, "no medium"}); };
  d.start();
  d.pass(seconds(60));
  EXPECT_TRUE(d.remote.all().empty());
  EXPECT_EQ(d.log.count("journal.unreadable"), 1U);
  EXPECT_TRUE(d.loop().summary().behind);
  d.journal.trouble = nullptr;
  d.pass(seconds(5));
  EXPECT_EQ(d.remote.all().size(), 1U);
  EXPECT_EQ(d.log.count("journal.opened"), 1U);
}

TEST(reading, a_journal_that_opens_and_cannot_be_read_is_said_once_and_read_again_at_the_polls) {
  loop_driver d;
  d.settings.poll_interval = seconds(5);
  append_days(d, 3);
  d.journal.trouble = [](memory_journal::step s) {
    return s == memory_journal::step::read_row ? std::optional(error{errc::io, "bad sector"}) : std::nullopt;
  };
  d.start();
  const auto turns = d.turns();
  d.pass(seconds(60));
  EXPECT_LE(d.turns() - turns, 13U);
  EXPECT_EQ(d.log.count("journal.unreadable"), 1U);
  EXPECT_EQ(d.log.count("journal.opened"), 0U);
  d.journal.trouble = nullptr;
  d.pass(seconds(5));
  EXPECT_EQ(d.log.count("journal.opened"), 1U);
  EXPECT_EQ(d.remote.all().size(), 1U);
}

TEST(reading, a_journal_that_is_absent_is_waited_for) {
  loop_driver d;
  d.journal.remove();
  d.settings.poll_interval = seconds(5);
  d.start();
  d.pass(seconds(60));
  EXPECT_EQ(d.log.count("journal.waiting"), 1U);
  EXPECT_TRUE(d.loop().summary().behind);
  EXPECT_FALSE(d.loop().settled());
  d.journal.create();
  append_days(d, 1);
  d.hint();
  EXPECT_EQ(d.remote.all().size(), 1U);
  EXPECT_EQ(d.loop().summary().position.uuid, "journal-1");
}

// A new one would be another, and refused: nobody may be led to make one.
TEST(reading, a_journal_that_is_gone_is_not_said_to_be_one_that_never_was) {
  loop_driver d;
  d.journal.remove();
  d.start();
  EXPECT_EQ(d.loop().journal_trouble(), "absent");
  d.journal.create();
  append_days(d, 1);
  d.hint();
  d.journal.remove();
  d.hint();
  EXPECT_EQ(d.log.count("journal.waiting"), 2U);
  EXPECT_NE(d.loop().journal_trouble().find("not there any more"), std::string::npos);
  EXPECT_NE(d.log.all().back().message.find("adopt-journal"), std::string::npos);
}

TEST(reading, what_waits_is_not_pushed_while_the_journal_has_vanished) {
  loop_driver d;
  d.settings.linger = seconds(1);
  d.start();
  d.complete("p", 1);
  d.journal.remove();
  d.hint();
  d.pass(seconds(60));
  EXPECT_TRUE(d.remote.all().empty());
}

TEST(reading, another_journal_in_its_place_is_fatal_and_nothing_is_sent) {
  loop_driver d;
  d.settings.linger = seconds(1);
  d.start();
  d.complete("p", 1);
  d.journal.replace("journal-2");
  d.journal.append(entry_of("p", daily, {2, 2}, mark::success));
  d.hint();
  ASSERT_TRUE(d.fatal().has_value());
  EXPECT_EQ(d.fatal()->code, errc::identity);
  d.pass(seconds(60));
  EXPECT_TRUE(d.remote.all().empty());
  EXPECT_EQ(d.state.stored().position.plans.folded_seq, 1);
}

TEST(reading, a_hint_may_precede_visibility_by_milliseconds) {
  loop_driver d;
  d.start();
  for (const int late_us : {50, 150, 900, 4'000, 20'000}) {
    const auto sent = d.remote.all().size();
    const auto seq = d.journal.append_unseen(entry_of("p", daily, {late_us, late_us}, mark::success));
    d.hint();
    d.pass_exactly(std::chrono::microseconds(late_us));
    d.journal.reveal(seq);
    d.pass(milliseconds(20));
    EXPECT_EQ(d.remote.all().size(), sent + 1) << late_us << " us late";
    d.accept_all();
  }
}

TEST(reading, a_row_is_seen_within_half_again_the_time_that_its_writers_sync_took) {
  loop_driver d;
  d.start();
  for (const int late_ms : {2, 5, 10, 20, 40, 90, 130, 300, 600, 1'000, 1'400}) {
    const auto sent = d.remote.all().size();
    const auto seq = d.journal.append_unseen(entry_of("p", daily, {late_ms, late_ms}, mark::success));
    d.hint();
    d.pass(milliseconds(late_ms));
    d.journal.reveal(seq);
    d.pass(milliseconds(late_ms / 2 + 1));
    EXPECT_EQ(d.remote.all().size(), sent + 1) << late_ms << " ms late";
    d.accept_all();
  }
}

TEST(reading, a_hint_without_a_row_is_looked_after_for_seconds_only) {
  loop_driver d;
  d.start();
  d.hint();
  d.pass(seconds(4));
  const auto turns = d.turns();
  d.pass(seconds(3600));
  EXPECT_EQ(d.turns(), turns);
}

TEST(reading, looks_after_a_hint_are_not_used_up_by_turns_for_other_reasons) {
  loop_driver d;
  d.start();
  for (int plan = 0; plan < 8; ++plan) d.complete("p" + std::to_string(plan), 1);
  d.pass(seconds(1));
  const auto seq = d.journal.append_unseen(entry_of("q", daily, {1, 1}, mark::success));
  d.hint();
  d.accept_all();  // eight turns within no time
  d.pass(milliseconds(2));
  d.journal.reveal(seq);
  d.pass(milliseconds(20));
  EXPECT_EQ(d.remote.all().back().said.plan, "q");
}

TEST(reading, burned_sequence_numbers_are_folded_too) {
  loop_driver d;
  d.start();
  d.complete("p", 1);
  d.journal.burn(3);
  d.hint();
  EXPECT_EQ(d.loop().summary().position.plans.folded_seq, 4);
  EXPECT_EQ(d.state.stored().position.plans.folded_seq, 4);
  EXPECT_EQ(d.state.stored().position.plans.anchor_seq, 1);
}

TEST(reading, rows_are_durable_before_their_fold_is_stored) {
  loop_driver d;
  d.state.committed = [&](const state_changes& c) {
    if (!c.position) return;
    EXPECT_GE(d.journal.synced(), c.position->plans.folded_seq);
  };
  d.start();
  d.complete("p", 1);
  d.complete("p", 2);
  EXPECT_EQ(d.journal.synced(), 2);
}

TEST(reading, burned_numbers_are_durable_before_the_cursor_passes_them) {
  loop_driver d;
  d.start();
  d.complete("p", 1);
  d.journal.burn();
  d.hint();
  // Were the burned number lost with the power, the next record would take it, below the cursor, and never be folded.
  EXPECT_GE(d.journal.synced(), d.state.stored().position.plans.folded_seq);
}

TEST(reading, a_journal_that_cannot_be_synced_keeps_its_rows_from_being_stored_or_pushed) {
  loop_driver d;
  d.start();
  d.journal.trouble = [](memory_journal::step s) {
    return s == memory_journal::step::sync ? std::optional(error{errc::io, "fsync failed"}) : std::nullopt;
  };
  d.complete("p", 1);
  d.pass(seconds(10));
  EXPECT_EQ(d.state.stored().position.plans.folded_seq, 0);
  EXPECT_TRUE(d.remote.all().empty());
  d.journal.trouble = nullptr;
  d.pass(seconds(10));
  EXPECT_EQ(d.state.stored().position.plans.folded_seq, 1);
  EXPECT_EQ(d.remote.all().size(), 1U);
}

}  // namespace
}  // namespace partmark::testing
