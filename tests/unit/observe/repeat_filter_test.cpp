#include "observe/repeat_filter.hpp"

#include "reconcile/event_names.hpp"

#include <gtest/gtest.h>

namespace partmark {
namespace {

using std::chrono::minutes;

struct repeats : ::testing::Test {
  repeat_filter filter;
  now t{steady_time{}, system_time{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22}}};

  void pass(std::chrono::milliseconds by) {
    t.steady += by;
    t.system += by;
  }
  bool said(std::string_view name, const std::string& reason, std::string_view endpoint = "can") {
    return filter.passes({severity::warning, name, "text", {{"plan", std::string("p")}, {"reason", reason}}}, endpoint, t);
  }
  std::int64_t lines(int times, const std::string& reason = "refused") {
    std::int64_t count = 0;
    for (int i = 0; i < times; ++i) count += said(event_name::plan_held, reason) ? 1 : 0;
    return count;
  }
};

TEST_F(repeats, the_first_of_a_kind_are_said_in_full_and_the_others_counted) {
  EXPECT_EQ(lines(10'000), repeat_filter::in_full);
  EXPECT_TRUE(filter.summaries(t).empty());
  pass(minutes(1));
  const auto due = filter.summaries(t);
  ASSERT_EQ(due.size(), 1U);
  EXPECT_EQ(due[0].name, event_name::log_repeated);
  EXPECT_EQ(due[0].level, severity::warning);
  EXPECT_EQ(due[0].message, "plan.held at endpoint can: repeated 9980 times since 2026-11-22T00:00:00Z: refused");
  EXPECT_TRUE(filter.summaries(t).empty()) << "said once";
}

TEST_F(repeats, another_reason_endpoint_or_event_is_another_kind) {
  lines(100);
  EXPECT_TRUE(said(event_name::plan_held, "another reason"));
  EXPECT_TRUE(said(event_name::plan_held, "refused", "lab"));
  EXPECT_TRUE(said(event_name::push_retrying, "refused"));
  EXPECT_FALSE(said(event_name::plan_held, "refused"));
}

TEST_F(repeats, what_is_no_failure_always_passes) {
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(said(event_name::push_accepted, ""));
  EXPECT_TRUE(said(event_name::endpoint_circuit_opened, "x"));
  EXPECT_EQ(filter.kinds(), 0U);
}

TEST_F(repeats, a_day_of_the_same_is_a_few_dozen_lines_and_none_is_lost) {
  std::int64_t in_full = 0;
  std::int64_t counted = 0;
  std::int64_t summaries = 0;
  for (int i = 0; i < 24 * 360; ++i) {  // a probe every 10 s
    in_full += said(event_name::push_retrying, "connection refused") ? 1 : 0;
    pass(std::chrono::seconds(10));
    for (const event& e : filter.summaries(t)) {
      ++summaries;
      counted += std::get<std::int64_t>(e.fields.back().value);
    }
  }
  for (const event& e : filter.rest()) counted += std::get<std::int64_t>(e.fields.back().value);
  EXPECT_EQ(in_full + counted, 24 * 360);
  EXPECT_EQ(in_full, repeat_filter::in_full);
  EXPECT_LT(summaries, 40);
}

TEST_F(repeats, a_state_that_cannot_be_written_for_a_day_is_no_flood_and_a_new_reason_is_said) {
  std::int64_t in_full = 0;
  std::int64_t others = 0;
  for (int i = 0; i < 24 * 1800; ++i) {  // tried every 2 s
    in_full += said(event_name::state_unwritable, "state.db: no space", "") ? 1 : 0;
    pass(std::chrono::seconds(2));
    others += static_cast<std::int64_t>(filter.summaries(t).size());
  }
  EXPECT_EQ(in_full, repeat_filter::in_full);
  EXPECT_LT(others, 40);
  EXPECT_TRUE(said(event_name::state_unwritable, "state.db: I/O error", ""));
}

TEST_F(repeats, what_was_silent_for_a_while_is_said_in_full_again) {
  lines(100);
  pass(minutes(1));
  EXPECT_EQ(filter.summaries(t).size(), 1U);
  pass(minutes(2));
  EXPECT_TRUE(filter.summaries(t).empty());
  EXPECT_EQ(filter.kinds(), 0U);
  EXPECT_EQ(lines(1), 1);
}

TEST_F(repeats, reasons_without_end_are_bounded_and_counted_together) {
  std::int64_t in_full = 0;
  for (int i = 0; i < 100'000; ++i) in_full += said(event_name::push_rejected, "at " + std::to_string(i)) ? 1 : 0;
  EXPECT_LE(filter.kinds(), repeat_filter::kinds_max + 1);
  EXPECT_LE(in_full, static_cast<std::int64_t>(repeat_filter::kinds_max) + repeat_filter::in_full);
  pass(minutes(1));
  const auto due = filter.summaries(t);
  ASSERT_EQ(due.size(), 1U);
  EXPECT_NE(due[0].message.find("other reasons"), std::string::npos);
}

}  // namespace
}  // namespace partmark
