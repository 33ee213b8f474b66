// While the loop is behind it stores some slices together, and each row that they changed once.
#include "support/loop_driver.hpp"

#include <gtest/gtest.h>

#include <string>

namespace partmark::testing {
namespace {

using std::chrono::milliseconds;

state_changes batch(std::vector<plan_run_change<mark>> marks) {
  state_changes changes;
  changes.marks = std::move(marks);
  return changes;
}

TEST(coalescing, leaves_of_each_row_its_last_change_in_the_order_of_rows) {
  auto changes = batch({{1, {{5, 5}, mark::failed, true}},
                        {0, {{9, 9}, mark::success, true}},
                        {0, {{9, 9}, mark::success, false}},
                        {0, {{9, 12}, mark::success, true}}});
  changes.coalesce();
  ASSERT_EQ(changes.marks.size(), 2U);
  EXPECT_EQ(changes.marks[0].plan, 0U);
  EXPECT_EQ(changes.marks[0].change, (run_change<mark>{{9, 12}, mark::success, true}));
  EXPECT_EQ(changes.marks[1].plan, 1U);
}

TEST(coalescing, a_row_that_came_and_went_was_never_there) {
  auto changes = batch({{0, {{9, 9}, mark::success, true}}, {0, {{9, 9}, mark::success, false}}});
  changes.coalesce();
  EXPECT_TRUE(changes.marks.empty());
}

TEST(coalescing, a_stored_row_is_taken_away_as_it_was_stored) {
  auto changes = batch({{0, {{9, 9}, mark::success, false}}, {0, {{9, 12}, mark::success, true}}, {0, {{9, 12}, mark::success, false}}});
  changes.coalesce();
  ASSERT_EQ(changes.marks.size(), 1U);
  EXPECT_EQ(changes.marks[0].change, (run_change<mark>{{9, 9}, mark::success, false}));
}

TEST(gathering, a_long_history_is_stored_in_few_batches_and_each_row_once_a_batch) {
  loop_driver d;
  d.settings.slice_rows = 10;
  std::size_t commits = 0;
  std::size_t most_rows = 0;
  d.state.committed = [&](const state_changes& changes) {
    ++commits;
    most_rows = std::max(most_rows, changes.marks.size());
  };
  for (ordinal day = 0; day < 1000; ++day) d.journal.append(entry_of("p", {}, {day, day}, mark::success));
  d.start();
  EXPECT_LE(commits, 3U);
  EXPECT_EQ(most_rows, 1U);  // one run, however many records made it grow
  d.accept_all();
  EXPECT_EQ(d.plan("p").book.marks().runs(), 1U);
}

// Some 60,000 new plans, or records set aside, take what a million changes of runs take.
TEST(gathering, of_new_plans_and_of_what_is_set_aside_less_is_stored_together) {
  for (const std::string granularity : {"DAY", "EVERY DAY"}) {
    loop_driver d;
    std::size_t commits = 0;
    std::size_t most = 0;
    d.state.committed = [&](const state_changes& changes) {
      ++commits;
      most = std::max({most, changes.plans.size(), changes.rejected.size()});
    };
    for (int n = 0; n < 150'000; ++n) {
      auto record = entry_of("plan-" + std::to_string(n), {}, {1, 1}, mark::success);
      record.granularity = granularity;
      d.journal.append(std::move(record));
    }
    d.start();
    EXPECT_GT(commits, 1U) << granularity;
    EXPECT_LT(most, 100'000U) << granularity;
  }
}

// Their rows are not in the batch, and take time to be stored all the same.
TEST(gathering, a_new_plan_of_many_runs_is_not_stored_all_at_once) {
  loop_driver d;
  d.settings.slice_rows = 10;
  d.settings.new_rows_max = 100;
  std::size_t commits = 0;
  d.state.committed = [&](const state_changes& changes) {
    ++commits;
    EXPECT_LE(changes.marks.size() + changes.pending.size(), 120U) << "a slice more";
  };
  for (ordinal day = 0; day < 100; day += 2) d.journal.append(entry_of("p", {}, {day, day}, mark::success));
  for (ordinal day = 0; day < 100; day += 2) d.journal.append(entry_of("q", {}, {day, day}, mark::success));
  d.start();
  EXPECT_EQ(commits, 3U) << "the last are the calls";
}

TEST(gathering, what_a_person_commands_does_not_wait_for_the_end_of_a_long_history) {
  const std::vector<std::function<bool(loop_driver&)>> commands{
      [](loop_driver& d) { return d.loop().resync("p", d.t); },
      [](loop_driver& d) { return d.loop().refold("p", d.t); },
      [](loop_driver& d) { return d.loop().retry_held("p", d.t); },
      [](loop_driver& d) { return d.loop().pause("can", true, d.t); },
      [](loop_driver& d) { return d.loop().check_drift("p", false, d.t, {}); },
  };
  for (const auto& command : commands) {
    loop_driver d;
    d.settings.slice_rows = 1;
    d.start();
    d.complete("p", 1);
    d.accept_all();
    for (ordinal day = 2; day < 100; ++day) d.journal.append(entry_of("p", {}, {day, day}, mark::success));
    d.loop().journal_hint();
    static_cast<void>(d.loop().run(d.t));
    EXPECT_FALSE(d.loop().stored());
    EXPECT_TRUE(command(d));
    static_cast<void>(d.loop().run(d.t));
    EXPECT_TRUE(d.loop().stored());
  }
}

// Records of a hundred slices, a day each, and the loop amid them.
void begin_long_history(loop_driver& d) {
  for (ordinal day = 100; day < 200; ++day) d.journal.append(entry_of("p", {}, {day, day}, mark::success));
  d.loop().journal_hint();
  static_cast<void>(d.loop().run(d.t));
  ASSERT_FALSE(d.loop().stored());
}

TEST(gathering, the_end_of_a_call_does_not_wait_for_the_end_of_a_long_history) {
  loop_driver d;
  d.settings.slice_rows = 1;
  d.start();
  d.complete("p", 1);
  begin_long_history(d);
  d.end(accepted_reply(), "p");
  static_cast<void>(d.loop().run(d.t));
  EXPECT_TRUE(d.loop().stored());
}

TEST(gathering, an_accepted_trigger_is_never_repeated_for_a_long_history) {
  loop_driver d;
  d.settings.slice_rows = 1;
  d.start();
  d.journal.append_table({"source.`catalog.schema`.orders", "2025-10-20", "success"});
  d.hint();
  begin_long_history(d);
  d.end(accepted_reply());
  static_cast<void>(d.loop().run(d.t));
  EXPECT_TRUE(d.loop().stored());
}

TEST(gathering, ends_after_ten_seconds_so_that_a_crash_does_not_fold_more_again) {
  loop_driver d;
  d.settings.slice_rows = 1;
  d.start();
  begin_long_history(d);
  d.t.steady += milliseconds(9'999);
  static_cast<void>(d.loop().run(d.t));
  EXPECT_FALSE(d.loop().stored());
  d.t.steady += milliseconds(1);
  static_cast<void>(d.loop().run(d.t));
  EXPECT_TRUE(d.loop().stored());
}

TEST(gathering, a_loop_that_is_to_stop_stores_what_it_has_read) {
  loop_driver d;
  d.settings.slice_rows = 1;
  d.start();
  begin_long_history(d);
  d.loop().drain();
  static_cast<void>(d.loop().run(d.t));
  EXPECT_TRUE(d.loop().stored());
}

TEST(gathering, with_a_full_disk_rests_until_the_next_try) {
  loop_driver d;
  d.settings.slice_rows = 1;
  d.start();
  begin_long_history(d);
  d.t.steady += std::chrono::seconds(10);
  d.state.trouble = [] { return std::optional(error{errc::no_space, "the disk is full"}); };
  d.work();
  d.pass(std::chrono::seconds(1));
  EXPECT_FALSE(d.loop().stored());
  d.state.trouble = nullptr;
  d.pass(std::chrono::seconds(3));
  EXPECT_TRUE(d.loop().stored());
  EXPECT_EQ(d.loop().summary().folded, 100);
}

}  // namespace
}  // namespace partmark::testing
