// One plan's comparison with the remote's list, page by page.
#include "reconcile/drift_checks.hpp"

#include "can/replies.hpp"
#include "reconcile/event_names.hpp"
#include "support/recording_events.hpp"
#include "support/replies.hpp"

#include <gtest/gtest.h>

#include <string>

namespace partmark {
namespace {

using testing::recording_events;

constexpr plan_shape daily{plan_kind::partitioned, granularity::day};

exchange page(const std::vector<std::string>& listed, bool has_next) {
  std::string body =
      R"({"isPartition":true,"hasData":true,"partition":{"hasNext":)" + std::string(has_next ? "true" : "false") + R"(,"paritionList":[)";
  for (const auto& value : listed) body += (body.back() == '[' ? "" : ",") + (R"({"value":")" + value + R"("})");
  return http_reply{200, {}, body + "]}}"};
}

exchange full_refresh(bool has_data) {
  return http_reply{200, {}, std::string(R"({"isPartition":false,"partition":null,"hasData":)") + (has_data ? "true}" : "false}")};
}

class drift_checks_of_a_plan : public ::testing::Test {
 protected:
  drift_checks_of_a_plan() : plan_(3, names_.keep_small("orders"), daily) {
    complete({0, 4}, mark::success);  // 1970-01-01 to 05
    complete({5, 6}, mark::failed);
    accept();
    changes_.clear();
  }

  void complete(range r, mark m) { plan_.book.complete(r, m, changes_); }
  void accept() {
    while (auto c = plan_.book.next_call(10)) {
      plan_.book.take(*c);
      plan_.book.accepted(changes_);
    }
  }
  bool begin(bool repair) {
    return checks_.begin(plan_, repair, [this](const drift_outcome& o, granularity) { outcomes_.push_back(o); });
  }
  bool answer(const exchange& reply, verdict_kind kind = verdict_kind::accepted) {
    call_answer read = can::read_answer(reply, call_type::list, at_);
    if (const auto* whole = std::get_if<http_reply>(&reply)) read.listing = whole->body;
    read.ended.kind = kind;
    return checks_.ended(plan_, read, at_, batch_);
  }
  const drift_report& report() { return *outcomes_.at(0).report; }

