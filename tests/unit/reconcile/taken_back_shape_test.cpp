// A plan whose records contradict what is configured of it, until that is taken out of the configuration again.
#include "reconcile/event_names.hpp"
#include "support/loop_driver.hpp"

#include <gtest/gtest.h>

namespace partmark::testing {
namespace {

using std::chrono::hours;

constexpr plan_shape daily{plan_kind::partitioned, granularity::day};
constexpr plan_shape hourly{plan_kind::partitioned, granularity::hour};

plan_settings configured(const std::string& uuid, plan_shape shape) { return {uuid, {}, {}, shape, {}}; }

// A plan whose only records contradicted what was configured, and does not contradict it any more.
class wrongly_configured : public ::testing::TestWithParam<plan_shape> {
 protected:
  void SetUp() override {
    d.settings.plans = {configured("p", GetParam())};
    d.start();
    d.complete("p", 1);
    ASSERT_EQ(d.state.stored().rejected.size(), 1U);
    d.settings.plans.clear();
  }
  void expect_daily() {
    ASSERT_EQ(d.remote.open().size(), 1U);
    EXPECT_EQ(d.remote.open()[0].said.what.claims, claims({{{1, 1}, mark::success}}));
    EXPECT_TRUE(d.state.stored().rejected.empty());
    EXPECT_EQ(d.state.stored().find("p")->row.shape, daily);
    d.accept();
    d.append(entry_of("p", hourly, {7, 7}, mark::success));
    EXPECT_EQ(d.state.stored().rejected.size(), 1U) << "its first record fixed what it is";
  }
  loop_driver d;
};

TEST_P(wrongly_configured, the_first_record_rules_after_a_reload) {
  d.reconfigure();
  expect_daily();
}

TEST_P(wrongly_configured, and_after_a_restart) {
  d.kill();
  d.start();
  expect_daily();
}

TEST_P(wrongly_configured, a_restart_in_the_middle_of_it_starts_over) {
  d.kill();
  d.settings.slice_rows = 1;
  d.start();
  d.kill();
  d.start();
  expect_daily();
}

INSTANTIATE_TEST_SUITE_P(taken_back_shape, wrongly_configured,
                         ::testing::Values(hourly, plan_shape{plan_kind::full_refresh, granularity::day}));

TEST(taken_back_shape, a_shape_that_is_taken_back_in_the_middle_of_its_refold_costs_no_record) {
  for (const bool restarted : {false, true}) {
    loop_driver d;
    d.settings.slice_rows = 2;
    for (ordinal day = 0; day < 8; ++day) d.journal.append(entry_of("p", daily, {day, day}, mark::success));
    d.start();
    d.accept_all();
    d.settings.plans = {configured("p", hourly)};
    d.loop().reconfigure(d.settings, d.t);
    for (int turns = 0; turns < 2; ++turns) (void)d.loop().run(d.t);
    d.settings.plans.clear();
    if (restarted) {
      d.kill();
      d.start();
    } else {
      d.reconfigure();
    }
    d.accept_all();
    std::int64_t marked = 0;
    d.plan("p").book.marks().visit_all([&](range at, mark) { marked += at.size(); });
    EXPECT_EQ(marked, 8) << restarted;
  }
}

TEST(taken_back_shape, a_drift_check_under_way_does_not_keep_a_plan_from_taking_its_shape) {
  for (const bool restarted : {false, true}) {
    loop_driver d;
    d.settings.drift_every = hours(1);
    d.settings.plans = {configured("p", hourly)};
    d.start();
    d.complete("p", 1);
    if (restarted) {
      d.kill();
      d.t.steady += hours(2);
      d.t.system += hours(2);
    } else {
      d.pass(hours(1));
    }
    d.settings.plans.clear();
    restarted ? d.start() : d.reconfigure();
    EXPECT_EQ(d.plan("p").book.shape(), daily) << restarted;
    EXPECT_FALSE(d.plan("p").book.marks().empty()) << restarted;
  }
}

TEST(taken_back_shape, a_plan_of_pruned_records_is_not_folded_anew_at_each_start) {
  loop_driver d;
  d.settings.plans = {configured("p", hourly)};
  d.start();
  d.complete("p", 1);
  d.complete("q", 1);
  d.accept_all();
  d.journal.prune(1);
  d.settings.plans.clear();
  d.kill();
  d.start();
  EXPECT_EQ(d.log.count(event_name::plan_refolding), 0U);
  EXPECT_EQ(d.state.stored().rejected.size(), 1U) << "what nobody told stays to be seen";
  d.complete("p", 2);
  EXPECT_EQ(d.plan("p").book.shape(), daily);
}

TEST(taken_back_shape, what_is_configured_still_stays_after_a_refold_by_hand) {
  loop_driver d;
  d.settings.plans = {configured("p", hourly)};
  d.start();
  d.complete("p", 1);
  EXPECT_TRUE(d.loop().refold("p", d.t));
  d.work();
  EXPECT_EQ(d.state.stored().rejected.size(), 1U);
  EXPECT_TRUE(d.remote.open().empty());
}

}  // namespace
}  // namespace partmark::testing
