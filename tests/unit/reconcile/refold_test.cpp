// Plans folded anew from their records: another shape, or a person's wish.
#include "support/loop_driver.hpp"

#include <gtest/gtest.h>

namespace partmark::testing {
namespace {

using std::chrono::seconds;

constexpr plan_shape daily{plan_kind::partitioned, granularity::day};
constexpr plan_shape hourly{plan_kind::partitioned, granularity::hour};
constexpr plan_shape whole{plan_kind::full_refresh, granularity::day};

plan_settings configured(std::string uuid, plan_shape shape) { return {std::move(uuid), {}, {}, shape, {}}; }

TEST(refold, another_configured_shape_folds_the_plan_anew_its_rejects_too) {
  loop_driver d;
  d.start();
  d.append(entry_of("p", hourly, {5, 5}, mark::success));  // fixes HOUR
  d.complete("p", 1, 2);                                   // rejected
  d.complete("q", 9);
  d.accept_all();
  ASSERT_EQ(d.state.stored().rejected.size(), 1U);
  d.settings.plans.push_back(configured("p", daily));
  d.reconfigure();
  EXPECT_EQ(d.plan("p").book.shape(), daily);
  EXPECT_EQ(d.state.stored().rejected.size(), 1U);
  EXPECT_TRUE(d.state.stored().rejected.contains({"plan_completion", 1}));
  ASSERT_EQ(d.remote.open().size(), 1U);
  EXPECT_EQ(d.remote.open()[0].said.unit, granularity::day);
  EXPECT_EQ(d.remote.open()[0].said.what.claims, claims({{{1, 2}, mark::success}}));
}

TEST(refold, a_plan_that_is_said_to_be_partitioned_forgets_its_full_refreshes) {
  loop_driver d;
  d.start();
  d.append(entry_of("p", whole, whole_table, mark::success));
  d.accept_all();
  d.settings.plans.push_back({"p", {}, {}, std::nullopt, {}, true});
  d.reconfigure();
  EXPECT_TRUE(d.state.stored().rejected.contains({"plan_completion", 1}));
  EXPECT_TRUE(d.plan("p").book.is_blank());
  d.append(entry_of("p", hourly, {5, 5}, mark::success));
  ASSERT_EQ(d.remote.open().size(), 1U);
  EXPECT_EQ(d.remote.open()[0].said.unit, granularity::hour);
}

TEST(refold, a_shape_configured_while_the_daemon_was_down_folds_the_plan_anew) {
  loop_driver d;
  d.start();
  d.append(entry_of("p", hourly, {5, 5}, mark::success));
  d.complete("p", 1, 2);
  d.accept_all();
  d.kill();
  d.settings.plans.push_back(configured("p", daily));
  d.start();
  ASSERT_EQ(d.remote.open().size(), 1U);
  EXPECT_EQ(d.remote.open()[0].said.unit, granularity::day);
  EXPECT_EQ(d.log.count("plan.refolded"), 1U);
}

TEST(refold, a_refold_after_a_prune_keeps_what_only_pruned_records_said) {
  loop_driver d;
  for (int day = 0; day < 4; ++day) d.journal.append(entry_of("p", daily, {day, day}, mark::success));
  d.journal.append(entry_of("p", daily, {2, 2}, mark::failed));
  d.start();
  d.accept_all();
  d.journal.prune(3);
  EXPECT_TRUE(d.loop().refold("p", d.t));
  d.work();
  EXPECT_EQ(d.log.count("plan.refolded"), 1U);
  ASSERT_EQ(d.remote.open().size(), 1U);
  EXPECT_EQ(d.remote.open()[0].said.what.claims, claims({{{2, 2}, mark::failed}, {{0, 1}, mark::success}, {{3, 3}, mark::success}}));
}

TEST(refold, a_refold_waits_for_the_call_under_way) {
  loop_driver d;
  d.start();
  d.complete("p", 1);
  ASSERT_EQ(d.remote.open().size(), 1U);
  EXPECT_TRUE(d.loop().refold("p", d.t));
  d.work();
  EXPECT_EQ(d.log.count("plan.refolding"), 0U);
  d.complete("p", 2);  // after the wish, before the refold: folded once all the same
  d.accept();
  EXPECT_EQ(d.log.count("plan.refolded"), 1U);
  ASSERT_EQ(d.remote.open().size(), 1U);
  EXPECT_EQ(d.remote.open()[0].said.what.claims, claims({{{1, 2}, mark::success}}));
}

TEST(refold, a_refold_wished_for_while_one_is_under_way_begins_anew_and_ends_once) {
  loop_driver d;
  d.settings.slice_rows = 2;
  for (int day = 0; day < 7; ++day) d.journal.append(entry_of("p", daily, {day, day}, mark::success));
  d.journal.append(entry_of("q", daily, {7, 7}, mark::success));
  d.start();
  d.accept_all();
  for (const char* plan : {"p", "q"}) EXPECT_TRUE(d.loop().refold(plan, d.t));
  (void)d.loop().run(d.t);
  (void)d.loop().run(d.t);
  EXPECT_TRUE(d.loop().refold("p", d.t));
  d.work();
  EXPECT_EQ(d.log.count("plan.refolding"), 3U);
  EXPECT_EQ(d.log.count("plan.refolded"), 2U);
  ASSERT_EQ(d.remote.open().size(), 2U);
  EXPECT_EQ(d.remote.open()[0].said.what.claims, claims({{{0, 6}, mark::success}}));
  EXPECT_EQ(d.remote.open()[1].said.what.claims, claims({{{7, 7}, mark::success}}));
}

TEST(refold, a_refold_in_slices_survives_a_crash_in_the_middle) {
  loop_driver d;
  d.settings.slice_rows = 2;
  for (int day = 0; day < 7; ++day) d.journal.append(entry_of("p", daily, {day, day}, day == 3 ? mark::failed : mark::success));
  d.start();
  d.accept_all();
  EXPECT_TRUE(d.loop().refold("p", d.t));
  (void)d.loop().run(d.t);
  (void)d.loop().run(d.t);
  ASSERT_TRUE(d.state.stored().plans[0].row.refold_next.has_value());
  d.kill();
  d.start();
  EXPECT_FALSE(d.state.stored().plans[0].row.refold_next.has_value());
  ASSERT_EQ(d.remote.open().size(), 1U);
  EXPECT_EQ(d.remote.open()[0].said.what.claims, claims({{{3, 3}, mark::failed}, {{0, 2}, mark::success}, {{4, 6}, mark::success}}));
}

TEST(refold, a_refold_whose_reads_fail_goes_on_where_it_was) {
  loop_driver d;
  d.settings.poll_interval = seconds(1);
  for (int day = 0; day < 5; ++day) d.journal.append(entry_of("p", daily, {day, day}, mark::success));
  d.start();
  d.accept_all();
  int rows = 0;
  d.journal.trouble = [&](memory_journal::step s) {
    return s == memory_journal::step::read_row && ++rows == 3 ? std::optional(error{errc::io, "no"}) : std::nullopt;
  };
  EXPECT_TRUE(d.loop().refold("p", d.t));
  d.work();
  EXPECT_TRUE(d.remote.open().empty());
  d.pass(seconds(1));
  EXPECT_EQ(rows, 6);  // one was refused
  ASSERT_EQ(d.remote.open().size(), 1U);
  EXPECT_EQ(d.remote.open()[0].said.what.claims, claims({{{0, 4}, mark::success}}));
}

TEST(refold, plans_that_are_folded_anew_together_take_one_pass) {
  loop_driver d;
  d.settings.slice_rows = 4;
  for (int day = 0; day < 5; ++day)
    for (const char* plan : {"a", "b", "c"}) d.journal.append(entry_of(plan, daily, {day, day}, mark::success));
  d.start();
  d.accept_all();
  int rows = 0;
  d.journal.trouble = [&](memory_journal::step s) {
    rows += s == memory_journal::step::read_row ? 1 : 0;
    return std::optional<error>();
  };
  const auto folded = d.loop().summary().folded;
  for (const char* plan : {"c", "a"}) EXPECT_TRUE(d.loop().refold(plan, d.t));
  d.work();
  EXPECT_EQ(rows, 15);
  EXPECT_EQ(d.loop().summary().folded - folded, 10);
  EXPECT_EQ(d.log.count("plan.refolded"), 2U);
  ASSERT_EQ(d.remote.open().size(), 2U);
  for (const auto& call : d.remote.open()) EXPECT_EQ(call.said.what.claims, claims({{{0, 4}, mark::success}}));
}

// Each where it is: nobody is given a record twice, nor one that the ordinary read still has to bring.
TEST(refold, plans_that_are_folded_anew_one_after_the_other_get_each_record_once) {
  loop_driver d;
  d.settings.slice_rows = 4;
  for (int day = 0; day < 6; ++day)
    for (const char* plan : {"early", "late"}) d.journal.append(entry_of(plan, daily, {day, day}, mark::success));
  d.start();
  d.accept_all();
  const auto before = d.loop().summary().folded;
  EXPECT_TRUE(d.loop().refold("early", d.t));
  (void)d.loop().run(d.t);
  d.journal.append(entry_of("early", daily, {6, 6}, mark::success));
  EXPECT_TRUE(d.loop().refold("late", d.t));
  (void)d.loop().run(d.t);
  EXPECT_TRUE(d.loop().retry_held({}, d.t));  // who commands something waits for it: what is gathered is stored
  (void)d.loop().run(d.t);
  ASSERT_EQ(d.log.count("plan.refolded"), 0U);
  const auto in_former_run = d.loop().summary().folded - before;
  d.kill();  // how far each has come is stored with what it has folded
  d.start();
  EXPECT_EQ(d.log.count("plan.refolded"), 2U);
  EXPECT_EQ(in_former_run + d.loop().summary().folded, 13);
  ASSERT_EQ(d.remote.open().size(), 2U);
  d.accept_all();
  EXPECT_TRUE(d.loop().settled());
}

TEST(refold, a_reject_that_could_not_be_stored_yet_is_forgotten_by_the_refold_too) {
  loop_driver d;
  d.start();
  d.complete("p", 1);  // under way
  d.settings.plans.push_back(configured("p", hourly));
  d.reconfigure();  // folded anew once the call has ended
  d.state.trouble = [] { return std::optional(error{errc::no_space, "the disk is full"}); };
  auto of_another = entry_of("other", daily, {1, 1}, mark::success);
  of_another.outcome = "maybe";
  d.journal.append(of_another);
  d.journal.append_table({"p", "2025-10-20"});             // a table of that name cannot be
  d.append(entry_of("p", hourly, {7, 7}, mark::success));  // no DAY: rejected, and not stored
  d.accept();
  d.state.trouble = nullptr;
  d.pass(seconds(10));
  EXPECT_TRUE(d.state.stored().rejected.contains({"plan_completion", 1}));
  EXPECT_FALSE(d.state.stored().rejected.contains({"plan_completion", 3}));
  EXPECT_TRUE(d.state.stored().rejected.contains({"plan_completion", 2})) << "of another plan";
  EXPECT_TRUE(d.state.stored().rejected.contains({"table_completion", 1})) << "of another table";
  ASSERT_EQ(d.remote.open().size(), 1U);
  EXPECT_EQ(d.remote.open()[0].said.unit, granularity::hour);
}

TEST(refold, a_refold_by_hand_does_not_undo_the_shape_that_waits) {
  loop_driver d;
  d.settings.plans.push_back(configured("p", daily));
  d.start();
  d.complete("p", 1);
  d.settings.plans[0].shape = hourly;
  d.reconfigure();
  EXPECT_TRUE(d.loop().refold("p", d.t));
  d.accept();
  EXPECT_EQ(d.plan("p").book.shape(), hourly);
}

TEST(refold, a_shape_configured_back_before_its_refold_began_leaves_the_plan_as_it_is) {
  loop_driver d;
  d.settings.plans.push_back(configured("p", daily));
  d.start();
  d.complete("p", 1);
  d.settings.plans[0].shape = hourly;
  d.reconfigure();
  d.settings.plans[0].shape = daily;
  d.reconfigure();
  d.accept();
  EXPECT_EQ(d.plan("p").book.shape(), daily);
  d.accept_all();
  EXPECT_TRUE(d.loop().settled());
}

TEST(refold, marks_that_may_still_land_outlive_a_refold) {
  loop_driver d;
  d.start();
  d.complete("p", 1);
  d.answer(lost_reply());  // success may land
  d.complete("p", 1, mark::failed);
  d.pass(seconds(5));
  d.accept_all();
  EXPECT_TRUE(d.loop().refold("p", d.t));
  d.work();
  d.accept_all();
  EXPECT_FALSE(d.loop().settled());
  d.pass(seconds(60));
  ASSERT_EQ(d.remote.open().size(), 1U);
  EXPECT_EQ(d.remote.open()[0].said.what.claims, claims({{{1, 1}, mark::failed}}));
}

TEST(refold, a_refold_to_another_shape_waits_for_what_may_still_land) {
  loop_driver d;
  d.start();
  d.complete("p", 1);
  d.answer(timed_out());  // success may land until 60 s from here
  d.complete("p", 1, mark::failed);
  d.pass(seconds(5));
  d.accept();
  d.settings.plans.push_back(configured("p", hourly));
  d.reconfigure();
  EXPECT_EQ(d.plan("p").book.shape(), daily);
  EXPECT_FALSE(d.loop().settled());
  d.pass(seconds(60));
  EXPECT_EQ(d.plan("p").book.shape(), hourly);
  EXPECT_TRUE(d.loop().settled());
}

TEST(refold, a_shape_configured_wrongly_for_a_moment_forgets_nothing_that_may_land) {
  loop_driver d;
  d.start();
  d.complete("p", 1);
  d.answer(timed_out());
  d.complete("p", 1, mark::failed);
  d.pass(seconds(5));
  d.accept();
  for (const plan_shape shape : {hourly, daily}) {
    d.settings.plans = {configured("p", shape)};
    d.reconfigure();
  }
  d.accept_all();
  d.pass(seconds(60));
  ASSERT_EQ(d.remote.open().size(), 1U);
  EXPECT_EQ(d.remote.open()[0].said.what.claims, claims({{{1, 1}, mark::failed}}));
}

TEST(refold, an_unknown_plan_cannot_be_folded_anew) {
  loop_driver d;
  d.start();
  EXPECT_FALSE(d.loop().refold("nobody", d.t));
}

}  // namespace
}  // namespace partmark::testing
