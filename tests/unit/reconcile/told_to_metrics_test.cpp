// The events that metrics are made of: one for each call's end, and how long an accepted push's first completion had waited.
#include "reconcile/event_names.hpp"
#include "support/loop_driver.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace partmark::testing {
namespace {

using std::chrono::milliseconds;

std::vector<event> events_named(const loop_driver& d, std::string_view name) {
  std::vector<event> found;
  for (const auto& e : d.log.all())
    if (e.name == name) found.push_back(e);
  return found;
}

template <class T>
T field(const event& e, std::string_view key) {
  for (const auto& f : e.fields)
    if (f.key == key) return std::get<T>(f.value);
  throw std::runtime_error("no field " + std::string(key));
}

std::int64_t lag(const event& e) { return field<std::int64_t>(e, "lag_ms"); }

TEST(told_to_metrics, every_call_that_ends_says_what_it_was_for_and_how_it_ended) {
  loop_driver d;
  d.start();
  d.complete("p", 1);
  d.pass(milliseconds(30));
  d.answer(status_reply(503));
  d.pass(std::chrono::minutes(10));
  d.accept();
  const auto ended = events_named(d, event_name::call_ended);
  ASSERT_EQ(ended.size(), 2U);
  EXPECT_EQ(field<std::string>(ended[0], "endpoint"), "can");
  EXPECT_EQ(field<std::string>(ended[0], "api"), "mark");
  EXPECT_EQ(field<std::string>(ended[0], "verdict"), "retry");
  EXPECT_EQ(field<std::int64_t>(ended[0], "ms"), 30);
  EXPECT_EQ(field<std::string>(ended[1], "verdict"), "accepted");
}

TEST(told_to_metrics, lag_runs_from_the_first_completion_of_the_push) {
  loop_driver d;
  d.settings.linger = milliseconds(200);
  d.start();
  d.complete("p", 1);
  d.pass(milliseconds(100));
  d.complete("p", 2);
  d.pass(milliseconds(100));
  d.pass(milliseconds(50));
  d.accept();
  const auto accepted = events_named(d, event_name::push_accepted);
  ASSERT_EQ(accepted.size(), 1U);
  EXPECT_EQ(lag(accepted[0]), 250);
}

TEST(told_to_metrics, lag_runs_on_across_retries_and_starts_anew_after_an_acceptance) {
  loop_driver d;
  d.start();
  d.complete("p", 1);
  d.pass(milliseconds(40));
  d.answer(status_reply(503));
  d.pass(std::chrono::minutes(10));
  ASSERT_EQ(d.remote.open().size(), 1U);
  d.complete("p", 2);
  d.pass(milliseconds(7));
  d.accept();
  d.pass(milliseconds(5));
  d.accept();
  const auto accepted = events_named(d, event_name::push_accepted);
  ASSERT_EQ(accepted.size(), 2U);
  EXPECT_EQ(lag(accepted[0]), 40 + 600'000 + 7);
  EXPECT_EQ(lag(accepted[1]), 7 + 5) << "from when it came, while the first was under way";
}

TEST(told_to_metrics, an_acceptance_says_of_which_plan_how_much_and_how_long_it_took) {
  loop_driver d;
  d.start();
  d.journal.append(entry_of("p", {plan_kind::partitioned, granularity::day}, {1, 4}, mark::success));
  d.complete("p", 8);
  d.pass(milliseconds(30));
  d.accept();
  const event e = events_named(d, event_name::push_accepted).at(0);
  EXPECT_EQ(field<std::string>(e, "plan"), "p");
  EXPECT_EQ(field<std::int64_t>(e, "partitions"), 5);
  EXPECT_EQ(field<std::int64_t>(e, "ranges"), 2);
  EXPECT_EQ(field<std::int64_t>(e, "tries"), 1);
  EXPECT_EQ(field<std::int64_t>(e, "ms"), 30);
  EXPECT_EQ(field<std::string>(e, "trace_id"), "t-1");
}

TEST(told_to_metrics, lag_of_a_push_that_was_split_runs_to_its_last_call) {
  loop_driver d;
  d.settings.ranges_max = 1;
  d.start();
  d.journal.append(entry_of("p", {plan_kind::partitioned, granularity::day}, {1, 1}, mark::success));
  d.complete("p", 8);
  d.pass(milliseconds(20));
  d.accept();
  d.pass(milliseconds(20));
  d.accept();
  d.pass(milliseconds(1'000));
  d.complete("p", 9);
  d.pass(milliseconds(3));
  d.accept();
  const auto accepted = events_named(d, event_name::push_accepted);
  ASSERT_EQ(accepted.size(), 3U);
  EXPECT_EQ(lag(accepted[0]), 20);
  EXPECT_EQ(lag(accepted[1]), 40);
  EXPECT_EQ(lag(accepted[2]), 3) << "a push of its own";
}

TEST(told_to_metrics, a_summary_counts_plans_tables_calls_and_what_was_rejected_in_both_tables) {
  loop_driver d;
  d.start();
  d.complete("p", 1);
  d.accept();
  d.complete("q", 1);
  journal_entry wrong = entry_of("q", {plan_kind::partitioned, granularity::day}, {2, 2}, mark::success);
  wrong.outcome = "maybe";
  d.journal.append(wrong);
  d.journal.append_table({"no table", "2025-10-20"});
  d.journal.append_table({"no table", "2025-10-21"});
  d.journal.append_table({"source.`catalog.schema`.orders", "2025-10-20"});
  d.hint();
  const loop_summary s = d.loop().summary();
  EXPECT_EQ(s.plans, 2U);
  EXPECT_EQ(s.owing_plans, 1U);
  EXPECT_EQ(s.owing_tables, 1U);
  EXPECT_EQ(s.in_flight, 2U);
  EXPECT_EQ(s.rejected, 3);
  EXPECT_EQ(s.calls.accepted, 1U);
}

}  // namespace
}  // namespace partmark::testing
