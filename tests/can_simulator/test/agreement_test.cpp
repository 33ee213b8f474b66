// What lib/can writes, the simulator understands without a complaint, and what the simulator answers, lib/can reads back.
#include "can/auth.hpp"
#include "can/listings.hpp"
#include "can/replies.hpp"
#include "can/requests.hpp"
#include "can_simulator/can_model.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <set>
#include <string>
#include <vector>

namespace partmark::testing {
namespace {

http_request dressed(http_request request, can::auth_type type = can::auth_type::uid, std::string_view value = "1234") {
  request.headers = can::common_headers("tn_1");
  for (auto& header : can::auth_headers(type, value)) request.headers.push_back(std::move(header));
  return request;
}

verdict judged(can_model& model, const http_request& request, call_type type) {
  return can::classify(model.answer(request, 0), type, system_time());
}

// The maximal ranges of the ordinals in `at`.
std::vector<range> ranges_of(const std::set<ordinal>& at) {
  std::vector<range> ranges;
  for (const ordinal o : at) {
    if (!ranges.empty() && ranges.back().last + 1 == o)
      ++ranges.back().last;
    else
      ranges.push_back({o, o});
  }
  return ranges;
}

TEST(agreement, marks_sent_are_marks_held_and_marks_listed_in_every_granularity) {
  rc::check([] {
    const plan_shape shape{plan_kind::partitioned, static_cast<granularity>(*rc::gen::inRange(0, 7))};
    const range limits = ordinal_limits(shape.unit);
    const ordinal origin = *rc::gen::inRange<ordinal>(limits.first, limits.last - 50);
    can_model model;
    std::set<ordinal> held;
    const int calls = *rc::gen::inRange(1, 6);
    for (int i = 0; i < calls; ++i) {
      std::set<ordinal> success, failed, cleared;
      for (ordinal o = origin; o < origin + 40; ++o) {
        const int what = *rc::gen::inRange(0, 5);
        if (what < 3) (what == 0 ? success : what == 1 ? failed : cleared).insert(o);
      }
      if (!cleared.empty()) {
        RC_ASSERT(judged(model, dressed(can::clear_partitions("p é\"", shape, ranges_of(cleared))), call_type::mark).kind ==
                  verdict_kind::accepted);
      }
      if (!success.empty() || !failed.empty()) {
        const auto request = can::update_partitions("p é\"", "MANUAL", shape, ranges_of(success), ranges_of(failed));
        RC_ASSERT(judged(model, dressed(request), call_type::mark).kind == verdict_kind::accepted);
      }
      for (const auto* gone : {&cleared, &failed})
        for (const ordinal o : *gone) held.erase(o);
      held.insert(success.begin(), success.end());
    }
    std::set<ordinal> listed;
    bool has_next = model.plans().contains("p é\"");
    for (unsigned page = 1; has_next; ++page) {
      const http_reply reply = model.answer(dressed(can::list_partitions("p é\"", page, 7)), 0);
      RC_ASSERT(can::classify(reply, call_type::list, system_time()).kind == verdict_kind::accepted);
      const auto read = can::read_partition_page(reply.body, shape.unit);
      RC_ASSERT(read.has_value());
      RC_ASSERT(read->unreadable == 0U);
      listed.insert(read->listed.begin(), read->listed.end());
      has_next = read->has_next;
    }
    RC_ASSERT(listed == held);
    RC_ASSERT(model.violations().empty());
  });
}

TEST(agreement, the_other_calls_are_understood_too) {
  can_model model;
  EXPECT_EQ(judged(model, dressed(can::full_refresh_done("whole", "MANUAL")), call_type::mark).kind, verdict_kind::accepted);
  EXPECT_EQ(
      judged(model, dressed(can::trigger("starrocks.`default_catalog.schema`.p_order", "tn_1", "2025-10-20")), call_type::trigger).kind,
      verdict_kind::accepted);
  const http_reply plans = model.answer(dressed(can::list_plans("EXTERNAL", 1, 10)), 0);
  EXPECT_EQ(can::classify(plans, call_type::list, system_time()).kind, verdict_kind::accepted);
  EXPECT_EQ(can::read_plan_page(plans.body)->plans.at(0).id, "whole");
  const http_reply whole = model.answer(dressed(can::list_partitions("whole", 1, 10)), 0);
  EXPECT_FALSE(can::read_partition_page(whole.body, granularity::day)->is_partitioned);
  EXPECT_TRUE(model.violations().empty());
}

TEST(agreement, a_token_made_is_a_token_taken) {
  can_model model;
  const http_reply made = model.answer(dressed(can::create_token("app", "s3cret", std::chrono::hours(1))), 0);
  EXPECT_EQ(can::classify(made, call_type::token, system_time()).kind, verdict_kind::accepted);
  const std::string token = can::read_token(made.body).value();
  const http_request use = dressed(can::full_refresh_done("whole", std::nullopt), can::auth_type::token, token);
  EXPECT_EQ(judged(model, use, call_type::mark).kind, verdict_kind::accepted);
  model.expire_tokens();
  EXPECT_EQ(judged(model, use, call_type::mark).kind, verdict_kind::unauthorized);
  EXPECT_TRUE(model.violations().empty());
}

}  // namespace
}  // namespace partmark::testing