  system_time at_ = system_time(milliseconds(5000));
  recording_events log_;
  drift_checks checks_{log_};
  text_arena names_;
  plan_state plan_;
  ledger_changes changes_;
  state_changes batch_;
  std::vector<drift_outcome> outcomes_;
};

const std::vector<std::string> true_list = {"1970-01-01", "1970-01-02", "1970-01-03", "1970-01-04", "1970-01-05"};

TEST_F(drift_checks_of_a_plan, an_equal_list_is_told_and_nothing_logged) {
  EXPECT_TRUE(begin(true));
  EXPECT_TRUE(checks_.checking(3));
  EXPECT_FALSE(answer(page(true_list, false)));
  ASSERT_EQ(outcomes_.size(), 1U);
  EXPECT_EQ(outcomes_[0].plan, "orders");
  EXPECT_FALSE(outcomes_[0].repaired);
  EXPECT_FALSE(report().found());
  EXPECT_EQ(report().compared, 7);
  EXPECT_EQ(log_.count(event_name::drift_found), 0U);
  EXPECT_FALSE(checks_.checking(3));
  EXPECT_FALSE(plan_.book.quiet());
}

TEST_F(drift_checks_of_a_plan, pages_are_asked_for_one_after_the_other_until_there_is_no_next) {
  ASSERT_TRUE(begin(false));
  const auto page_number = [&](const char* n) {
    return checks_.next_request(plan_).target.find("pageNumber=" + std::string(n)) != std::string::npos;
  };
  EXPECT_TRUE(page_number("1&"));
  EXPECT_TRUE(answer(page({true_list[0], true_list[1]}, true)));
  EXPECT_TRUE(page_number("2&"));
  EXPECT_TRUE(answer(page({true_list[2]}, true)));
  EXPECT_TRUE(page_number("3&"));
  EXPECT_TRUE(outcomes_.empty());
  EXPECT_FALSE(answer(page({true_list[3], true_list[4]}, false)));
  EXPECT_FALSE(report().found());
}

TEST_F(drift_checks_of_a_plan, a_repair_makes_the_differences_pending_and_a_look_does_not) {
  const exchange list = page({"1970-01-01", "1970-01-02", "1970-01-04", "1970-01-05", "1970-01-06", "1971-01-01"}, false);
  ASSERT_TRUE(begin(false));
  (void)answer(list);
  EXPECT_EQ(report().missing, (std::vector<range>{{2, 2}}));
  EXPECT_EQ(report().unexpected, (std::vector<range>{{5, 5}}));
  EXPECT_EQ(report().unknown, 1);
  EXPECT_FALSE(outcomes_[0].repaired);
  EXPECT_TRUE(plan_.book.pending().empty());
  EXPECT_EQ(log_.count(event_name::drift_found), 1U);

  ASSERT_TRUE(begin(true));
  (void)answer(list);
  EXPECT_TRUE(outcomes_[1].repaired);
  EXPECT_EQ(plan_.book.pending().partitions(), 2);
  EXPECT_EQ(*plan_.book.pending().find(2), mark::success);
  EXPECT_EQ(*plan_.book.pending().find(5), mark::failed);
  EXPECT_EQ(batch_.pending.size(), 2U);
  EXPECT_EQ(batch_.pending[0].plan, 3U);
}

TEST_F(drift_checks_of_a_plan, a_value_that_cannot_be_read_repairs_nothing) {
  ASSERT_TRUE(begin(true));
  EXPECT_TRUE(answer(page({"1970-01-01", "yesterday"}, true)));
  (void)answer(page({"today"}, false));
  EXPECT_EQ(report().unreadable, 2);
  EXPECT_TRUE(report().found());
  EXPECT_FALSE(outcomes_[0].repaired);
  EXPECT_TRUE(plan_.book.pending().empty());
}

TEST_F(drift_checks_of_a_plan, a_wish_to_repair_that_comes_while_a_look_is_under_way_counts) {
  EXPECT_TRUE(begin(true));
  EXPECT_FALSE(begin(false));
  (void)answer(page({}, false));
  ASSERT_EQ(outcomes_.size(), 2U);
  EXPECT_TRUE(outcomes_[0].repaired);
  EXPECT_TRUE(outcomes_[1].repaired);
}

TEST_F(drift_checks_of_a_plan, what_is_completed_while_the_list_is_read_is_not_compared) {
  ASSERT_TRUE(begin(true));
  complete({2, 2}, mark::success);
  accept();
  (void)answer(page({"1970-01-01", "1970-01-02", "1970-01-04", "1970-01-05"}, false));
  EXPECT_FALSE(report().found());
  EXPECT_EQ(report().compared, 6);
}

TEST_F(drift_checks_of_a_plan, what_slips_between_two_pages_while_the_plan_changes_is_not_missing) {
  begin(true);
  EXPECT_TRUE(answer(page({"1970-01-01", "1970-01-02"}, true)));
  complete({0, 0}, mark::failed);  // leaves the list: the third day is on the first page now
  accept();
  EXPECT_FALSE(answer(page({"1970-01-04", "1970-01-05", "1970-01-06"}, false)));
  EXPECT_TRUE(report().missing.empty());
  EXPECT_EQ(report().unexpected, (std::vector<range>{{5, 5}})) << "what is listed is listed";
  EXPECT_FALSE(plan_.book.pending().find(2));
}

TEST_F(drift_checks_of_a_plan, what_is_on_none_of_a_quiet_plans_pages_is_missing) {
  begin(true);
  EXPECT_TRUE(answer(page({"1970-01-01", "1970-01-02"}, true)));
  EXPECT_FALSE(answer(page({"1970-01-04", "1970-01-05"}, false)));
  EXPECT_EQ(report().missing, (std::vector<range>{{2, 2}}));
}

TEST_F(drift_checks_of_a_plan, a_list_that_was_refused_or_cannot_be_read_is_told) {
  ASSERT_TRUE(begin(true));
  EXPECT_FALSE(answer(page(true_list, false), verdict_kind::rejected));
  EXPECT_FALSE(outcomes_[0].report);
  EXPECT_EQ(outcomes_[0].trouble, "the listing was refused");
  ASSERT_TRUE(begin(true));
  EXPECT_FALSE(answer(testing::status_reply(200, "{}")));
  EXPECT_FALSE(outcomes_[1].report);
  EXPECT_NE(outcomes_[1].trouble.find("isPartition"), std::string::npos);
  ASSERT_TRUE(begin(true));
  EXPECT_FALSE(answer(testing::lost_reply()));
  EXPECT_FALSE(outcomes_[2].report);
}

TEST_F(drift_checks_of_a_plan, a_list_of_another_shape_is_not_compared) {
  ASSERT_TRUE(begin(true));
  plan_.book.reset(daily, changes_);
  (void)answer(page(true_list, false));
  EXPECT_FALSE(outcomes_[0].report);
  EXPECT_EQ(outcomes_[0].trouble, "the plan was folded anew meanwhile");
}

TEST_F(drift_checks_of_a_plan, an_endless_list_is_given_up) {
  ASSERT_TRUE(begin(true));
  int pages = 1;
  while (answer(page({}, true)) && pages < 20'000) ++pages;
  EXPECT_EQ(pages, 10'000);
  EXPECT_FALSE(outcomes_[0].report);
  EXPECT_NE(outcomes_[0].trouble.find("10000 pages"), std::string::npos);
}

TEST_F(drift_checks_of_a_plan, a_full_refresh_lists_nothing_and_is_told_at_once) {
  plan_state whole(3, names_.keep_small("orders"), {plan_kind::full_refresh, granularity::day});
  bool told = false;
  EXPECT_FALSE(checks_.begin(whole, true, [&](const drift_outcome& o, granularity) { told = o.report && !o.report->found(); }));
  EXPECT_TRUE(told);
  EXPECT_FALSE(checks_.checking(3));
}

std::vector<std::pair<range, drift_kind>> parts_of(const drift_finding* finding) {
  std::vector<std::pair<range, drift_kind>> out;
  if (finding) finding->parts.visit_all([&](range at, drift_kind how) { out.emplace_back(at, how); });
  return out;
}

TEST_F(drift_checks_of_a_plan, what_was_found_is_kept_until_the_next_comparison_and_mended_by_what_is_accepted) {
  using parts = std::vector<std::pair<range, drift_kind>>;
  EXPECT_EQ(checks_.findings().of(3), nullptr);
  ASSERT_TRUE(begin(false));
  (void)answer(page({"1970-01-01", "1970-01-05", "1970-01-06"}, false));
  ASSERT_NE(checks_.findings().of(3), nullptr);
  EXPECT_EQ(checks_.findings().of(3)->at, at_);
  EXPECT_EQ(parts_of(checks_.findings().of(3)), (parts{{{1, 3}, drift_kind::missing}, {{5, 5}, drift_kind::unexpected}}));
  checks_.findings().accepted(3, {2, 5});
  EXPECT_EQ(parts_of(checks_.findings().of(3)),
            (parts{{{1, 1}, drift_kind::missing}, {{2, 3}, drift_kind::mended}, {{5, 5}, drift_kind::mended}}));
  ASSERT_TRUE(begin(false));
  EXPECT_FALSE(answer(page(true_list, false), verdict_kind::rejected));
  EXPECT_NE(checks_.findings().of(3), nullptr) << "what could not be compared says nothing";
  ASSERT_TRUE(begin(false));
  (void)answer(page(true_list, false));
  EXPECT_EQ(checks_.findings().of(3), nullptr);
}

TEST(drift_findings, are_bounded_a_plan_and_in_all_and_the_latest_stay) {
  drift_findings findings;
  drift_report report;
  for (std::int64_t o = 0; o < 3000; o += 2) report.missing.push_back({o, o});
  for (plan_id plan = 0; plan < 200; ++plan) findings.compared(plan, report, {});
  EXPECT_TRUE(findings.of(0)->cut);
  EXPECT_EQ(findings.of(0)->parts.runs(), 1000U) << "docs/status.md says so";
  EXPECT_EQ(*findings.of(0)->parts.extent(), (range{1000, 2998}));
  std::size_t all = 0;
  for (plan_id plan = 0; plan < 200; ++plan) all += findings.of(plan)->parts.runs();
  EXPECT_EQ(all, 100'000U);
  findings.forget(0);
  EXPECT_EQ(findings.of(0), nullptr);
}

TEST_F(drift_checks_of_a_plan, one_that_is_a_full_refresh_there_is_not_compared) {
  begin(true);
  EXPECT_FALSE(answer(full_refresh(true)));
  EXPECT_FALSE(outcomes_.at(0).report);
  EXPECT_NE(outcomes_.at(0).trouble.find("full refresh"), std::string::npos);
  begin(false);
  EXPECT_FALSE(answer(full_refresh(false)));
  EXPECT_TRUE(outcomes_.at(1).report) << "nothing was ever built there";
}

}  // namespace
}  // namespace partmark
