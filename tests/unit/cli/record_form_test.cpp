#include "cli/record_form.hpp"

#include <gtest/gtest.h>

namespace partmark {
namespace {

record_options one_day() {
  record_options o;
  o.plan = "p";
  o.granularity = "DAY";
  o.first = "2025-10-20";
  o.outcome = "success";
  return o;
}

record_options one_table() {
  record_options o;
  o.table = "s.`c.s`.t";
  o.partition = "2025-10-20";
  o.outcome = "success";
  return o;
}

std::string refusal_of(const record_options& o) {
  const auto form = check_form(o);
  return form ? "" : form.error().message;
}

TEST(record_form, the_three_forms_are_taken) {
  EXPECT_EQ(refusal_of(one_day()), "");
  EXPECT_EQ(refusal_of(one_table()), "");
  record_options whole;
  whole.plan = "p";
  whole.full_refresh = true;
  whole.outcome = "failed";
  EXPECT_EQ(refusal_of(whole), "");
}

TEST(record_form, what_is_missing_is_named) {
  record_options o = one_day();
  o.plan.reset();
  EXPECT_NE(refusal_of(o).find("--plan"), std::string::npos);
  o = one_day();
  o.granularity.reset();
  EXPECT_NE(refusal_of(o).find("--granularity"), std::string::npos);
  o = one_day();
  o.first.reset();
  EXPECT_NE(refusal_of(o).find("--first"), std::string::npos);
  o = one_day();
  o.outcome.reset();
  EXPECT_NE(refusal_of(o).find("--outcome"), std::string::npos);
  o = one_table();
  o.partition.reset();
  EXPECT_NE(refusal_of(o).find("--partition"), std::string::npos);
}

TEST(record_form, forms_do_not_mix) {
  record_options o = one_day();
  o.full_refresh = true;
  EXPECT_NE(refusal_of(o), "");
  o = one_day();
  o.table = "t";
  EXPECT_NE(refusal_of(o), "");
  o = one_day();
  o.partition = "2025-10-20";
  EXPECT_NE(refusal_of(o), "");
  o = one_table();
  o.last = "2025-10-20";
  EXPECT_NE(refusal_of(o), "");
  o = one_table();
  o.run_type = "MANUAL";
  EXPECT_NE(refusal_of(o), "");
  o = one_day();
  o.from_systemd = true;
  EXPECT_NE(refusal_of(o), "");
}

record_options in_stop_post() {
  record_options o = one_day();
  o.outcome.reset();
  o.from_systemd = true;
  return o;
}

TEST(record_form, the_services_end_gives_outcome_job_and_key) {
  record_options o = in_stop_post();
  ASSERT_TRUE(*take_from({"success", "exited", "0", "abc", "orders.service"}, o));
  EXPECT_EQ(o.outcome, "success");
  EXPECT_EQ(o.job, "orders.service");
  ASSERT_TRUE(o.key);
  EXPECT_EQ(o.key->find("systemd:abc:"), 0U);
}

TEST(record_form, a_given_job_and_key_stay) {
  record_options o = in_stop_post();
  o.job = "mine";
  o.key = "my key";
  ASSERT_TRUE(*take_from({"success", "exited", "0", "abc", "orders.service"}, o));
  EXPECT_EQ(o.job, "mine");
  EXPECT_EQ(o.key, "my key");
}

TEST(record_form, one_invocation_may_record_several_things) {
  const service_end end{"success", "exited", "0", "abc", ""};
  record_options first = in_stop_post();
  record_options second = in_stop_post();
  second.first = "2025-10-21";
  record_options third = in_stop_post();
  third.plan = "q";
  record_options fourth = in_stop_post();
  fourth.last = "2025-10-21";
  ASSERT_TRUE(*take_from(end, first) && *take_from(end, second) && *take_from(end, third) && *take_from(end, fourth));
  EXPECT_NE(first.key, fourth.key);
  EXPECT_NE(first.key, second.key);
  EXPECT_NE(first.key, third.key);
}

TEST(record_form, without_an_invocation_no_key_is_made_up) {
  record_options o = in_stop_post();
  ASSERT_TRUE(*take_from({"success", "exited", "0", "", ""}, o));
  EXPECT_FALSE(o.key);
  EXPECT_FALSE(o.job);
}

TEST(record_form, a_condition_that_did_not_hold_leaves_nothing_to_record) {
  record_options o = in_stop_post();
  EXPECT_FALSE(*take_from({"exec-condition", "exited", "1", "abc", ""}, o));
}

}  // namespace
}  // namespace partmark
