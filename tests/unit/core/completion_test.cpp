#include "core/completion.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace partmark {
namespace {

constexpr std::int64_t partitions_max = 100'000;

completion_row day_row() {
  completion_row row;
  row.seq = 7;
  row.plan = "ecfc2a9539a04ef49897a9b4e3d65e7f";
  row.granularity = "DAY";
  row.first = "2025-10-20";
  row.last = "2025-10-22";
  row.outcome = "success";
  return row;
}

completion_row full_refresh_row() {
  completion_row row = day_row();
  row.granularity = row.first = row.last = std::nullopt;
  return row;
}

std::string reason(const completion_row& row, std::int64_t limit = partitions_max) {
  const result<completion> decoded = decode(row, limit);
  if (decoded) return "accepted";
  EXPECT_EQ(decoded.error().code, errc::invalid);
  EXPECT_TRUE(is_plain_text(decoded.error().message));
  return decoded.error().message;
}

TEST(decode, a_range_of_days) {
  const completion c = decode(day_row(), partitions_max).value();
  EXPECT_EQ(c.shape, (plan_shape{plan_kind::partitioned, granularity::day}));
  EXPECT_EQ(c.partitions, (range{20381, 20383}));
  EXPECT_EQ(c.outcome, mark::success);
}

TEST(decode, without_last_a_record_is_one_partition) {
  completion_row row = day_row();
  row.last = std::nullopt;
  row.outcome = "cleared";
  const completion c = decode(row, partitions_max).value();
  EXPECT_EQ(c.partitions, (range{20381, 20381}));
  EXPECT_EQ(c.outcome, mark::cleared);
}

TEST(decode, a_last_that_is_first_is_one_partition) {
  completion_row row = day_row();
  row.last = row.first;
  EXPECT_EQ(decode(row, partitions_max).value().partitions, (range{20381, 20381}));
}

TEST(decode, first_and_last_may_be_written_in_different_forms) {
  completion_row row = day_row();
  row.granularity = "YEAR";
  row.first = "2024";
  row.last = "2025-01-01T00:00:00";
  EXPECT_EQ(decode(row, partitions_max).value().partitions, (range{54, 55}));
  row.first = "2025";
  EXPECT_EQ(decode(row, partitions_max).value().partitions, (range{55, 55}));
}

TEST(decode, a_full_refresh_is_the_whole_table) {
  for (const mark outcome : {mark::success, mark::failed}) {
    completion_row row = full_refresh_row();
    row.outcome = to_text(outcome);
    const completion c = decode(row, partitions_max).value();
    EXPECT_EQ(c.shape, (plan_shape{plan_kind::full_refresh, granularity::day}));
    EXPECT_EQ(c.partitions, whole_table);
    EXPECT_EQ(c.outcome, outcome);
  }
}

TEST(decode, every_granularity_with_every_outcome) {
  for (const granularity g : {granularity::minute, granularity::hour, granularity::day, granularity::week, granularity::month,
                              granularity::quarter, granularity::year})
    for (const mark outcome : {mark::success, mark::failed, mark::cleared}) {
      const ordinal o = partition_containing(g, partition_start_time(granularity::day, 20381));
      const std::string first = partition_start(g, o);
      const std::string last = partition_start(g, o + 2);
      completion_row row = day_row();
      row.granularity = to_text(g);
      row.first = first;
      row.last = last;
      row.outcome = to_text(outcome);
      const completion c = decode(row, partitions_max).value();
      EXPECT_EQ(c.shape, (plan_shape{plan_kind::partitioned, g}));
      EXPECT_EQ(c.partitions, (range{o, o + 2}));
      EXPECT_EQ(c.outcome, outcome);
    }
}

TEST(decode, every_wrong_row_is_refused_with_its_column_and_value) {
  const std::string long_name(plan_name_bytes_max + 1, 'p');
  struct wrong {
    std::string_view reason;
    std::function<void(completion_row&)> spoil;
  };
  const wrong table[] = {
      {"plan is empty; leave it out or name something", [](auto& r) { r.plan = ""; }},
      {"plan \"ppppp", [&](auto& r) { r.plan = long_name; }},
      {"plan \"a?b\" has control characters", [](auto& r) { r.plan = "a\nb"; }},
      {"plan \"a?b\" has control characters", [](auto& r) { r.plan = std::string_view("a\0b", 3); }},
      {"plan \"a?\" is not UTF-8", [](auto& r) { r.plan = "a\xe9"; }},
      {"run_type is empty", [](auto& r) { r.run_type = ""; }},
      {"run_type \"MANUAL?\" has control characters", [](auto& r) { r.run_type = "MANUAL\n"; }},
      {"run_type \"?\" is not UTF-8", [](auto& r) { r.run_type = "\xff"; }},
      {"run_type \"ppppp", [&](auto& r) { r.run_type = long_name; }},
      {"job \"?[2J\" has control characters", [](auto& r) { r.job = "\x1b[2J"; }},
      {"job \"??\" is not UTF-8", [](auto& r) { r.job = "\xc0\x80"; }},
      {"outcome \"\" is unknown; expected success, failed or cleared", [](auto& r) { r.outcome = ""; }},
      {"outcome \"SUCCESS\" is unknown", [](auto& r) { r.outcome = "SUCCESS"; }},
      {"granularity \"\" is unknown; expected MINUTE, HOUR, DAY, WEEK, MONTH, QUARTER or YEAR", [](auto& r) { r.granularity = ""; }},
      {"granularity \"day\" is unknown", [](auto& r) { r.granularity = "day"; }},
      {"granularity is NULL, but first \"2025-10-20\" is given", [](auto& r) { r.granularity = std::nullopt; }},
      {"granularity is NULL, but first \"2025-10-20\" is given", [](auto& r) { r.granularity = r.last = std::nullopt; }},
      {"granularity is NULL, but last \"2025-10-22\" is given", [](auto& r) { r.granularity = r.first = std::nullopt; }},
      {"first is NULL, but granularity \"DAY\" is given", [](auto& r) { r.first = r.last = std::nullopt; }},
      {"first is NULL, but granularity \"DAY\" is given", [](auto& r) { r.first = std::nullopt; }},
      {"first \"\" does not have the form", [](auto& r) { r.first = ""; }},
      {"first \"2025-02-30\" names a day that does not exist; expected the start of a DAY", [](auto& r) { r.first = "2025-02-30"; }},
      {"first \"2025-10\" is too short", [](auto& r) { r.first = "2025-10"; }},
      {"first \"2025-10-20T01:00:00\" falls inside the DAY that starts at 2025-10-20T00:00:00",
       [](auto& r) { r.first = "2025-10-20T01:00:00"; }},
      {"first \"2025-10-21\" falls inside the WEEK", [](auto& r) { r.granularity = "WEEK", r.first = "2025-10-21"; }},
      {"last \"2025-10-22T00:00:01\" falls inside the DAY", [](auto& r) { r.last = "2025-10-22T00:00:01"; }},
      {"last \"later\" does not have the form", [](auto& r) { r.last = "later"; }},
      {"last \"2025-10-19\" is before first \"2025-10-20\"", [](auto& r) { r.last = "2025-10-19"; }},
  };
  for (const wrong& w : table) {
    completion_row row = day_row();
    w.spoil(row);
    EXPECT_TRUE(reason(row).starts_with(w.reason)) << "expected " << w.reason << ", got " << reason(row);
  }
}

TEST(decode, a_name_may_be_as_long_as_the_limit_and_no_longer) {
  const std::string longest(plan_name_bytes_max, 'p');
  const std::string too_long = longest + "p";
  completion_row row = day_row();
  row.plan = longest;
  row.run_type = longest;
  EXPECT_EQ(reason(row), "accepted");
  row.plan = too_long;
  EXPECT_TRUE(reason(row).ends_with("…\" is 257 bytes long; at most 256 are allowed")) << reason(row);
}

TEST(decode, names_may_be_any_plain_utf8) {
  completion_row row = day_row();
  row.plan = "订单 日表 \xf0\x9f\x98\x80";
  row.run_type = "MANUAL";
  row.job = "airflow: nightly / 3";
  EXPECT_EQ(reason(row), "accepted");
}

// People read it, nothing else does: what a job calls itself must not cost its record.
TEST(decode, a_job_may_be_empty_or_long) {
  const std::string long_name(plan_name_bytes_max * 4, 'j');
  completion_row row = day_row();
  row.job = "";
  EXPECT_EQ(reason(row), "accepted");
  row.job = long_name;
  EXPECT_EQ(reason(row), "accepted");
}

TEST(decode, a_full_refresh_cannot_be_cleared) {
  completion_row row = full_refresh_row();
  row.outcome = "cleared";
  EXPECT_TRUE(reason(row).starts_with("outcome \"cleared\" is not possible for a full refresh")) << reason(row);
}

TEST(decode, a_record_may_span_as_many_partitions_as_allowed_and_no_more) {
  completion_row row = day_row();
  EXPECT_EQ(reason(row, 3), "accepted");
  EXPECT_EQ(reason(row, 2),
            "first \"2025-10-20\" to last \"2025-10-22\" are 3 partitions; at most 2 are allowed in one record "
            "(journal.max_partitions_per_record)");
  row.granularity = "MINUTE";
  row.first = "0001-01-01T00:00:00";
  row.last = "9999-12-31T23:59:00";
  EXPECT_EQ(reason(row, std::numeric_limits<std::int64_t>::max()), "accepted");
  EXPECT_TRUE(reason(row).find("are 5258964960 partitions; at most 100000") != std::string::npos) << reason(row);
}

TEST(decode, a_hostile_value_is_shown_shortened_and_without_control_characters) {
  const std::string hostile = "\x1b]0;owned\x07" + std::string(100'000, '\n');
  completion_row row = day_row();
  row.outcome = hostile;
  EXPECT_LT(reason(row).size(), 200U);
  row = day_row();
  row.granularity = hostile;
  EXPECT_LT(reason(row).size(), 250U);
  row = day_row();
  row.first = hostile;
  EXPECT_LT(reason(row).size(), 250U);
  row = day_row();
  row.plan = hostile;
  EXPECT_LT(reason(row).size(), 200U);
}

// A view that a columns' generator fills, NULL included.
std::optional<std::string_view> view(const std::optional<std::string>& text) {
  return text ? std::optional<std::string_view>(*text) : std::nullopt;
}

RC_GTEST_PROP(decode, any_row_is_either_understood_within_bounds_or_refused_in_plain_words, ()) {
  const auto text =
      rc::gen::oneOf(rc::gen::arbitrary<std::string>(), rc::gen::element<std::string>("DAY", "YEAR", "2025", "2025-10-20", "success", "x"));
  const auto column =
      rc::gen::oneOf(rc::gen::just(std::optional<std::string>()), rc::gen::map(text, [](std::string s) { return std::optional(s); }));
  const std::string plan = *text;
  const std::string outcome = *text;
  const auto unit = *column;
  const auto first = *column;
  const auto last = *column;
  const auto job = *column;
  completion_row row;
  row.plan = plan;
  row.outcome = outcome;
  row.granularity = view(unit);
  row.first = view(first);
  row.last = view(last);
  row.job = view(job);
  const auto limit = *rc::gen::inRange<std::int64_t>(0, 1000);
  const result<completion> decoded = decode(row, limit);
  if (decoded) {
    RC_ASSERT(decoded->partitions.first <= decoded->partitions.last);
    if (decoded->shape.kind == plan_kind::partitioned) RC_ASSERT(decoded->partitions.size() <= limit);
  } else {
    RC_ASSERT(decoded.error().code == errc::invalid);
    RC_ASSERT(is_plain_text(decoded.error().message));
    RC_ASSERT(decoded.error().message.size() < 400U);
  }
}

}  // namespace
}  // namespace partmark
