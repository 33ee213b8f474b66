// The simulator's model: what it holds after each call, and what it refuses. A checker that is too lenient would hide partmark's mistakes.
#include "can_simulator/can_model.hpp"
#include "can_simulator/civil.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <boost/json.hpp>
#include <map>
#include <string>
#include <vector>

namespace partmark::testing {
namespace {

constexpr std::string_view update_path = "/anymetrics/api/v1/accelerate/plan/updatePartition";
constexpr std::string_view clear_path = "/anymetrics/api/v1/accelerate/plan/clearPartition";
constexpr std::string_view list_path = "/anymetrics/api/v1/accelerate/plan/queryMtPartitionList";
constexpr std::string_view trigger_path = "/anymetrics/api/v1/scheduler/task/trigger";
constexpr std::string_view token_path = "/anymetrics/api/v1/token/create";

http_request post(std::string_view path, std::string body) {
  return {"POST",
          std::string(path),
          {{"content-type", "application/json"}, {"tenant-id", "tn_1"}, {"auth-type", "UID"}, {"auth-value", "1234"}},
          std::move(body)};
}

http_request listing(std::string_view query) {
  http_request r = post(std::string(list_path) + "?" + std::string(query), "");
  r.method = "GET";
  return r;
}

std::string item(std::string_view unit, std::string_view first, std::string_view last) {
  return R"({"dateGranularity":")" + std::string(unit) + R"(","startTime":")" + std::string(first) + R"(","endTime":")" +
         std::string(last) + "\"}";
}

std::string day(std::string_view first, std::string_view last) {
  return item("DAY", std::string(first) + "T00:00:00", std::string(last) + "T00:00:00");
}

bool accepted(const http_reply& reply) { return reply.status == 200 && boost::json::parse(reply.body).at("success") == true; }

boost::json::value plan_state(const can_model& model, std::string_view plan) { return model.to_json().at("plans").at(plan); }

TEST(can_model, the_vendors_example_marks_what_it_says) {
  can_model model;
  EXPECT_TRUE(
      accepted(model.answer(post(update_path, R"({"uuid":"p","runType":"MANUAL","successTimeRange":[)" + day("2025-10-20", "2025-10-22") +
                                                  R"(],"failedTimeRange":[)" + day("2025-10-23", "2025-10-23") + "]}"),
                            0)));
  const auto plan = plan_state(model, "p");
  EXPECT_EQ(plan.at("granularity"), "DAY");
  EXPECT_EQ(boost::json::serialize(plan.at("success")), R"([{"first":"2025-10-20T00:00:00","last":"2025-10-22T00:00:00"}])");
  EXPECT_EQ(boost::json::serialize(plan.at("failed")), R"([{"first":"2025-10-23T00:00:00","last":"2025-10-23T00:00:00"}])");
  EXPECT_TRUE(model.violations().empty());
}

TEST(can_model, a_clear_takes_marks_away_and_a_later_mark_replaces_an_earlier_one) {
  can_model model;
  model.answer(post(update_path, R"({"uuid":"p","successTimeRange":[)" + day("2025-10-01", "2025-10-31") + "]}"), 0);
  model.answer(post(update_path, R"({"uuid":"p","failedTimeRange":[)" + day("2025-10-10", "2025-10-12") + "]}"), 0);
  model.answer(post(clear_path, R"({"uuid":"p","timeRange":[)" + day("2025-10-12", "2025-10-13") + "]}"), 0);
  EXPECT_EQ(
      boost::json::serialize(plan_state(model, "p").at("success")),
      R"([{"first":"2025-10-01T00:00:00","last":"2025-10-09T00:00:00"},{"first":"2025-10-14T00:00:00","last":"2025-10-31T00:00:00"}])");
  EXPECT_EQ(boost::json::serialize(plan_state(model, "p").at("failed")),
            R"([{"first":"2025-10-10T00:00:00","last":"2025-10-11T00:00:00"}])");
}

TEST(can_model, every_breach_of_the_protocol_is_refused_and_noted) {
  const std::string one = day("2025-10-20", "2025-10-20");
  const std::vector<std::pair<std::string_view, std::string>> breaches = {
      {update_path, "not json"},
      {update_path, "[]"},
      {update_path, "{}"},
      {update_path, R"({"uuid":""})"},
      {update_path, R"({"uuid":7,"successTimeRange":[)" + one + "]}"},
      {update_path, R"({"uuid":"p","extra":1,"successTimeRange":[)" + one + "]}"},
      {update_path, R"({"uuid":"p","runType":null,"successTimeRange":[)" + one + "]}"},
      {update_path, R"({"uuid":"p","successTimeRange":[],"failedTimeRange":[)" + one + "]}"},
      {update_path, R"({"uuid":"p","successTimeRange":null,"failedTimeRange":[)" + one + "]}"},
      {update_path, R"({"uuid":"p","successTimeRange":["2025-10-20"]})"},
      {update_path, R"({"uuid":"p","successTimeRange":[)" + item("Day", "2025-10-20T00:00:00", "2025-10-20T00:00:00") + "]}"},
      {update_path, R"({"uuid":"p","successTimeRange":[)" + item("DAY", "2025-10-20", "2025-10-20") + "]}"},
      {update_path, R"({"uuid":"p","successTimeRange":[)" + item("DAY", "2025-10-20T00:00:01", "2025-10-20T00:00:01") + "]}"},
      {update_path, R"({"uuid":"p","successTimeRange":[)" + item("DAY", "2025-02-29T00:00:00", "2025-02-29T00:00:00") + "]}"},
      {update_path, R"({"uuid":"p","successTimeRange":[)" + item("WEEK", "2025-10-21T00:00:00", "2025-10-21T00:00:00") + "]}"},
      {update_path, R"({"uuid":"p","successTimeRange":[)" + day("2025-10-21", "2025-10-20") + "]}"},
      {update_path, R"({"uuid":"p","successTimeRange":[)" + day("2025-10-22", "2025-10-22") + "," + one + "]}"},
      {update_path, R"({"uuid":"p","successTimeRange":[)" + one + "," + one + "]}"},
      {update_path, R"({"uuid":"p","successTimeRange":[)" + one + "," + day("2025-10-21", "2025-10-21") + "]}"},
      {update_path, R"({"uuid":"p","successTimeRange":[)" + one + R"(],"failedTimeRange":[)" + day("2025-10-19", "2025-10-21") + "]}"},
      {update_path, R"({"uuid":"known"})"},
      {update_path, R"({"uuid":"known","successTimeRange":[)" + item("MONTH", "2025-10-01T00:00:00", "2025-10-01T00:00:00") + "]}"},
      {update_path, R"({"uuid":"whole","successTimeRange":[)" + one + "]}"},
      {clear_path, R"({"uuid":"known"})"},
      {clear_path, R"({"uuid":"known","timeRange":[]})"},
      {clear_path, "[" + one + "]"},
      {clear_path, R"({"uuid":"known","runType":"MANUAL","timeRange":[)" + one + "]}"},
      {trigger_path, R"({"tableName":"t","tenantId":"other","tablePartition":"2025-10-20"})"},
      {trigger_path, R"({"tableName":"t","tenantId":"tn_1","tablePartition":"2025-10-20T00:00:00"})"},
      {trigger_path, R"({"tableName":")" + std::string(129, 't') + R"(","tenantId":"tn_1","tablePartition":"2025-10-20"})"},
      {token_path, R"({"appId":"a"})"},
      {token_path, R"({"appId":"a","appSecret":"s","expire":"6h"})"},
  };
  for (const auto& [path, body] : breaches) {
    can_model model;
    model.define_plan("known", granularity::day);
    model.define_plan("whole", std::nullopt);
    const auto before = model.to_json().at("plans");
    EXPECT_FALSE(accepted(model.answer(post(path, body), 0))) << body;
    EXPECT_FALSE(model.violations().empty()) << body;
    EXPECT_EQ(model.to_json().at("plans"), before) << body;
  }
}

TEST(can_model, headers_are_checked_too) {
  const std::string body = R"({"uuid":"p","successTimeRange":[)" + day("2025-10-20", "2025-10-20") + "]}";
  const std::vector<std::pair<std::string, std::string>> wrong = {
      {"tenant-id", ""}, {"tenant-id", std::string(33, 't')}, {"auth-type", "uid"}, {"auth-value", ""}, {"content-type", "text/plain"}};
  for (const auto& [name, value] : wrong) {
    can_model model;
    http_request r = post(update_path, body);
    for (auto& [n, v] : r.headers)
      if (n == name) v = value;
    EXPECT_FALSE(accepted(model.answer(r, 0))) << name;
    EXPECT_EQ(model.violations().size(), 1U) << name;
  }
  can_model model;
  http_request r = post(update_path, body);
  r.headers.emplace_back("query-user-account", "me");
  EXPECT_FALSE(accepted(model.answer(r, 0)));
}

TEST(can_model, a_bare_call_on_a_new_plan_is_a_full_refresh) {
  can_model model;
  EXPECT_TRUE(accepted(model.answer(post(update_path, R"({"uuid":"p","runType":"MANUAL"})"), 0)));
  EXPECT_EQ(plan_state(model, "p").at("refreshes"), 1);
  EXPECT_EQ(plan_state(model, "p").at("kind"), "full_refresh");
}

TEST(can_model, a_lie_changes_nothing) {
  can_model model;
  const auto checked = model.check(post(update_path, R"({"uuid":"p","successTimeRange":[)" + day("2025-10-20", "2025-10-20") + "]}"), 0);
  ASSERT_FALSE(checked.refusal);
  EXPECT_TRUE(accepted(model.pretend(checked.call)));
  EXPECT_TRUE(model.plans().empty());
}

TEST(can_model, a_token_is_made_used_and_dies) {
  can_model model;
  model.configure({.auth_type = "UID", .auth_value = "1234", .app_id = "a", .app_secret = "s"});
  EXPECT_FALSE(accepted(model.answer(post(token_path, R"({"appId":"a","appSecret":"wrong"})"), 0)));
  const auto made = boost::json::parse(model.answer(post(token_path, R"({"appId":"a","appSecret":"s","expire":10})"), 1000).body);
  http_request use = post(update_path, R"({"uuid":"p"})");
  use.headers[2].second = "TOKEN";
  use.headers[3].second = made.at("data").as_string();
  EXPECT_TRUE(accepted(model.answer(use, 10'999)));
  EXPECT_EQ(model.answer(use, 11'000).status, 401U);
  use.headers[3].second = "invented";
  EXPECT_EQ(model.answer(use, 2000).status, 401U);
  EXPECT_TRUE(model.violations().empty());
}

TEST(can_model, triggers_are_counted_by_table_and_date) {
  can_model model;
  for (int i = 0; i < 2; ++i) {
    const auto reply = model.answer(post(trigger_path, R"({"tableName":"a.`b.c`.d","tenantId":"tn_1","tablePartition":"2025-10-20"})"), 0);
    EXPECT_EQ(boost::json::parse(reply.body).at("succeed"), true);
  }
  EXPECT_EQ((model.triggers().at({"a.`b.c`.d", "2025-10-20"})), 2);
}

TEST(can_model, listings_page_through_what_queries_may_use) {
  for (const bool enveloped : {false, true}) {
    can_model model;
    model.configure({.enveloped_lists = enveloped});
    model.answer(
        post(update_path, R"({"uuid":"p q","successTimeRange":[)" + day("2025-10-01", "2025-10-03") + "," +
                              day("2025-10-05", "2025-10-05") + R"(],"failedTimeRange":[)" + day("2025-10-04", "2025-10-04") + "]}"),
        0);
    std::vector<std::string> seen;
    for (int page = 1; page < 9; ++page) {
      const auto reply = boost::json::parse(model.answer(listing("uuid=p%20q&pageNumber=" + std::to_string(page) + "&pageSize=3"), 0).body);
      const auto& partition = (enveloped ? reply.at("data") : reply).at("partition");
      for (const auto& v : partition.at("paritionList").as_array()) seen.emplace_back(v.at("value").as_string());
      EXPECT_EQ(partition.at("total"), 4);
      if (!partition.at("hasNext").as_bool()) break;
    }
    EXPECT_EQ(seen, (std::vector<std::string>{"2025-10-05", "2025-10-03", "2025-10-02", "2025-10-01"}));
    EXPECT_TRUE(model.violations().empty());
  }
}

TEST(can_model, what_it_holds_survives_as_json) {
  can_model model;
  model.answer(post(update_path, R"({"uuid":"p","successTimeRange":[)" + day("2025-10-01", "2025-10-03") + R"(],"failedTimeRange":[)" +
                                     day("2025-10-04", "2025-10-04") + "]}"),
               0);
  model.answer(post(update_path, R"({"uuid":"whole"})"), 0);
  model.answer(post(trigger_path, R"({"tableName":"t","tenantId":"tn_1","tablePartition":"2025-10-20"})"), 0);
  model.answer(post(token_path, R"({"appId":"a","appSecret":"s"})"), 0);
  model.answer(post(update_path, "wrong"), 0);
  can_model other;
  other.restore(model.to_json());
  EXPECT_EQ(other.to_json(), model.to_json());
}

TEST(partition_book, marks_and_clears_equal_a_state_per_partition) {
  rc::check([] {
    partition_book book;
    std::map<std::int64_t, partition_state> oracle;
    const int steps = *rc::gen::inRange(0, 40);
    for (int i = 0; i < steps; ++i) {
      const auto first = *rc::gen::inRange<std::int64_t>(-20, 20);
      const auto last = first + *rc::gen::inRange<std::int64_t>(0, 10);
      const int what = *rc::gen::inRange(0, 3);
      const auto state = what == 0 ? partition_state::success : partition_state::failed;
      if (what == 2)
        book.clear(first, last);
      else
        book.mark(first, last, state);
      for (auto p = first; p <= last; ++p) {
        oracle.erase(p);
        if (what != 2) oracle[p] = state;
      }
    }
    std::map<std::int64_t, partition_state> held;
    const auto runs = book.runs();
    for (std::size_t i = 0; i < runs.size(); ++i) {
      if (i > 0) {
        RC_ASSERT(runs[i - 1].last < runs[i].first);
      }
      for (auto p = runs[i].first; p <= runs[i].last; ++p) held[p] = runs[i].state;
    }
    RC_ASSERT(held == oracle);
  });
}

TEST(civil, starts_are_read_and_written_back_in_every_unit) {
  const std::vector<std::pair<granularity, std::string>> starts = {
      {granularity::minute, "2024-02-29T23:59:00"}, {granularity::hour, "0001-01-01T00:00:00"},
      {granularity::day, "9999-12-31T00:00:00"},    {granularity::week, "2024-12-30T00:00:00"},
      {granularity::month, "1969-12-01T00:00:00"},  {granularity::quarter, "1970-04-01T00:00:00"},
      {granularity::year, "2000-01-01T00:00:00"},
  };
  for (const auto& [unit, text] : starts) {
    const auto p = partition_at(unit, text);
    ASSERT_TRUE(p) << text;
    EXPECT_EQ(start_of(unit, *p), text);
    EXPECT_EQ(unit_named(name_of(unit)), unit);
    EXPECT_EQ(partition_at(unit, start_of(unit, *p - (text.starts_with("0001") ? 0 : 1))), *p - (text.starts_with("0001") ? 0 : 1));
  }
  EXPECT_FALSE(partition_at(granularity::quarter, "2025-02-01T00:00:00"));
  EXPECT_FALSE(partition_at(granularity::day, "1900-02-29T00:00:00"));
  EXPECT_FALSE(partition_at(granularity::day, "2025-10-20 00:00:00"));
  EXPECT_FALSE(partition_at(granularity::hour, "2025-10-20T24:00:00"));
}

// Two calendars written apart must agree, or one of them is wrong.
TEST(civil, agrees_with_the_calendar_of_the_project) {
  rc::check([] {
    const auto unit = static_cast<granularity>(*rc::gen::inRange(0, 7));
    const range limits = ordinal_limits(unit);
    const auto o = *rc::gen::inRange<std::int64_t>(limits.first, limits.last + 1);
    const std::string start = partition_start(unit, o);
    const auto p = partition_at(unit, start);
    RC_ASSERT(p.has_value());
    RC_ASSERT(start_of(unit, *p) == start);
  });
}

}  // namespace
}  // namespace partmark::testing
