// Which configured plans an endpoint says it has, as it says so page by page.
#include "reconcile/plan_checks.hpp"
#include "reconcile/event_names.hpp"
#include "support/recording_events.hpp"
#include "support/replies.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace partmark {
namespace {

using testing::recording_events;

struct entry {
  std::string id;
  std::string type;
};

exchange page(const std::vector<entry>& plans, bool has_next) {
  std::string body = R"({"success":true,"hasNext":)" + std::string(has_next ? "true" : "false") + R"(,"data":[)";
  for (const entry& e : plans)
    body += (body.back() == '[' ? "" : ",") + (R"({"id":")" + e.id + R"(","materializeType":")" + e.type + R"("})");
  return http_reply{200, {}, body + "]}"};
}

verdict verdict_of(verdict_kind kind) {
  verdict v;
  v.kind = kind;
  return v;
}

class plan_checks_of_an_endpoint : public ::testing::Test {
 protected:
  void SetUp() override {
    settings_.endpoints = {{"can", "tn_1", 8, milliseconds(60'000), true}, {"other", "tn_1", 8, milliseconds(60'000), true}};
    configure({"a", "b"});
  }

  void configure(const std::vector<std::string>& plans) {
    settings_.plans.clear();
    for (const std::string& uuid : plans) settings_.plans.push_back({uuid, {}, {}, std::nullopt, {}});
  }

  bool begin() { return checks_.begin(0, settings_.endpoints[0]); }
  std::string body() { return checks_.next_request(0).body; }
  std::optional<milliseconds> ended(const exchange& reply, verdict_kind kind = verdict_kind::accepted) {
    const auto* whole = std::get_if<http_reply>(&reply);
    return checks_.ended(0, {verdict_of(kind), whole != nullptr ? whole->body : std::string()});
  }
  // Asks and is answered.
  std::optional<milliseconds> answered(const exchange& reply) {
    (void)checks_.next_request(0);
    return ended(reply);
  }
  std::vector<std::string> told(std::string_view name) const {
    std::vector<std::string> all;
    for (const event& e : log_.all())
      if (e.name == name) all.push_back(e.message);
    return all;
  }

