// What becomes of records: folded into their plan, or set aside with a reason.
#include "support/loop_driver.hpp"

#include <gtest/gtest.h>

namespace partmark::testing {
namespace {

constexpr plan_shape daily{plan_kind::partitioned, granularity::day};
constexpr plan_shape hourly{plan_kind::partitioned, granularity::hour};
constexpr plan_shape whole{plan_kind::full_refresh, granularity::day};

plan_settings configured(std::string uuid, plan_shape shape) { return {std::move(uuid), {}, {}, shape, {}}; }

const rejected_row& rejected(const loop_driver& d, std::int64_t seq) { return d.state.stored().rejected.at({"plan_completion", seq}); }

TEST(fold, a_wrong_record_is_named_and_counted_and_the_cursor_goes_on) {
  loop_driver d;
  d.start();
  auto wrong = entry_of("p", daily, {1, 1}, mark::success);
  wrong.first = "2025-02-30";
  d.append(wrong);
  d.complete("p", 2);
  EXPECT_EQ(d.loop().summary().rejected, 1);
  EXPECT_EQ(d.loop().summary().folded, 1);
  EXPECT_EQ(d.loop().summary().position.plans.folded_seq, 2);
  EXPECT_EQ(rejected(d, 1).plan, "p");
  EXPECT_NE(rejected(d, 1).reason.find("2025-02-30"), std::string::npos);
  EXPECT_EQ(d.log.count("record.rejected"), 1U);
  EXPECT_EQ(d.remote.all().size(), 1U);
}

TEST(fold, a_flood_of_wrong_records_does_not_flood_the_log) {
  loop_driver d;
  auto wrong = entry_of("p", daily, {1, 1}, mark::success);
  wrong.outcome = "maybe";
  for (int i = 0; i < 1'000; ++i) d.journal.append(wrong);
  d.start();
  EXPECT_EQ(d.loop().summary().rejected, 1'000);
  EXPECT_LE(d.log.count("record.rejected"), 20U);
  EXPECT_EQ(d.state.stored().rejected.size(), 1'000U);

  for (int i = 0; i < 1'000; ++i) d.journal.append_table({"no table", "2025-10-20"});
  d.hint();
  EXPECT_EQ(d.state.stored().rejected.size(), 2'000U);
  EXPECT_LE(d.log.count("record.rejected"), 40U);
}

TEST(fold, the_first_valid_record_fixes_the_shape) {
  loop_driver d;
  d.start();
  auto wrong = entry_of("p", hourly, {1, 1}, mark::success);
  wrong.first = "2025-02-30T00:00:00";
  d.append(wrong);  // invalid: fixes nothing
  d.complete("p", 1);
  d.append(entry_of("p", hourly, {1, 1}, mark::success));
  d.append(entry_of("p", whole, whole_table, mark::success));
  EXPECT_EQ(d.loop().summary().rejected, 3);
  EXPECT_EQ(d.plan("p").book.shape(), daily);
  EXPECT_NE(rejected(d, 3).reason.find("HOUR"), std::string::npos);
  EXPECT_NE(rejected(d, 3).reason.find("DAY"), std::string::npos);
  EXPECT_NE(rejected(d, 4).reason.find("full refresh"), std::string::npos);
}

TEST(fold, the_configured_shape_wins_over_the_first_record) {
  loop_driver d;
  d.settings.plans.push_back(configured("p", hourly));
  d.start();
  d.complete("p", 1);
  EXPECT_EQ(d.loop().summary().rejected, 1);
  d.append(entry_of("p", hourly, {7, 7}, mark::success));
  ASSERT_EQ(d.remote.all().size(), 1U);
  EXPECT_EQ(d.remote.all()[0].said.unit, granularity::hour);
}

TEST(fold, a_plan_configured_as_partitioned_takes_any_granularity_and_no_full_refresh) {
  loop_driver d;
  d.settings.plans.push_back({"p", {}, {}, std::nullopt, {}, true});
  d.start();
  d.append(entry_of("p", whole, whole_table, mark::success));
  EXPECT_NE(rejected(d, 1).reason.find("full refresh: this plan is configured as partitioned"), std::string::npos) << rejected(d, 1).reason;
  d.append(entry_of("p", hourly, {7, 7}, mark::success));
  d.append(entry_of("p", whole, whole_table, mark::success));
  EXPECT_NE(rejected(d, 3).reason.find("HOUR"), std::string::npos);
  ASSERT_EQ(d.remote.all().size(), 1U);
  EXPECT_EQ(d.remote.all()[0].said.unit, granularity::hour);
}

TEST(fold, a_batch_of_wrong_records_is_counted_whole_and_logged_in_part) {
  loop_driver d;
  for (std::int64_t n = 0; n < rejects_logged_per_batch + 5; ++n) {
    journal_entry e = entry_of("p", daily, {n, n}, mark::success);
    e.outcome = "maybe";
    d.journal.append(std::move(e));
  }
  d.start();
  EXPECT_EQ(d.log.count("record.rejected"), 20U) << "docs/events.md says so";
  EXPECT_EQ(d.state.stored().rejected.size(), static_cast<std::size_t>(rejects_logged_per_batch + 5));
}

}  // namespace
}  // namespace partmark::testing
