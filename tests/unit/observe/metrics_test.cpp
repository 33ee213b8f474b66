#include "observe/metrics.hpp"

#include "reconcile/event_names.hpp"

#include <gtest/gtest.h>

namespace partmark {
namespace {

system_time at(std::int64_t seconds) { return system_time(std::chrono::seconds(seconds)); }

event call_ended(const char* endpoint, const char* api, const char* verdict, std::int64_t ms) {
  return {severity::debug,
          event_name::call_ended,
          "",
          {{"endpoint", std::string(endpoint)}, {"api", std::string(api)}, {"verdict", std::string(verdict)}, {"ms", ms}}};
}

metric_gauges gauges() {
  metric_gauges g;
  g.at = at(1000);
  g.version = "1.2.3";
  g.endpoints.push_back({"can", "", true, false, false, 2, 8});
  return g;
}

bool has_line(const std::string& text, const std::string& line) { return ("\n" + text).find("\n" + line + "\n") != std::string::npos; }

TEST(metrics, calls_are_counted_by_endpoint_api_and_verdict) {
  metrics m([] { return at(0); });
  m.emit(call_ended("can", "mark", "accepted", 3));
  m.emit(call_ended("can", "mark", "accepted", 40));
  m.emit(call_ended("can", "trigger", "ambiguous", 30'000));
  m.emit(call_ended("can", "nonsense", "accepted", 1));
  const std::string text = m.text(gauges());
  EXPECT_TRUE(has_line(text, R"(partmark_calls_total{endpoint="can",api="mark",verdict="accepted"} 2)")) << text;
  EXPECT_TRUE(has_line(text, R"(partmark_calls_total{endpoint="can",api="trigger",verdict="ambiguous"} 1)"));
  EXPECT_TRUE(has_line(text, R"(partmark_calls_total{endpoint="can",api="list",verdict="retry"} 0)")) << "there from the first scrape on";
  EXPECT_EQ(text.find("nonsense"), std::string::npos);
}

TEST(metrics, buckets_hold_what_is_at_most_their_bound_and_end_with_all) {
  metrics m([] { return at(0); });
  for (const std::int64_t ms : {1, 2, 1000, 60'000}) m.emit(call_ended("can", "mark", "accepted", ms));
  const std::string text = m.text(gauges());
  const std::string name = R"(partmark_call_duration_seconds_bucket{endpoint="can",api="mark",le=)";
  EXPECT_TRUE(has_line(text, name + R"("0.001"} 1)")) << text;
  EXPECT_TRUE(has_line(text, name + R"("0.0025"} 2)"));
  EXPECT_TRUE(has_line(text, name + R"("0.5"} 2)"));
  EXPECT_TRUE(has_line(text, name + R"("1"} 3)"));
  EXPECT_TRUE(has_line(text, name + R"("30"} 3)"));
  EXPECT_TRUE(has_line(text, name + R"("+Inf"} 4)"));
  EXPECT_TRUE(has_line(text, R"(partmark_call_duration_seconds_count{endpoint="can",api="mark"} 4)"));
}

TEST(metrics, a_push_counts_its_partitions_and_its_lag) {
  metrics m([] { return at(0); });
  m.emit({severity::info, event_name::push_accepted, "", {{"partitions", std::int64_t{7}}, {"lag_ms", std::int64_t{1500}}}});
  m.emit({severity::info, event_name::push_accepted, "", {{"partitions", std::int64_t{3}}, {"lag_ms", std::int64_t{500}}}});
  const std::string text = m.text(gauges());
  EXPECT_TRUE(has_line(text, "partmark_partitions_accepted_total 10"));
  EXPECT_TRUE(has_line(text, "partmark_push_lag_seconds_sum 2"));
  EXPECT_TRUE(has_line(text, R"(partmark_push_lag_seconds_bucket{le="0.5"} 1)"));
  EXPECT_TRUE(has_line(text, R"(partmark_events_total{event="push.accepted"} 2)"));
}

TEST(metrics, the_age_of_a_token_is_told_only_where_there_is_one) {
  metrics m([] { return at(990); });
  EXPECT_EQ(m.text(gauges()).find("token_age_seconds{"), std::string::npos);
  m.emit({severity::info, event_name::token_renewed, "", {{"endpoint", std::string("can")}}});
  EXPECT_TRUE(has_line(m.text(gauges()), R"(partmark_endpoint_token_age_seconds{endpoint="can"} 10)"));
}

TEST(metrics, no_label_names_a_plan) {
  metrics m([] { return at(0); });
  const std::size_t before = m.text(gauges()).size();
  for (int i = 0; i < 1000; ++i)
    m.emit({severity::info,
            event_name::push_accepted,
            "plan p" + std::to_string(i),
            {{"plan", "p" + std::to_string(i)}, {"partitions", std::int64_t{1}}}});
  EXPECT_LT(m.text(gauges()).size(), before + 200);
}

TEST(metrics, names_from_outside_are_escaped) {
  metrics m([] { return at(0); });
  metric_gauges g = gauges();
  g.version = "a\"b\\c\nd";
  EXPECT_TRUE(has_line(m.text(g), R"(partmark_build_info{version="a\"b\\c\nd"} 1)")) << m.text(g);
}

TEST(process_stats, tell_of_this_process) {
  const process_stats p = read_process_stats();
  EXPECT_GT(p.resident_bytes, 1'000'000U);
  EXPECT_GT(p.virtual_bytes, p.resident_bytes);
  EXPECT_GE(p.open_fds, 3U);
  EXPECT_GT(p.max_fds, p.open_fds);
  EXPECT_GT(p.start_time_seconds, 1'500'000'000.0);
}

}  // namespace
}  // namespace partmark
