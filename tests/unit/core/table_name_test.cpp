#include "core/table_name.hpp"

#include <gtest/gtest.h>

#include <string>

namespace partmark {
namespace {

constexpr const char* right = "starrocks.`default_catalog.schema`.p_order";

TEST(table_name, is_composed_of_source_catalog_schema_and_table) {
  EXPECT_TRUE(check_table_name(right));
  EXPECT_TRUE(check_table_name("源.`目录.库`.表"));
  for (const char* wrong :
       {"", "p_order", "starrocks.p_order", "starrocks.`schema`.p_order", "starrocks.`a.b`", ".`a.b`.t", "s.`.b`.t", "s.`a.`.t", "s.`a.b`.",
        "s.`a.b`.t`", "s`.`a.b`.t", "s.`a`b.c`.t", "s.a.b.t", "s.`a.b`t", "s`a.b`.t", "s.`a.b`.t\n"})
    EXPECT_FALSE(check_table_name(wrong)) << wrong;
}

TEST(table_name, has_at_most_128_bytes) {
  const std::string base = "s.`a.b`.";
  EXPECT_TRUE(check_table_name(base + std::string(128 - base.size(), 't')));
  EXPECT_FALSE(check_table_name(base + std::string(129 - base.size(), 't')));
}

table_row row_of(std::string_view partition, std::string_view outcome, std::string_view table = right) {
  table_row row;
  row.table_name = table;
  row.partition = partition;
  row.outcome = outcome;
  return row;
}

TEST(table_completion, is_a_day_and_an_outcome) {
  const auto good = decode(row_of("1970-01-02", "failed"));
  ASSERT_TRUE(good) << good.error().message;
  EXPECT_EQ(good->date, 1);
  EXPECT_EQ(good->outcome, mark::failed);
}

TEST(table_completion, says_which_column_is_wrong) {
  EXPECT_EQ(decode(row_of("2025-10-20", "success", "p_order")).error().message.substr(0, 10), "table_name");
  for (const char* partition : {"2025-02-30", "2025-10", "2025-10-20T00:00:00", "", "2025-10-2x"})
    EXPECT_EQ(decode(row_of(partition, "success")).error().message.substr(0, 9), "partition") << partition;
  for (const char* outcome : {"cleared", "", "Success"})
    EXPECT_EQ(decode(row_of("2025-10-20", outcome)).error().message.substr(0, 7), "outcome") << outcome;
}

}  // namespace
}  // namespace partmark
