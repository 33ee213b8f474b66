#include "cli/record_check.hpp"

#include <gtest/gtest.h>

#include <string>

namespace partmark {
namespace {

constexpr std::int64_t partitions_max = 100;

new_plan_record days(std::string_view first, std::optional<std::string_view> last) {
  return {.plan = "p", .granularity = "DAY", .first = first, .last = last, .outcome = "success"};
}

std::string refusal_of(const new_plan_record& r) {
  const auto right = check(r, partitions_max);
  return right ? "" : right.error().message;
}

TEST(record_check, a_right_record_passes) {
  EXPECT_EQ(refusal_of(days("2025-10-20", "2025-10-22")), "");
  EXPECT_EQ(refusal_of({.plan = "p", .outcome = "success"}), "");
}

TEST(record_check, what_the_fold_would_reject_is_refused_now) {
  EXPECT_NE(refusal_of(days("2025-02-30", std::nullopt)).find("2025-02-30"), std::string::npos);
  EXPECT_NE(refusal_of(days("2025-10-20T12:00:00", std::nullopt)), "");
  EXPECT_NE(refusal_of(days("2025-10-20", "2025-10-19")), "");
  EXPECT_NE(refusal_of(days("2025-01-01", "2025-12-31")).find("100"), std::string::npos);
  EXPECT_NE(refusal_of({.plan = "p", .outcome = "cleared"}), "");
}

TEST(record_check, what_the_journal_would_refuse_is_refused_with_the_column_named) {
  new_plan_record r = days("2025-10-20", std::nullopt);
  const std::string long_text(1025, 'x');
  r.job = long_text;
  EXPECT_EQ(refusal_of(r).find("job "), 0U);
  r = days("2025-10-20", std::nullopt);
  r.run_type = std::string_view(long_text).substr(0, 65);
  EXPECT_EQ(refusal_of(r).find("run_type "), 0U);
  r = days("2025-10-20", std::nullopt);
  r.dedupe_key = "";
  EXPECT_EQ(refusal_of(r).find("dedupe_key "), 0U);
  r.dedupe_key = "bad\xff";
  EXPECT_NE(refusal_of(r), "");
}

TEST(record_check, tables_have_a_name_of_three_parts_and_a_day) {
  const auto refused = [](std::string_view table, std::string_view partition, std::string_view outcome) {
    return !check(new_table_record{.table_name = table, .partition = partition, .outcome = outcome});
  };
  EXPECT_FALSE(refused("starrocks.`default_catalog.schema`.p_order", "2025-10-20", "success"));
  EXPECT_TRUE(refused("p_order", "2025-10-20", "success"));
  EXPECT_TRUE(refused("starrocks.`default_catalog.schema`.p_order", "2025-02-30", "success"));
  EXPECT_TRUE(refused("starrocks.`default_catalog.schema`.p_order", "2025-10-20", "cleared"));
}

}  // namespace
}  // namespace partmark
