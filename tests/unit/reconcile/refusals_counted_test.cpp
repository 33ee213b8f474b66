// What refusals add up to, and what they don't: tries, holds and their ids.
#include "support/loop_driver.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <vector>

namespace partmark::testing {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

const std::string orders = "source.`catalog.schema`.orders";

void refuse(loop_driver& d, int times) {
  for (int n = 0; n < times; ++n) {
    d.answer(rejected_reply());
    d.pass(seconds(10));
  }
}

// Answers until the loop rests: no to what speaks of one of `guilty`, yes to the rest.
void judge(loop_driver& d, const std::vector<ordinal>& guilty) {
  while (!d.remote.open().empty()) {
    const auto& said = d.remote.open().front().said.what.claims;
    const bool no = std::ranges::any_of(
        said, [&](const claim& c) { return std::ranges::any_of(guilty, [&](ordinal o) { return c.at.first <= o && o <= c.at.last; }); });
    d.answer(no ? rejected_reply() : accepted_reply());
    if (d.remote.open().empty()) d.pass(seconds(10));
  }
}

TEST(refusals, those_before_an_acceptance_do_not_count_towards_the_next_search) {
  loop_driver d;
  d.start();
  for (ordinal day = 0; day < 3; ++day) {
    d.complete("p", 10 * day, 10 * day + 7);
    refuse(d, 3);
    ASSERT_EQ(d.remote.open().size(), 1U);
    EXPECT_EQ(d.remote.open()[0].said.what.partitions(), 8) << "no search yet";
    d.accept();
  }
  EXPECT_TRUE(d.loop().settled());
}

TEST(refusals, those_of_triggers_before_an_acceptance_do_not_count_either) {
  loop_driver d;
  d.start();
  for (const std::string day : {"20", "21", "22"}) {
    d.journal.append_table({orders, "2025-10-" + day, "success"});
    d.hint();
    refuse(d, 3);
    d.accept();
  }
  EXPECT_EQ(d.loop().summary().held_triggers, 0U);
  EXPECT_TRUE(d.loop().settled());
}

TEST(refusals, a_re_probe_that_fails_in_two_places_is_one_try_of_its_hold) {
  loop_driver d;
  d.start();
  d.complete("p", 0, 63);
  std::vector<ordinal> all(64);
  std::iota(all.begin(), all.end(), ordinal{0});
  judge(d, all);
  ASSERT_EQ(d.state.stored().holds.size(), 1U);
  d.pass(minutes(1));
  judge(d, {17, 40});
  ASSERT_EQ(d.state.stored().holds.size(), 1U);
  EXPECT_EQ(d.plan("p").book.held().partitions(), 2);
  EXPECT_EQ(d.state.stored().holds.begin()->second.tries, 1U);
}

TEST(refusals, of_two_holds_only_the_one_whose_time_has_come_is_tried) {
  loop_driver d;
  d.settings.retry = {seconds(1), seconds(1), 1.0};
  d.start();
  d.complete("p", 5);
  judge(d, {5});
  d.complete("p", 7);
  judge(d, {7});
  ASSERT_EQ(d.state.stored().holds.size(), 2U);
  d.pass(seconds(10));
  ASSERT_EQ(d.remote.open().size(), 1U);
  EXPECT_EQ(d.remote.open()[0].said.what.claims, claims({{{5, 5}, mark::success}}));
  d.accept();
  EXPECT_EQ(d.plan("p").book.held().partitions(), 1);
}

TEST(refusals, holds_of_a_later_run_do_not_take_the_ids_of_former_ones) {
  loop_driver d;
  d.start();
  d.complete("p", 5);
  judge(d, {5});
  d.kill();
  d.start();
  d.complete("q", 7);
  judge(d, {7});
  ASSERT_EQ(d.state.stored().holds.size(), 2U);
  EXPECT_EQ(d.state.stored().holds.rbegin()->second.plan, d.plan("q").id);
  EXPECT_EQ(d.loop().summary().held_plans, 2U);
}

TEST(refusals, a_hold_begins_with_its_first_refusal_and_is_an_error) {
  loop_driver d;
  d.start();
  d.complete("p", 5);
  refuse(d, 3);
  d.answer(rejected_reply());
  EXPECT_EQ(d.log.all().back().name, "plan.held");
  EXPECT_EQ(d.log.all().back().level, severity::error);
  const system_time since = d.t.system;
  d.pass(minutes(1));
  d.answer(rejected_reply());
  ASSERT_EQ(d.state.stored().holds.size(), 1U);
  EXPECT_EQ(d.state.stored().holds.begin()->second.since, since);
}

TEST(refusals, to_retry_what_is_not_held_shortens_no_backoff) {
  loop_driver d;
  d.settings.retry = {hours(1), hours(1), 1.0};
  d.start();
  d.complete("p", 1);
  d.answer(connection_refused());
  EXPECT_TRUE(d.loop().retry_held("p", d.t));
  d.work();
  EXPECT_TRUE(d.remote.open().empty());
}

TEST(refusals, a_held_trigger_is_sent_again_when_its_time_has_come_or_a_person_says_so) {
  loop_driver d;
  d.start();
  d.journal.append_table({orders, "2025-10-20", "success"});
  d.hint();
  refuse(d, 3);
  d.answer(rejected_reply());
  EXPECT_EQ(d.loop().summary().held_triggers, 1U);
  EXPECT_EQ(d.log.all().back().level, severity::error) << "a person should see it";
  d.pass(seconds(59));
  EXPECT_TRUE(d.remote.open().empty());
  d.pass(seconds(1));
  ASSERT_EQ(d.remote.open().size(), 1U);
  d.answer(rejected_reply());
  EXPECT_EQ(d.loop().summary().held_triggers, 1U);
  EXPECT_FALSE(d.loop().retry_held("source.`catalog.schema`.nothing", d.t));
  EXPECT_TRUE(d.loop().retry_held(orders, d.t));
  d.work();
  ASSERT_EQ(d.remote.open().size(), 1U);
  d.answer(rejected_reply());
  EXPECT_TRUE(d.loop().retry_held(std::nullopt, d.t));
  d.work();
  ASSERT_EQ(d.remote.open().size(), 1U);
  d.accept();
  EXPECT_EQ(d.loop().summary().held_triggers, 0U);
}

}  // namespace
}  // namespace partmark::testing
