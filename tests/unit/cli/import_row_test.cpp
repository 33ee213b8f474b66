#include "cli/import_row.hpp"
#include "cli/input_hash.hpp"

#include <gtest/gtest.h>

namespace partmark {
namespace {

using enum import_column;

import_row row_of(std::initializer_list<std::pair<import_column, std::string_view>> values) {
  import_row row;
  for (const auto& [column, value] : values) row.set(column, value);
  return row;
}

std::string refusal_of(const import_row& row) {
  const auto record = record_of(row);
  return record ? "" : record.error().message;
}

TEST(import_row, a_plans_row_becomes_a_plans_record) {
  const auto record =
      record_of(row_of({{plan, "p"}, {granularity, "DAY"}, {first, "2025-10-20"}, {outcome, "success"}, {dedupe_key, "k"}}));
  ASSERT_TRUE(record);
  const auto& r = std::get<new_plan_record>(*record);
  EXPECT_EQ(r.plan, "p");
  EXPECT_EQ(r.granularity, "DAY");
  EXPECT_EQ(r.first, "2025-10-20");
  EXPECT_EQ(r.last, std::nullopt);
  EXPECT_EQ(r.dedupe_key, "k");
}

TEST(import_row, a_tables_row_becomes_a_tables_record) {
  const auto record = record_of(row_of({{table_name, "t"}, {partition, "2025-10-20"}, {outcome, "failed"}, {job, "j"}}));
  ASSERT_TRUE(record);
  const auto& r = std::get<new_table_record>(*record);
  EXPECT_EQ(r.table_name, "t");
  EXPECT_EQ(r.partition, "2025-10-20");
  EXPECT_EQ(r.job, "j");
}

TEST(import_row, a_row_is_of_one_of_them) {
  EXPECT_NE(refusal_of(row_of({{outcome, "success"}})).find("plan is missing"), std::string::npos);
  EXPECT_NE(refusal_of(row_of({{plan, "p"}, {table_name, "t"}, {outcome, "success"}})), "");
  EXPECT_NE(refusal_of(row_of({{plan, "p"}})).find("outcome is missing"), std::string::npos);
  EXPECT_NE(refusal_of(row_of({{plan, "p"}, {outcome, "success"}, {partition, "2025-10-20"}})), "");
  EXPECT_NE(refusal_of(row_of({{table_name, "t"}, {outcome, "success"}})).find("partition is missing"), std::string::npos);
  EXPECT_NE(refusal_of(row_of({{table_name, "t"}, {outcome, "success"}, {partition, "2025-10-20"}, {first, "2025-10-20"}})), "");
}

TEST(import_row, column_names_are_exact) {
  EXPECT_EQ(parse_import_column("plan"), plan);
  EXPECT_EQ(parse_import_column("table"), table_name);
  EXPECT_EQ(parse_import_column("Plan"), std::nullopt);
  EXPECT_EQ(parse_import_column(""), std::nullopt);
}

// Published vectors of FNV-1a, 128 bits.
TEST(input_hash, is_the_published_function) {
  input_hash empty;
  EXPECT_EQ(empty.text(), "6c62272e07bb014262b821756295c58d");
  input_hash a;
  a.add("a");
  EXPECT_EQ(a.text(), "d228cb696f1a8caf78912b704e4a8964");
  input_hash in_pieces;
  in_pieces.add("foo");
  in_pieces.add("bar");
  EXPECT_EQ(in_pieces.text(), "343e1662793c64bf6f0d3597ba446f18");
}

}  // namespace
}  // namespace partmark
