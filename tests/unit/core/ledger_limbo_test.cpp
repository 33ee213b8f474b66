// What a ledger owes after a call whose end nobody knows, one rule of DESIGN §5 a test.
#include "unit/core/ledger_rules.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace partmark {
namespace {

using namespace ledger_rules;

TEST(ledger_limbo, the_partition_is_asserted_again_exactly_where_the_mark_that_may_land_differs) {
  book b;
  b.lose({0, 9}, mark::success);
  b.say({4, 5}, mark::failed);
  b.deliver();
  EXPECT_EQ(b.owed_partitions(), 2);
  b.settle(settled, b.changes);
  EXPECT_EQ(pending_of(b), (std::vector<claim>{{{4, 5}, mark::failed}}));
  EXPECT_TRUE(b.limbo().empty());
}

TEST(ledger_limbo, nothing_is_asserted_again_where_only_the_current_mark_may_land) {
  book b;
  b.lose({0, 9}, mark::success);
  b.deliver();
  b.settle(settled, b.changes);
  EXPECT_TRUE(b.pending().empty());
  EXPECT_TRUE(b.limbo().empty());
}

TEST(ledger_limbo, not_a_millisecond_before_it_has_settled) {
  book b;
  b.lose({0, 0}, mark::success);
  b.say({0, 0}, mark::failed);
  b.deliver();
  b.settle(settled - a_moment, b.changes);
  EXPECT_TRUE(b.pending().empty());
  EXPECT_EQ(b.next_settle(), settled);
  b.settle(settled, b.changes);
  EXPECT_EQ(b.pending().partitions(), 1);
  EXPECT_EQ(b.next_settle(), std::nullopt);
}

TEST(ledger_limbo, the_mark_that_counts_is_the_one_at_settling_not_at_losing) {
  book b;
  b.lose({0, 0}, mark::success);
  b.say({0, 0}, mark::failed);
  b.say({0, 0}, mark::success);
  b.deliver();
  b.settle(settled, b.changes);
  EXPECT_TRUE(b.pending().empty());
}

TEST(ledger_limbo, a_call_under_way_while_it_settles_is_too_early_to_count) {
  book b;
  b.lose({0, 0}, mark::success);
  b.say({0, 0}, mark::failed);
  b.send();
  b.settle(settled, b.changes);
  b.accepted(b.changes);  // may have been overtaken on the way
  EXPECT_EQ(pending_of(b), (std::vector<claim>{{{0, 0}, mark::failed}}));
  b.deliver();
  EXPECT_EQ(b.owed_partitions(), 0);
}

TEST(ledger_limbo, marks_of_several_lost_calls_add_up_and_the_last_settling_counts) {
  book b;
  b.lose({0, 4}, mark::success);
  b.say({3, 7}, mark::failed);
  b.send();
  b.ambiguous(settled + seconds(9), b.changes);
  const limbo_entry* both = b.limbo().find(3);
  ASSERT_NE(both, nullptr);
  EXPECT_EQ(both->may_land, bit(mark::success) | bit(mark::failed));
  EXPECT_EQ(both->settled_at, settled + seconds(9));
  b.deliver();
  b.settle(settled, b.changes);
  EXPECT_TRUE(b.pending().empty());
  b.settle(settled + seconds(9), b.changes);
  EXPECT_EQ(pending_of(b), (std::vector<claim>{{{3, 4}, mark::failed}}));
}

TEST(ledger_limbo, spans_clears_and_updates) {
  book b;
  b.lose({0, 3}, mark::cleared);
  b.say({1, 2}, mark::success);
  b.deliver();
  b.settle(settled, b.changes);
  EXPECT_EQ(pending_of(b), (std::vector<claim>{{{1, 2}, mark::success}}));
}

TEST(ledger_limbo, held_partitions_wait_for_their_own_next_try) {
  book b;
  b.lose({0, 9}, mark::success);
  b.say({0, 9}, mark::failed);
  b.send();
  b.hold(5, b.changes);
  EXPECT_EQ(b.owed_partitions(), 0);
  b.settle(settled, b.changes);
  EXPECT_TRUE(b.pending().empty());
  EXPECT_EQ(b.held().partitions(), 10);
}

TEST(ledger_limbo, a_refold_does_not_forget_what_may_still_land) {
  book b;
  b.lose({0, 0}, mark::success);
  b.reset(daily, b.changes);
  b.say({0, 0}, mark::failed);
  b.deliver();
  b.settle(settled, b.changes);
  EXPECT_EQ(pending_of(b), (std::vector<claim>{{{0, 0}, mark::failed}}));
}

TEST(ledger_limbo, another_shape_has_other_partitions) {
  book b;
  b.lose({0, 0}, mark::success);
  b.reset({plan_kind::partitioned, granularity::hour}, b.changes);
  EXPECT_TRUE(b.limbo().empty());
  EXPECT_EQ(b.shape().unit, granularity::hour);
}

TEST(ledger_limbo, rows_that_differed_in_their_time_only_become_one_when_restored) {
  ledger_changes changes;
  book b;
  b.restore_limbo({0, 3}, bit(mark::success), settled, changes);
  EXPECT_TRUE(changes.limbo.empty());
  b.restore_limbo({4, 7}, bit(mark::success), settled, changes);
  b.restore_limbo({9, 9}, bit(mark::success), settled, changes);
  const limbo_entry entry{bit(mark::success), settled};
  EXPECT_EQ(changes.limbo, (run_changes<limbo_entry>{{{4, 7}, entry, false}, {{0, 3}, entry, false}, {{0, 7}, entry, true}}));
}

TEST(ledger_limbo, every_mark_is_each_of_them) {
  EXPECT_EQ(every_mark, bit(mark::success) | bit(mark::failed) | bit(mark::cleared));
  for (const mark m : {mark::success, mark::failed, mark::cleared}) EXPECT_NE(every_mark & bit(m), 0);
}

TEST(ledger_limbo, changes_that_are_stored_are_forgotten) {
  book b;
  b.lose({0, 0}, mark::success);
  b.send();
  b.hold(1, b.changes);
  EXPECT_FALSE(b.changes.marks.empty() || b.changes.pending.empty() || b.changes.limbo.empty() || b.changes.held.empty());
  b.changes.clear();
  EXPECT_TRUE(b.changes.marks.empty() && b.changes.pending.empty() && b.changes.limbo.empty() && b.changes.held.empty());
}

}  // namespace
}  // namespace partmark
