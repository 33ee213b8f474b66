// The exact bytes of every call, and the calls that must never be built.
#include "can/requests.hpp"

#include "can/auth.hpp"

#include <gtest/gtest.h>

#include <array>
#include <boost/json.hpp>
#include <string>
#include <vector>

namespace partmark::can {
namespace {

constexpr plan_shape daily{plan_kind::partitioned, granularity::day};

ordinal day(std::string_view text) { return parse_partition(granularity::day, text).value(); }

TEST(requests, an_update_carries_both_lists_as_the_api_shows_them) {
  const std::array success = {range{day("2025-10-20"), day("2025-10-22")}};
  const std::array failed = {range{day("2025-10-23"), day("2025-10-23")}};
  const http_request r = update_partitions("ecfc2a9539a04ef49897a9b4e3d65e7f", "MANUAL", daily, success, failed);
  EXPECT_EQ(r.method, "POST");
  EXPECT_EQ(r.target, "/anymetrics/api/v1/accelerate/plan/updatePartition");
  EXPECT_TRUE(r.headers.empty());
  EXPECT_EQ(r.body, R"({"uuid":"ecfc2a9539a04ef49897a9b4e3d65e7f","runType":"MANUAL",)"
                    R"("successTimeRange":[{"dateGranularity":"DAY","startTime":"2025-10-20T00:00:00","endTime":"2025-10-22T00:00:00"}],)"
                    R"("failedTimeRange":[{"dateGranularity":"DAY","startTime":"2025-10-23T00:00:00","endTime":"2025-10-23T00:00:00"}]})");
}

TEST(requests, an_empty_list_and_a_missing_run_type_leave_no_key) {
  const std::array failed = {range{day("2025-10-23"), day("2025-10-23")}, range{day("2025-10-25"), day("2025-10-26")}};
  EXPECT_EQ(update_partitions("u", std::nullopt, daily, {}, failed).body,
            R"({"uuid":"u","failedTimeRange":[{"dateGranularity":"DAY","startTime":"2025-10-23T00:00:00","endTime":"2025-10-23T00:00:00"},)"
            R"({"dateGranularity":"DAY","startTime":"2025-10-25T00:00:00","endTime":"2025-10-26T00:00:00"}]})");
}

TEST(requests, every_granularity_is_named_and_its_last_partition_is_given_by_its_start) {
  struct example {
    granularity unit;
    std::string_view first, last, item;
  };
  const std::array<example, 7> examples = {{
      {granularity::minute, "2024-02-29T23:59:00", "2024-03-01T00:00:00",
       R"({"dateGranularity":"MINUTE","startTime":"2024-02-29T23:59:00","endTime":"2024-03-01T00:00:00"})"},
      {granularity::hour, "2024-02-29T23:00:00", "2024-03-01T00:00:00",
       R"({"dateGranularity":"HOUR","startTime":"2024-02-29T23:00:00","endTime":"2024-03-01T00:00:00"})"},
      {granularity::day, "0001-01-01", "9999-12-31",
       R"({"dateGranularity":"DAY","startTime":"0001-01-01T00:00:00","endTime":"9999-12-31T00:00:00"})"},
      {granularity::week, "2024-12-30", "2025-01-06",
       R"({"dateGranularity":"WEEK","startTime":"2024-12-30T00:00:00","endTime":"2025-01-06T00:00:00"})"},
      {granularity::month, "1969-12", "1970-01",
       R"({"dateGranularity":"MONTH","startTime":"1969-12-01T00:00:00","endTime":"1970-01-01T00:00:00"})"},
      {granularity::quarter, "2024-10", "2025-01",
       R"({"dateGranularity":"QUARTER","startTime":"2024-10-01T00:00:00","endTime":"2025-01-01T00:00:00"})"},
      {granularity::year, "1900", "2000",
       R"({"dateGranularity":"YEAR","startTime":"1900-01-01T00:00:00","endTime":"2000-01-01T00:00:00"})"},
  }};
  for (const auto& [unit, first, last, item] : examples) {
    const std::array list = {range{parse_partition(unit, first).value(), parse_partition(unit, last).value()}};
    EXPECT_EQ(clear_partitions("u", {plan_kind::partitioned, unit}, list).body, R"({"uuid":"u","timeRange":[)" + std::string(item) + "]}");
  }
}

TEST(requests, a_full_refresh_sends_neither_list) {
  EXPECT_EQ(full_refresh_done("u", std::nullopt).body, R"({"uuid":"u"})");
  EXPECT_EQ(full_refresh_done("u", "MANUAL").body, R"({"uuid":"u","runType":"MANUAL"})");
  EXPECT_EQ(full_refresh_done("u", "MANUAL").target, "/anymetrics/api/v1/accelerate/plan/updatePartition");
}

TEST(requests, a_clear_goes_to_its_own_path) {
  const std::array list = {range{0, 0}};
  EXPECT_EQ(clear_partitions("u", daily, list).target, "/anymetrics/api/v1/accelerate/plan/clearPartition");
}

TEST(requests, names_of_any_utf8_survive_json_and_urls) {
  const std::string name = "a\"b\\c/\n\t\x01\x7f é 指标 😀 &?#%+";
  const std::array list = {range{0, 0}};
  const auto body = boost::json::parse(update_partitions(name, name, daily, list, {}).body);
  EXPECT_EQ(body.at("uuid").as_string(), name);
  EXPECT_EQ(body.at("runType").as_string(), name);
  EXPECT_EQ(
      list_partitions("a b/é&=?#%+~._-Z9", 2, 500).target,
      "/anymetrics/api/v1/accelerate/plan/queryMtPartitionList?uuid=a%20b%2F%C3%A9%26%3D%3F%23%25%2B~._-Z9&pageNumber=2&pageSize=500");
}

TEST(requests, a_listing_of_partitions_is_a_bodyless_get) {
  const http_request r = list_partitions("u", 1, 1000);
  EXPECT_EQ(r.method, "GET");
  EXPECT_TRUE(r.body.empty());
}

TEST(requests, the_other_calls_say_what_the_api_asks) {
  EXPECT_EQ(list_plans("EXTERNAL", 3, 200).body, R"({"materializeType":"EXTERNAL","pager":{"pageNumber":3,"pageSize":200}})");
  EXPECT_EQ(list_plans("EXTERNAL", 3, 200).target, "/anymetrics/api/v1/accelerate/plan/queryAccelerateResultPlanList");
  EXPECT_EQ(trigger("starrocks.`default_catalog.schema`.p_order", "tn_1", "2025-10-20").body,
            R"({"tableName":"starrocks.`default_catalog.schema`.p_order","tenantId":"tn_1","tablePartition":"2025-10-20"})");
  EXPECT_EQ(trigger("t", "tn_1", "2025-10-20").target, "/anymetrics/api/v1/scheduler/task/trigger");
  EXPECT_EQ(create_token("id", "s\"ecret", std::chrono::hours(6)).body, R"({"appId":"id","appSecret":"s\"ecret","expire":21600})");
  EXPECT_EQ(create_token("id", "s", std::chrono::hours(6)).target, "/anymetrics/api/v1/token/create");
}

TEST(requests, common_headers_hold_no_credential) {
  const header_list expected = {{"content-type", "application/json"}, {"accept", "application/json"}, {"tenant-id", "tn_597771"}};
  EXPECT_EQ(common_headers("tn_597771"), expected);
}

using requests_death = ::testing::Test;

TEST(requests_death, an_update_without_ranges_would_claim_a_full_refresh) {
  EXPECT_DEATH((void)update_partitions("u", std::nullopt, daily, {}, {}), "success.empty");
}

TEST(requests_death, an_update_with_ranges_is_for_partitioned_plans_only) {
  const std::array list = {range{0, 0}};
  EXPECT_DEATH((void)update_partitions("u", std::nullopt, {plan_kind::full_refresh, granularity::day}, list, {}), "partitioned");
}

TEST(requests_death, a_clear_without_ranges_might_clear_everything) {
  EXPECT_DEATH((void)clear_partitions("u", daily, {}), "cleared.empty");
}

TEST(requests_death, lists_that_are_not_canonical_are_refused) {
  const std::vector<range> fine = {{1, 2}, {4, 4}};
  const std::vector<std::vector<range>> wrong = {{{4, 4}, {1, 2}}, {{1, 2}, {2, 3}}, {{1, 2}, {3, 4}}, {{2, 1}}};
  for (const auto& list : wrong) {
    EXPECT_DEATH((void)update_partitions("u", std::nullopt, daily, list, {}), "is_canonical");
    EXPECT_DEATH((void)clear_partitions("u", daily, list), "is_canonical");
  }
  const std::vector<range> across = {{0, 0}, {2, 3}};
  EXPECT_DEATH((void)update_partitions("u", std::nullopt, daily, fine, across), "is_disjoint");
  const std::vector<range> up_to = {{0, 1}};
  EXPECT_DEATH((void)update_partitions("u", std::nullopt, daily, fine, up_to), "is_disjoint");
  const std::vector<range> beside = {{0, 0}, {3, 3}, {5, 9}};
  EXPECT_EQ(boost::json::parse(update_partitions("u", std::nullopt, daily, fine, beside).body).at("failedTimeRange").as_array().size(), 3U);
}

TEST(auth, the_four_types_are_named_as_the_api_names_them) {
  for (const auto t : {auth_type::uid, auth_type::token, auth_type::account, auth_type::apikey}) EXPECT_EQ(parse_auth_type(to_text(t)), t);
  EXPECT_EQ(to_text(auth_type::apikey), "APIKEY");
  EXPECT_EQ(parse_auth_type("uid"), std::nullopt);
  const header_list expected = {{"auth-type", "UID"}, {"auth-value", "1234"}};
  EXPECT_EQ(auth_headers(auth_type::uid, "1234"), expected);
}

TEST(auth, a_value_that_no_header_can_carry_is_refused_without_quoting_it) {
  for (const std::string& value : {std::string(), std::string("hunter2\n"), std::string("hunt\r\nx: er2"), std::string(" hunter2"),
                                   std::string("hunter2 "), std::string(8001, 'h'), std::string("hunter2\0", 8)}) {
    const auto checked = check_auth_value(value);
    ASSERT_TRUE(checked.has_error()) << value;
    EXPECT_EQ(checked.error().message.find("hunt"), std::string::npos);
  }
  EXPECT_TRUE(check_auth_value("h").has_value());
  EXPECT_TRUE(check_auth_value(std::string(8000, 'h')).has_value());
  EXPECT_TRUE(check_auth_value("two words").has_value());
}

TEST(auth, a_tenant_id_is_at_most_32_visible_characters) {
  EXPECT_TRUE(check_tenant_id("tn_597771").has_value());
  EXPECT_TRUE(check_tenant_id(std::string(32, 't')).has_value());
  for (const std::string& value : {std::string(), std::string(33, 't'), std::string("tn 1"), std::string("tn\n"), std::string("tné")})
    EXPECT_TRUE(check_tenant_id(value).has_error()) << value;
}

}  // namespace
}  // namespace partmark::can