  loop_settings settings_;
  recording_events log_;
  plan_checks checks_{settings_, log_};
};

constexpr std::optional<milliseconds> at_once = milliseconds(0);

TEST_F(plan_checks_of_an_endpoint, plans_that_are_all_external_are_confirmed_once) {
  ASSERT_TRUE(begin());
  EXPECT_EQ(body(), R"({"materializeType":"EXTERNAL","pager":{"pageNumber":1,"pageSize":500}})");
  EXPECT_EQ(ended(page({{"b", "EXTERNAL"}, {"x", "EXTERNAL"}}, true)), at_once);
  EXPECT_EQ(body(), R"({"materializeType":"EXTERNAL","pager":{"pageNumber":2,"pageSize":500}})");
  EXPECT_EQ(ended(page({{"a", ""}}, false)), std::nullopt);
  ASSERT_EQ(log_.all().size(), 1U);
  EXPECT_EQ(log_.all()[0].name, event_name::endpoint_plans_verified);
}

TEST_F(plan_checks_of_an_endpoint, the_other_lists_tell_what_a_missing_plan_is) {
  ASSERT_TRUE(begin());
  EXPECT_EQ(answered(page({}, false)), at_once);
  EXPECT_EQ(body(), R"({"materializeType":"RESULT","pager":{"pageNumber":1,"pageSize":500}})");
  EXPECT_EQ(ended(page({{"a", ""}}, false)), at_once);
  EXPECT_EQ(body(), R"({"materializeType":"ACCELERATE","pager":{"pageNumber":1,"pageSize":500}})");
  EXPECT_EQ(ended(page({}, false)), std::nullopt);
  const auto warnings = told(event_name::plan_unverified);
  ASSERT_EQ(warnings.size(), 2U);
  EXPECT_NE(warnings[0].find("plan a is RESULT, not EXTERNAL at endpoint can"), std::string::npos) << warnings[0];
  EXPECT_NE(warnings[1].find("plan b is not known at endpoint can"), std::string::npos) << warnings[1];
  EXPECT_TRUE(told(event_name::endpoint_plans_verified).empty());
}

TEST_F(plan_checks_of_an_endpoint, a_list_that_ignores_the_wish_is_read_by_what_it_says) {
  ASSERT_TRUE(begin());
  EXPECT_EQ(answered(page({{"a", "ACCELERATE"}, {"b", "EXTERNAL"}}, false)), at_once);
  EXPECT_EQ(answered(page({}, false)), at_once);
  EXPECT_EQ(answered(page({}, false)), std::nullopt);
  ASSERT_EQ(told(event_name::plan_unverified).size(), 1U);
  EXPECT_NE(told(event_name::plan_unverified)[0].find("plan a is ACCELERATE"), std::string::npos);
}

TEST_F(plan_checks_of_an_endpoint, what_a_list_says_is_not_logged_unless_it_is_a_known_type) {
  ASSERT_TRUE(begin());
  EXPECT_EQ(answered(page({{"a", "auth-value: hush-4711"}, {"b", "EXTERNAL"}}, false)), at_once);
  EXPECT_EQ(answered(page({}, false)), at_once);
  EXPECT_EQ(answered(page({}, false)), std::nullopt);
  ASSERT_EQ(told(event_name::plan_unverified).size(), 1U);
  EXPECT_NE(told(event_name::plan_unverified)[0].find("plan a is of a type unknown here, not EXTERNAL"), std::string::npos);
}

TEST_F(plan_checks_of_an_endpoint, only_its_own_plans_are_asked_for_and_only_when_wanted) {
  settings_.plans[1].endpoint = "other";
  ASSERT_TRUE(begin());
  EXPECT_EQ(answered(page({{"a", "EXTERNAL"}}, false)), std::nullopt);
  EXPECT_EQ(told(event_name::endpoint_plans_verified).size(), 1U);

  settings_.endpoints[0].verify_plans = false;
  EXPECT_FALSE(begin());
  settings_.endpoints[0].verify_plans = true;
  settings_.plans[0].endpoint = "other";
  EXPECT_FALSE(begin());
}

TEST_F(plan_checks_of_an_endpoint, a_lost_page_is_asked_for_again_some_times_and_then_given_up) {
  ASSERT_TRUE(begin());
  EXPECT_EQ(answered(page({{"a", "EXTERNAL"}}, true)), at_once);
  for (int i = 1; i < 6; ++i) {
    EXPECT_NE(body().find("\"pageNumber\":2"), std::string::npos);
    const auto gap = ended(testing::lost_reply(), verdict_kind::ambiguous);
    ASSERT_TRUE(gap) << i;
    EXPECT_GT(*gap, milliseconds(0));
  }
  (void)body();
  EXPECT_EQ(ended(testing::lost_reply(), verdict_kind::ambiguous), std::nullopt);
  EXPECT_EQ(told(event_name::endpoint_plans_unlisted).size(), 1U);
}

TEST_F(plan_checks_of_an_endpoint, a_page_that_came_forgives_the_tries_before_it) {
  ASSERT_TRUE(begin());
  for (int round = 0; round < 4; ++round) {
    for (int i = 0; i < 4; ++i) {
      (void)body();
      ASSERT_TRUE(ended(testing::timed_out(), verdict_kind::retry));
    }
    ASSERT_EQ(answered(page({}, true)), at_once);
  }
  EXPECT_TRUE(log_.all().empty());
}

TEST_F(plan_checks_of_an_endpoint, a_refused_or_unreadable_list_is_told_and_left) {
  ASSERT_TRUE(begin());
  (void)body();
  EXPECT_EQ(ended(testing::rejected_reply(), verdict_kind::rejected), std::nullopt);
  ASSERT_TRUE(begin());
  (void)body();
  EXPECT_EQ(ended(http_reply{200, {}, R"({"success":true,"data":7})"}), std::nullopt);
  EXPECT_EQ(told(event_name::endpoint_plans_unlisted).size(), 2U);
}

TEST_F(plan_checks_of_an_endpoint, an_endless_list_is_left_at_last) {
  ASSERT_TRUE(begin());
  std::size_t pages = 0;
  while (answered(page({}, true))) ASSERT_LT(++pages, 5'000U);
  EXPECT_EQ(pages, 1'999U);
  EXPECT_EQ(told(event_name::endpoint_plans_unlisted).size(), 1U);
}

TEST_F(plan_checks_of_an_endpoint, a_reload_under_way_begins_anew_with_the_new_plans) {
  ASSERT_TRUE(begin());
  (void)body();
  configure({"c"});
  EXPECT_FALSE(begin()) << "the page under way ends first";
  EXPECT_EQ(ended(page({{"a", "EXTERNAL"}, {"b", "EXTERNAL"}, {"c", "EXTERNAL"}}, false)), at_once) << "its answer is to an old question";
  EXPECT_NE(body().find("\"pageNumber\":1"), std::string::npos);
  EXPECT_EQ(ended(page({{"c", "EXTERNAL"}}, false)), std::nullopt);
  EXPECT_EQ(told(event_name::endpoint_plans_verified).size(), 1U);
}

TEST_F(plan_checks_of_an_endpoint, a_reload_that_wants_none_ends_with_the_page_under_way) {
  ASSERT_TRUE(begin());
  (void)body();
  configure({});
  EXPECT_FALSE(begin());
  EXPECT_EQ(ended(page({}, false)), std::nullopt);
  EXPECT_TRUE(log_.all().empty());
}

TEST_F(plan_checks_of_an_endpoint, a_page_that_was_not_sent_is_no_page_under_way) {
  ASSERT_TRUE(begin());
  (void)body();
  checks_.withdrawn(0);
  EXPECT_TRUE(begin());
}

TEST_F(plan_checks_of_an_endpoint, thousands_of_wrong_plans_do_not_flood_the_log) {
  std::vector<std::string> many;
  for (int i = 0; i < 5'000; ++i) many.push_back("plan-" + std::to_string(i));
  configure(many);
  ASSERT_TRUE(begin());
  while (answered(page({}, false))) {
  }
  const auto warnings = told(event_name::plan_unverified);
  ASSERT_EQ(warnings.size(), 20U);
  EXPECT_NE(warnings.back().find("4980 more"), std::string::npos) << warnings.back();
}

}  // namespace
}  // namespace partmark
