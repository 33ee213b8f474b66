// A person's commands as the loop carries them out, and what they are told.
#include "reconcile/control.hpp"
#include "support/loop_driver.hpp"

#include <gtest/gtest.h>

namespace partmark {
namespace {

using testing::claims;
using testing::loop_driver;

control_reply told(loop_driver& d, control_verb verb, std::optional<std::string> target, bool repair = false) {
  std::optional<control_reply> reply;
  carry_out(d.loop(), {verb, std::move(target), repair}, d.t, [&](const control_reply& r) { reply = r; });
  EXPECT_TRUE(reply) << "it is answered at once";
  d.work();
  return reply.value_or(control_reply{});
}

class carried_out : public ::testing::Test {
 protected:
  carried_out() {
    d.complete("orders", 1, 3);
    d.start();
    d.accept();
  }
  loop_driver d;
};

TEST_F(carried_out, what_names_nothing_known_is_refused_and_says_where_to_look) {
  for (const auto verb : {control_verb::retry, control_verb::resync, control_verb::refold, control_verb::drift}) {
    const auto reply = told(d, verb, "nobody");
    EXPECT_FALSE(reply.done);
    EXPECT_NE(reply.message.find("nobody: no record ever named this plan"), std::string::npos) << reply.message;
    EXPECT_NE(reply.message.find("partmark plans"), std::string::npos);
  }
  for (const auto verb : {control_verb::pause, control_verb::resume}) {
    const auto reply = told(d, verb, "nowhere");
    EXPECT_FALSE(reply.done);
    EXPECT_EQ(reply.message, "nowhere: no endpoint of this name is configured");
  }
  EXPECT_TRUE(d.remote.open().empty());
}

TEST_F(carried_out, a_resync_says_everything_again) {
  for (const auto& target : {std::optional<std::string>("orders"), std::optional<std::string>()}) {
    const auto reply = told(d, control_verb::resync, target);
    EXPECT_TRUE(reply.done);
    EXPECT_EQ(reply.message, "the whole state is pushed again: " + target.value_or("all"));
    ASSERT_EQ(d.remote.open().size(), 1U);
    EXPECT_EQ(d.remote.open()[0].said.what.claims, claims({{{1, 3}, mark::success}}));
    d.accept();
  }
}

TEST_F(carried_out, a_refold_reads_the_plans_records_again_and_pushes_them) {
  const auto reply = told(d, control_verb::refold, "orders");
  EXPECT_TRUE(reply.done);
  EXPECT_EQ(reply.message, "orders: its records are folded anew");
  ASSERT_EQ(d.remote.open().size(), 1U);
  EXPECT_EQ(d.remote.open()[0].said.what.claims, claims({{{1, 3}, mark::success}}));
}

TEST_F(carried_out, a_pause_stops_calls_until_resume) {
  auto reply = told(d, control_verb::pause, "can");
  EXPECT_TRUE(reply.done);
  EXPECT_EQ(reply.message, "paused: can");
  d.complete("orders", 9);
  EXPECT_TRUE(d.remote.open().empty());
  reply = told(d, control_verb::resume, std::nullopt);
  EXPECT_TRUE(reply.done);
  EXPECT_EQ(reply.message, "goes on: all");
  EXPECT_EQ(d.remote.open().size(), 1U);
}

TEST_F(carried_out, a_retry_tries_what_is_held) {
  d.complete("orders", 9);
  for (int n = 0; n < 4; ++n) {
    d.answer(testing::rejected_reply());
    d.pass(milliseconds(60'000));
  }
  while (!d.remote.open().empty()) d.answer(testing::rejected_reply());
  ASSERT_FALSE(d.plan("orders").book.held().empty());
  const auto reply = told(d, control_verb::retry, std::nullopt);
  EXPECT_TRUE(reply.done);
  EXPECT_EQ(reply.message, "what is held is tried now: all");
  EXPECT_EQ(d.remote.open().size(), 1U);
}

TEST(carried_out_without_plans, a_drift_check_of_nothing_is_told_at_once) {
  loop_driver d;
  d.start();
  const auto reply = told(d, control_verb::drift, std::nullopt);
  EXPECT_TRUE(reply.done);
  EXPECT_EQ(reply.message, "there are no plans yet");
  EXPECT_EQ(reply.drift, "[]");
}

TEST(carried_out_on_full_refreshes, a_drift_check_is_answered_without_asking) {
  loop_driver d;
  d.start();
  d.complete_table("whole");
  d.complete_table("other");
  const auto reply = told(d, control_verb::drift, std::nullopt);
  EXPECT_TRUE(reply.done);
  EXPECT_EQ(reply.message, "2 plans compared, 0 differ");
  EXPECT_NE(reply.drift.find(R"("plan":"whole")"), std::string::npos);
  EXPECT_NE(reply.drift.find(R"("compared":0)"), std::string::npos);
}

}  // namespace
}  // namespace partmark
