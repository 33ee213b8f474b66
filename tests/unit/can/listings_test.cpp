// Listings in every documented and suspected shape.
#include "can/listings.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace partmark::can {
namespace {

std::string page_text(std::string_view list, std::string_view key = "paritionList", std::string_view has_next = "false") {
  return R"({"isPartition":true,"hasData":true,"partition":{")" + std::string(key) + "\":" + std::string(list) + R"(,"hasNext":)" +
         std::string(has_next) + R"(,"total":2,"pageNumber":1,"pageSize":20}})";
}

ordinal day(std::string_view text) { return parse_partition(granularity::day, text).value(); }

TEST(partition_listing, is_read_bare_and_enveloped_in_both_spellings) {
  const std::string list = R"([{"value":"2025-10-21"},{"value":"2025-10-20"}])";
  const std::vector<std::string> bodies = {page_text(list), page_text(list, "partitionList"), "\xEF\xBB\xBF" + page_text(list),
                                           R"({"data":)" + page_text(list) + R"(,"success":true,"code":"200","errorMsg":null})",
                                           page_text(R"(["2025-10-21","2025-10-20"])")};
  for (const std::string& body : bodies) {
    const auto page = read_partition_page(body, granularity::day);
    ASSERT_TRUE(page) << body << page.error().message;
    EXPECT_EQ(page->listed, (std::vector<ordinal>{day("2025-10-21"), day("2025-10-20")})) << body;
    EXPECT_TRUE(page->is_partitioned && page->has_data && !page->has_next);
    EXPECT_EQ(page->unreadable, 0U);
  }
}

TEST(partition_listing, tells_when_more_follows) {
  EXPECT_TRUE(read_partition_page(page_text("[]", "paritionList", "true"), granularity::day)->has_next);
  EXPECT_TRUE(read_partition_page(page_text("[]", "paritionList", "null"), granularity::day).has_error());
}

TEST(partition_listing, of_a_full_refresh_table_has_no_partitions) {
  const auto page = read_partition_page(R"({"isPartition":false,"hasData":true,"partition":null})", granularity::day);
  ASSERT_TRUE(page);
  EXPECT_FALSE(page->is_partitioned);
  EXPECT_TRUE(page->has_data);
}

TEST(partition_listing, may_leave_the_partitions_out_only_where_there_is_no_data) {
  const auto empty = read_partition_page(R"({"isPartition":true,"hasData":false,"partition":null})", granularity::day);
  ASSERT_TRUE(empty);
  EXPECT_TRUE(empty->is_partitioned && empty->listed.empty() && !empty->has_next);
  EXPECT_TRUE(read_partition_page(R"({"isPartition":true,"hasData":true,"partition":null})", granularity::day).has_error());
}

TEST(partition_listing, unreadable_values_are_counted_and_the_first_is_shown) {
  const auto page = read_partition_page(
      page_text(
          R"([{"value":"2025-10-21"},{"value":"20251020"},{"value":20251020},{"value":null},{},7,{"value":"2025-02-30"},{"value":"2025-10-21T01"}])"),
      granularity::day);
  ASSERT_TRUE(page);
  EXPECT_EQ(page->listed.size(), 1U);
  EXPECT_EQ(page->unreadable, 7U);
  EXPECT_EQ(page->first_unreadable, "20251020");
}

TEST(partition_listing, a_body_that_is_no_page_is_an_error) {
  for (const std::string_view body : {"", "[]", "{}", R"({"isPartition":"yes"})", R"({"isPartition":true,"partition":null})",
                                      R"({"isPartition":true,"partition":{"hasNext":false}})", R"({"isPartition":true,"partition":[]})"})
    EXPECT_TRUE(read_partition_page(body, granularity::day).has_error()) << body;
  EXPECT_TRUE(read_partition_page(std::string(100'000, '['), granularity::day).has_error());
}

TEST(listed_value, every_iso_prefix_from_the_units_own_length_is_read) {
  struct example {
    granularity unit;
    std::string_view start;
    std::vector<std::string_view> values;
  };
  const std::vector<example> examples = {
      {granularity::year,
       "2025-01-01T00:00:00",
       {"2025", "2025-01", "2025-01-01", "2025-01-01T00", "2025-01-01 00:00", "2025-01-01T00:00:00"}},
      {granularity::quarter, "2025-10-01T00:00:00", {"2025-10", "2025-10-01", "2025-10-01 00:00:00"}},
      {granularity::month, "2025-11-01T00:00:00", {"2025-11", "2025-11-01"}},
      {granularity::week, "2025-10-20T00:00:00", {"2025-10-20", "2025-10-20T00:00"}},
      {granularity::day, "2025-10-21T00:00:00", {"2025-10-21", "2025-10-21 00:00:00"}},
      {granularity::hour, "2025-10-21T07:00:00", {"2025-10-21T07", "2025-10-21 07", "2025-10-21T07:00", "2025-10-21 07:00:00"}},
      {granularity::minute, "2025-10-21T07:31:00", {"2025-10-21T07:31", "2025-10-21 07:31", "2025-10-21T07:31:00"}},
  };
  for (const auto& [unit, start, values] : examples)
    for (const auto value : values) EXPECT_EQ(read_listed_value(unit, value).value(), parse_partition(unit, start).value()) << value;
}

TEST(listed_value, what_names_no_single_partition_is_refused) {
  const std::vector<std::pair<granularity, std::string_view>> wrong = {
      {granularity::day, "2025"},
      {granularity::day, "2025-10"},
      {granularity::month, "2025"},
      {granularity::quarter, "2025-11"},
      {granularity::week, "2025-10-21"},
      {granularity::hour, "2025-10-21"},
      {granularity::minute, "2025-10-21T07"},
      {granularity::month, "2025-11-02"},
      {granularity::day, ""},
      {granularity::day, "2025-10-2"},
      {granularity::day, "2025-10-21t00"},
      {granularity::day, "2025/10/21"},
      {granularity::day, " 2025-10-21"},
      {granularity::day, "2025-10-21T00:00:00Z"},
      {granularity::year, "0000"},
  };
  for (const auto& [unit, value] : wrong) EXPECT_TRUE(read_listed_value(unit, value).has_error()) << value;
}

TEST(plan_listing, is_read_with_its_names) {
  const std::string list =
      R"([{"id":"u1","name":"n1","displayName":"Orders","materializeType":"EXTERNAL"},{"id":"u2","name":"n2"},{"name":"n3"},7])";
  for (const std::string& body : {R"({"data":)" + list + R"(,"hasNext":true,"total":4,"success":true,"code":"200"})",
                                  R"({"data":{"data":)" + list + R"(,"hasNext":true,"total":4},"success":true})"}) {
    const auto page = read_plan_page(body);
    ASSERT_TRUE(page) << page.error().message;
    ASSERT_EQ(page->plans.size(), 2U);
    EXPECT_EQ(page->plans[0].id, "u1");
    EXPECT_EQ(page->plans[0].name, "Orders");
    EXPECT_EQ(page->plans[0].materialize_type, "EXTERNAL");
    EXPECT_EQ(page->plans[1].name, "n2");
    EXPECT_EQ(page->unreadable, 2U);
    EXPECT_TRUE(page->has_next);
  }
  EXPECT_TRUE(read_plan_page(R"({"data":null,"hasNext":false})").has_error());
  EXPECT_TRUE(read_plan_page(R"({"data":[]})").has_error());
  EXPECT_TRUE(read_plan_page("<html>please log in</html>").has_error());
}

}  // namespace
}  // namespace partmark::can
