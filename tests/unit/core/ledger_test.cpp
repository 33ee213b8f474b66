// What a ledger does, one rule of DESIGN §5 a test. Limbo is in ledger_limbo_test.cpp, random lives are in ledger_property_test.cpp.
#include "unit/core/ledger_rules.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <vector>

namespace partmark {
namespace {

using namespace ledger_rules;

TEST(ledger, a_late_failure_overrides_an_earlier_success) {
  book b;
  b.say({0, 9}, mark::success);
  b.say({4, 4}, mark::failed);
  EXPECT_EQ(claims_of(b.next_call(no_limit)),
            (std::vector<claim>{{{4, 4}, mark::failed}, {{0, 3}, mark::success}, {{5, 9}, mark::success}}));
}

TEST(ledger, what_goes_on_at_the_end_grows_the_last_runs) {
  book b;
  b.say({0, 4}, mark::success);
  const auto was = b.grow({5, 7}, mark::success);
  ASSERT_TRUE(was);
  EXPECT_EQ(was->marks, (range{0, 4}));
  EXPECT_EQ(was->pending, (range{0, 4}));
  EXPECT_EQ(claims_of(b.next_call(no_limit)), (std::vector<claim>{{{0, 7}, mark::success}}));
}

TEST(ledger, what_does_more_than_to_grow_the_last_runs_is_left_to_be_completed) {
  book b;
  EXPECT_FALSE(b.grow({0, 0}, mark::success)) << "there is no run yet";
  b.say({0, 4}, mark::success);
  EXPECT_FALSE(b.grow({5, 5}, mark::failed)) << "another mark";
  EXPECT_FALSE(b.grow({4, 5}, mark::success)) << "it overlaps";
  EXPECT_FALSE(b.grow({6, 6}, mark::success)) << "it leaves a gap";
  b.send();
  EXPECT_FALSE(b.grow({5, 5}, mark::success)) << "a call is under way";
  b.accepted(b.changes);
  EXPECT_FALSE(b.grow({5, 5}, mark::success)) << "nothing is pending before it";
  EXPECT_EQ(pending_of(b), std::vector<claim>{});
  b.say({1, 2}, mark::success);
  EXPECT_FALSE(b.grow({5, 5}, mark::success)) << "what is pending ends elsewhere";
}

TEST(ledger, runs_that_do_not_end_together_do_not_grow) {
  book b;
  b.say({0, 9}, mark::success);
  b.deliver();
  b.say({0, 4}, mark::success);
  EXPECT_FALSE(b.grow({5, 5}, mark::success)) << "its mark is not the last";
  EXPECT_EQ(b.marks().extent(), (range{0, 9}));
}

TEST(ledger, what_is_over_no_longer_keeps_the_last_runs_from_growing) {
  const auto grows_after = [](auto what) {
    book b;
    b.say({0, 4}, mark::success);
    what(b);
    return b.grow({5, 5}, mark::success).has_value();
  };
  const auto held = [](book& b) {
    b.send();
    b.hold(1, b.changes);
  };
  EXPECT_TRUE(grows_after([](book& b) { b.send(), b.refused(); }));
  EXPECT_TRUE(grows_after([](book& b) { b.lose({0, 4}, mark::success), b.settle(settled, b.changes); }));
  EXPECT_TRUE(grows_after([&](book& b) { held(b), b.release(1, b.changes); }));
  EXPECT_TRUE(grows_after([&](book& b) { held(b), b.resync(b.changes); }));
  EXPECT_TRUE(grows_after([&](book& b) { held(b), b.touch({0, 4}, b.changes); }));
  EXPECT_TRUE(grows_after([&](book& b) { held(b), b.reset(daily, b.changes), b.say({0, 4}, mark::success); }));
  EXPECT_TRUE(grows_after([](book& b) { b.watch_quiet(), b.end_quiet_watch(); }));
}

TEST(ledger, a_completion_is_pending_also_where_the_mark_did_not_change) {
  book b;
  b.say({0, 9}, mark::success);
  b.deliver();
  EXPECT_TRUE(b.pending().empty());
  b.say({3, 3}, mark::success);
  EXPECT_EQ(claims_of(b.next_call(no_limit)), (std::vector<claim>{{{3, 3}, mark::success}}));
}

TEST(ledger, a_year_of_single_days_is_one_range) {
  book b;
  for (ordinal o = 0; o < 365; ++o) b.say({o, o}, mark::success);
  EXPECT_EQ(claims_of(b.next_call(no_limit)), (std::vector<claim>{{{0, 364}, mark::success}}));
}

TEST(ledger, clears_go_before_updates_and_alone) {
  book b;
  b.say({0, 2}, mark::success);
  b.say({1, 1}, mark::cleared);
  const auto first = b.next_call(no_limit);
  EXPECT_EQ(first->kind, call_kind::clear);
  EXPECT_EQ(first->claims, (std::vector<claim>{{{1, 1}, mark::cleared}}));
  b.take(*first);
  b.accepted(b.changes);
  EXPECT_EQ(b.next_call(no_limit)->kind, call_kind::update);
}

TEST(ledger, failed_ranges_go_first_when_a_call_is_cut) {
  book b;
  b.say({0, 0}, mark::success);
  b.say({2, 2}, mark::failed);
  b.say({4, 4}, mark::success);
  b.say({6, 6}, mark::failed);
  EXPECT_EQ(claims_of(b.next_call(1)), (std::vector<claim>{{{2, 2}, mark::failed}}));
  EXPECT_EQ(claims_of(b.next_call(3)), (std::vector<claim>{{{2, 2}, mark::failed}, {{6, 6}, mark::failed}, {{0, 0}, mark::success}}));
}

TEST(ledger, what_is_under_way_still_counts_as_pending) {
  book b;
  b.say({0, 9}, mark::success);
  b.send();
  EXPECT_EQ(b.pending().partitions(), 10);
  EXPECT_EQ(b.owed_partitions(), 10);
}

TEST(ledger, what_was_touched_again_in_flight_stays_pending_after_acceptance) {
  book b;
  b.say({0, 9}, mark::success);
  b.send();
  b.say({4, 5}, mark::failed);
  b.say({8, 12}, mark::success);  // rebuilt: the acceptance spoke of the table before
  b.accepted(b.changes);
  EXPECT_EQ(pending_of(b), (std::vector<claim>{{{4, 5}, mark::failed}, {{8, 12}, mark::success}}));
}

TEST(ledger, what_was_refused_before_processing_stays_pending_without_limbo) {
  book b;
  b.say({0, 9}, mark::success);
  b.send();
  b.refused();
  EXPECT_EQ(b.pending().partitions(), 10);
  EXPECT_TRUE(b.limbo().empty());
}

TEST(ledger, held_partitions_are_not_pending_until_released) {
  book b;
  b.say({0, 9}, mark::success);
  b.send();
  b.hold(1, b.changes);
  EXPECT_TRUE(b.pending().empty());
  EXPECT_EQ(b.owed_partitions(), 0);
  EXPECT_TRUE(b.holds(1));
  EXPECT_EQ(b.release(1, b.changes), (std::vector<range>{{0, 9}}));
  EXPECT_FALSE(b.holds(1));
  EXPECT_EQ(b.pending().partitions(), 10);
}

TEST(ledger, a_hold_is_found_behind_others) {
  book b;
  for (const hold_id id : {1, 2}) {
    b.say({id * 10, id * 10}, mark::success);
    b.send();
    b.hold(id, b.changes);
  }
  EXPECT_TRUE(b.holds(1));
  EXPECT_TRUE(b.holds(2));
  EXPECT_FALSE(b.holds(3));
}

TEST(ledger, a_completion_frees_its_own_part_of_a_hold) {
  book b;
  b.say({0, 9}, mark::success);
  b.send();
  b.hold(1, b.changes);
  b.say({3, 4}, mark::success);
  EXPECT_EQ(pending_of(b), (std::vector<claim>{{{3, 4}, mark::success}}));
  EXPECT_EQ(b.held().partitions(), 8);
}

TEST(ledger, what_was_touched_again_in_flight_is_not_held_with_the_rest) {
  book b;
  b.say({0, 9}, mark::success);
  b.send();
  b.say({0, 1}, mark::failed);
  b.hold(1, b.changes);
  EXPECT_EQ(pending_of(b), (std::vector<claim>{{{0, 1}, mark::failed}}));
  EXPECT_EQ(b.held().partitions(), 8);
}

TEST(ledger, a_piece_of_an_isolation_gets_only_its_own) {
  book b;
  b.say({0, 9}, mark::success);
  b.say({20, 29}, mark::failed);
  const std::vector<range> piece{{3, 4}, {8, 22}};
  EXPECT_EQ(claims_of(b.next_call(no_limit, &piece)),
            (std::vector<claim>{{{20, 22}, mark::failed}, {{3, 4}, mark::success}, {{8, 9}, mark::success}}));
}

TEST(ledger_full_refresh, a_success_is_one_bare_call) {
  book b(refresh);
  b.say(whole_table, mark::success);
  const auto c = b.next_call(no_limit);
  ASSERT_TRUE(c);
  EXPECT_EQ(c->kind, call_kind::refresh);
  EXPECT_EQ(b.owed_partitions(), 1);
}

TEST(ledger_full_refresh, a_failure_cancels_an_unsent_success_and_sends_nothing) {
  book b(refresh);
  b.say(whole_table, mark::success);
  b.say(whole_table, mark::failed);
  EXPECT_EQ(b.next_call(no_limit), std::nullopt);
  EXPECT_EQ(b.owed_partitions(), 0);
}

TEST(ledger_full_refresh, a_failure_while_the_success_is_under_way_leaves_nothing_to_repeat) {
  book b(refresh);
  b.say(whole_table, mark::success);
  b.send();
  b.say(whole_table, mark::failed);
  b.refused();
  EXPECT_EQ(b.next_call(no_limit), std::nullopt);
}

TEST(ledger_full_refresh, nothing_is_owed_for_a_failure_that_a_success_may_land_upon) {
  book b(refresh);
  b.say(whole_table, mark::success);
  b.send();
  b.ambiguous(settled, b.changes);
  b.say(whole_table, mark::failed);
  EXPECT_EQ(b.owed_partitions(), 0);
  b.settle(settled, b.changes);
  EXPECT_EQ(b.next_call(no_limit), std::nullopt);
}

TEST(ledger_full_refresh, a_resync_repeats_a_success_and_no_failure) {
  book b(refresh);
  b.say(whole_table, mark::success);
  b.deliver();
  b.resync(b.changes);
  EXPECT_TRUE(b.next_call(no_limit));
  b.say(whole_table, mark::failed);
  b.resync(b.changes);
  EXPECT_EQ(b.next_call(no_limit), std::nullopt);
}

}  // namespace
}  // namespace partmark
