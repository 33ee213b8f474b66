// The fold writes into a batch that others write into, too: what a store makes of it must be what the ledgers hold.
#include "reconcile/fold.hpp"

#include "support/recording_events.hpp"
#include "support/state_tables.hpp"
#include "support/unstored_in.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace partmark::testing {
namespace {

constexpr plan_shape daily{plan_kind::partitioned, granularity::day};

class fold_batch : public ::testing::Test {
 protected:
  fold_batch() {
    batch_.unstored = &unstored_;
    reader_.place = [](std::string_view) { return fold::placement{}; };
  }

  void fold_days(std::string_view plan, range at) {
    completion_row row;
    row.seq = ++seq_;
    row.plan = plan;
    const std::string first = partition_start(daily.unit, at.first);
    const std::string last = partition_start(daily.unit, at.last);
    row.granularity = "DAY";
    row.first = first;
    row.last = last;
    row.outcome = "success";
    reader_.begin(batch_, {});
    reader_.row(row);
    reader_.end();
  }
  template <class F>
  void others_change(std::string_view plan, F change) {
    plan_state& p = *plans_.find(plan);
    ledger_changes changes;
    change(p.book, changes);
    append(batch_, p, changes);
  }
  void store() {
    (void)reader_.take_touched();
    stored_.apply(spelled_out(batch_));
    plans_.stored(batch_);
    batch_.clear();
  }
  // It is known from a day long ago, and nothing of it is pending.
  void meet(std::string_view plan) {
    fold_days(plan, {-5000, -5000});
    everything_is_accepted(plan);
    store();
  }
  template <class rows, class map>
  static void expect_same(const rows& stored, const map& held) {
    auto row = stored.begin();
    held.visit_all([&](range at, mark said) {
      ASSERT_NE(row, stored.end());
      EXPECT_EQ(row->first, at.first);
      EXPECT_EQ(row->second.last, at.last);
      EXPECT_EQ(row->second.value, said);
      ++row;
    });
    EXPECT_EQ(row, stored.end());
  }
  void expect_stored(std::string_view plan) {
    const plan_state& p = *plans_.find(plan);
    expect_same(stored_.plans[p.id].marks, p.book.marks());
    expect_same(stored_.plans[p.id].pending, p.book.pending());
  }
  void everything_is_accepted(std::string_view plan) {
    others_change(plan, [](ledger& book, ledger_changes& changes) {
      book.take(*book.next_call(100));
      book.accepted(changes);
    });
  }

  loop_settings settings_;
  plan_table plans_;
  recording_events log_;
  fold reader_{plans_, settings_, log_};
  unstored_in unstored_{plans_};
  state_changes batch_;
  state_tables stored_;
  std::int64_t seq_ = 0;
};

// Several slices are stored together, and between them a reprobe is due or a plan is resynced.
TEST_F(fold_batch, what_others_made_of_a_run_between_two_slices_is_not_undone) {
  meet("p");
  meet("q");
  fold_days("q", {1, 1});  // only from a batch's second slice on does a run grow in its change
  fold_days("p", {5, 5});
  others_change("p", [](ledger& book, ledger_changes& changes) { book.complete({6, 6}, mark::success, changes); });
  fold_days("p", {7, 7});
  store();
  expect_stored("p");
}

// As many changes as the batch before had, so that its number alone doesn't tell the two apart.
TEST_F(fold_batch, what_others_made_of_a_run_in_a_new_batch_is_not_undone) {
  meet("p");
  meet("q");
  fold_days("p", {5, 7});
  everything_is_accepted("p");
  store();
  fold_days("q", {9, 9});
  fold_days("p", {5, 5});
  fold_days("q", {1, 1});
  fold_days("q", {3, 3});
  store();
  everything_is_accepted("p");
  store();
  fold_days("q", {20, 20});
  others_change("p", [](ledger& book, ledger_changes& changes) { book.touch({5, 5}, changes); });
  others_change("p", [](ledger& book, ledger_changes& changes) { book.touch({6, 6}, changes); });
  fold_days("p", {7, 7});
  store();
  expect_stored("p");
}

// Whatever became of it before the batch was stored.
TEST_F(fold_batch, a_new_plans_rows_are_those_of_its_ledger_when_the_batch_is_stored) {
  fold_days("p", {5, 7});
  fold_days("p", {8, 8});
  fold_days("q", {1, 1});
  EXPECT_EQ(batch_.new_rows, 4);
  everything_is_accepted("p");
  EXPECT_EQ(batch_.new_rows, 3);
  others_change("p", [](ledger& book, ledger_changes& changes) { book.complete({6, 6}, mark::failed, changes); });
  fold_days("p", {20, 20});
  EXPECT_TRUE(batch_.marks.empty() && batch_.pending.empty());
  EXPECT_EQ(batch_.new_plans.size(), 2U);
  store();
  expect_stored("p");
  expect_stored("q");
  EXPECT_EQ(batch_.new_rows, 0);
  fold_days("p", {21, 21});
  EXPECT_FALSE(batch_.marks.empty()) << "from then on the batch has what changes";
  EXPECT_TRUE(batch_.new_plans.empty());
  store();
  expect_stored("p");
}

// The ledger of one may be the size of a million others.
TEST_F(fold_batch, the_rows_of_new_plans_are_counted_however_they_come_and_go) {
  for (ordinal day = 0; day < 100; day += 2) fold_days("p", {day, day});
  EXPECT_EQ(batch_.new_rows, 100);
  fold_days("p", {0, 99});
  EXPECT_EQ(batch_.new_rows, 2);
  store();
  expect_stored("p");
}

}  // namespace
}  // namespace partmark::testing
