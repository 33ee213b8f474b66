// Plans of which nothing is stored: their rows come out of their ledgers.
#include "sqlite_state_fixture.hpp"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>
#include <vector>

namespace partmark {
namespace {

using namespace partmark::testing;

class new_plans : public sqlite_state_test, public unstored_plans {
 protected:
  new_plans() { batch_.unstored = this; }
  // Names in another order than ids.
  std::string_view uuid(plan_id plan) const override { return names_[plan]; }
  plan_row row(plan_id plan) const override {
    plan_row row = a_plan(plan);
    row.uuid = names_[plan];
    row.attempts = plan;
    return row;
  }
  const ledger& book(plan_id plan) const override { return *books_[plan]; }

  // Every other day of so many, of which the first are accepted.
  ledger& add(ordinal days, ordinal accepted = 0) {
    ledger& book = *books_.emplace_back(std::make_unique<ledger>(daily));
    ledger_changes dropped;
    for (ordinal day = 0; day < days; ++day) book.complete({2 * day, 2 * day}, day % 3 == 0 ? mark::failed : mark::success, dropped);
    if (accepted > 0) {
      book.take(*book.next_call(static_cast<std::size_t>(accepted)));
      book.accepted(dropped);
    }
    const auto id = static_cast<plan_id>(books_.size() - 1);
    names_.push_back("plan-" + std::to_string(id * 7 % 13) + "-" + std::to_string(id));
    batch_.new_plans.push_back(id);
    return book;
  }
  void expect_stored() const {
    auto store = opened(path);
    const auto all = loaded(*store);
    ASSERT_EQ(all.plans.size(), books_.size());
    for (plan_id id = 0; id < books_.size(); ++id) {
      EXPECT_EQ(all.plans[id], row(id));
      EXPECT_EQ(runs_of(all.marks, id), runs_of(books_[id]->marks())) << id;
      EXPECT_EQ(runs_of(all.pending, id), runs_of(books_[id]->pending())) << id;
    }
    EXPECT_TRUE(problems_of(path).empty());
  }

  std::vector<std::unique_ptr<ledger>> books_;
  std::vector<std::string> names_;
  state_changes batch_;
};

// Rows go in by the thousand, and sixteen to a statement: numbers of rows on either side of that, and plans that end within.
TEST_F(new_plans, all_their_runs_are_stored_however_many) {
  for (const ordinal days : {0, 1, 15, 1006, 2, 1024, 1023, 1025, 3000, 16}) add(days);
  add(100, 60);
  add(50, 50);
  ASSERT_TRUE(opened(path)->commit(batch_));
  expect_stored();
}

TEST_F(new_plans, what_could_not_be_stored_is_stored_as_it_is_then) {
  ledger& book = add(10);
  auto store = opened(path);
  auto other = sqlite::connection::open(path, sqlite::open_mode::read_write, milliseconds(0));
  ASSERT_TRUE(other.value().execute("BEGIN IMMEDIATE"));
  EXPECT_EQ(store->commit(batch_).error().code, errc::busy);
  ASSERT_TRUE(other.value().execute("ROLLBACK"));
  ledger_changes dropped;
  book.complete({1, 3}, mark::failed, dropped);
  ASSERT_TRUE(store->commit(batch_));
  expect_stored();
}

TEST_F(new_plans, others_change_in_the_same_batch) {
  add(3);
  ASSERT_TRUE(opened(path)->commit(batch_));
  batch_.clear();
  EXPECT_TRUE(batch_.empty());
  ledger_changes changes;
  books_[0]->complete({100, 101}, mark::success, changes);
  testing::append(batch_, 0, changes);
  add(5);
  ASSERT_TRUE(opened(path)->commit(batch_));
  expect_stored();
}

}  // namespace
}  // namespace partmark
