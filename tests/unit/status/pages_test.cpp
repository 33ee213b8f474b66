#include "status/pages.hpp"
#include "status/calendar_window.hpp"
#include "status/words.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace partmark {
namespace {

constexpr std::string_view hostile = "<script>alert(1)</script>\"' onload=x &amp;";

system_time at(std::int64_t seconds) { return system_time(std::chrono::seconds(seconds)); }

std::size_t count(const std::string& text, std::string_view part) {
  std::size_t n = 0;
  for (auto i = text.find(part); i != std::string::npos; i = text.find(part, i + part.size())) ++n;
  return n;
}

summary_view summary() {
  summary_view now;
  now.at = at(1'800'000'000);
  now.version = "1.2.3";
  now.endpoints.push_back({"can", "http://127.0.0.1:1", false, false, false, 1, 8});
  return now;
}

plan_line line(std::string uuid) {
  plan_line l;
  l.uuid = std::move(uuid);
  l.endpoint = "can";
  l.partitions = 3;
  l.recent_window = {1, 30};
  l.recent = {{{28, 29}, mark::success, standing::accepted}, {{30, 30}, mark::failed, standing::pending}};
  return l;
}

ordinal day(const char* text) { return *parse_partition(granularity::day, text); }

TEST(html, escapes_every_text_and_groups_numbers) {
  html out;
  out << "<b title=\"" << std::string_view(hostile) << "\">" << std::int64_t{1234567} << "</b>" << -1000 << std::size_t{999};
  EXPECT_EQ(out.written(), "<b title=\"&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39; onload=x &amp;amp;\">1,234,567</b>-1,000999");
}

TEST(pages, nothing_from_outside_becomes_markup) {
  const std::string h(hostile);
  summary_view now = summary();
  now.journal_trouble = h;
  now.endpoints[0].name = h;
  now.endpoints[0].url = h;
  now.endpoints[0].unauthorized = true;
  recent_events events([] { return at(0); });
  events.emit({severity::error, "plan.held", h, {{"plan", h}, {"trace_id", h}}});
  events.emit({severity::debug, "call.ended", "", {{"endpoint", h}, {"verdict", std::string("rejected")}, {"reason", h}}});
  plan_query query;
  query.search = h;
  plan_page_view plans;
  plans.lines.push_back(line(h));
  plans.lines.back().name = h;
  plans.matching = 1000;
  list_page<held_view> held;
  held.rows.push_back({h, h, h, 1, 400, h, h, h, at(0), std::nullopt, 1});
  plan_view plan;
  plan.line = plans.lines[0];
  plan.extent = range{1, 30};
  plan.holds.push_back(held.rows[0]);
  attempt_row attempt;
  attempt.ended.code = attempt.ended.message = attempt.ended.trace_id = h;
  plan.attempts.push_back(attempt);
  list_page<rejected_row> rejected;
  rejected.rows.push_back({1, h, h, h, at(0)});
  for (const html& page : {overview_page(now, plans, query, held, events), plan_page(now, plan, std::nullopt, plan.line.recent, events),
                           held_page(now, held), rejected_page(now, rejected), events_page(events), missing_page(h)}) {
    const std::string text = framed(page_name::overview, h, now, page);
    EXPECT_EQ(count(text, "<script"), 1U) << "the frame's own";
    EXPECT_EQ(text.find("onload=x &amp; "), std::string::npos);
    EXPECT_EQ(text.find("\"' onload"), std::string::npos);
    EXPECT_EQ(text.find(" style="), std::string::npos) << "the policy forbids it";
    EXPECT_EQ(text.find("http-equiv=refresh"), text.rfind("http-equiv=refresh"));
  }
}

TEST(pages, the_headline_says_what_is_most_in_the_way) {
  const auto headline = [](const summary_view& now) {
    const recent_events none([] { return at(0); });
    return overview_page(now, {}, {}, {}, none).written();
  };
  summary_view now = summary();
  EXPECT_NE(headline(now).find("All that was read is accepted"), std::string::npos);
  now.pending_plans = 1;
  EXPECT_NE(headline(now).find("On its way"), std::string::npos);
  now.behind = true;
  EXPECT_NE(headline(now).find("Reading the journal"), std::string::npos);
  now.held_plans = 1;
  EXPECT_NE(headline(now).find("refuses something"), std::string::npos);
  now.endpoints.push_back({"dead", "", true, false, false, 0, 8});
  EXPECT_NE(headline(now).find("Some marks do not get through"), std::string::npos);
  now.endpoints[0].unauthorized = true;
  EXPECT_NE(headline(now).find("Marks do not get through"), std::string::npos);
}

TEST(pages, links_keep_the_search_and_the_order) {
  plan_query query;
  query.search = "a&b";
  query.order = plan_order::pending;
  query.descending = true;
  plan_page_view plans;
  plans.lines.assign(50, line("p"));
  plans.matching = 120;
  plans.page = 1;
  const std::string text = plans_section(summary(), plans, query).written();
  EXPECT_NE(text.find("aria-sort=descending"), std::string::npos);
  EXPECT_NE(text.find("/?q=a%26b&amp;sort=pending&amp;order=asc#plans"), std::string::npos) << text;
  EXPECT_NE(text.find("/?q=a%26b&amp;sort=pending&amp;order=desc&amp;page=1"), std::string::npos);
  EXPECT_NE(text.find("/?q=a%26b&amp;sort=pending&amp;order=desc&amp;page=3"), std::string::npos);
}

TEST(calendar, every_partition_of_the_window_is_a_cell_that_says_what_it_is) {
  plan_view plan;
  plan.line = line("p");
  plan.extent = range{day("2024-01-01"), day("2025-06-30")};
  const std::vector<cell_run> cells{{{day("2025-01-01"), day("2025-01-31")}, mark::success, standing::accepted},
                                    {{day("2025-02-01"), day("2025-02-02")}, mark::failed, standing::pending},
                                    {{day("2025-02-03"), day("2025-02-03")}, mark::cleared, standing::in_flight},
                                    {{day("2025-06-30"), day("2025-06-30")}, mark::success, standing::held, drift_kind::missing}};
  const std::string text = calendar(plan, day("2025-03-01"), cells).written();
  EXPECT_EQ(count(text, "<td></td>") + count(text, "<td class="), 366U) << "365 days and the corner";
  EXPECT_EQ(count(text, "title=\"2025-"), 35U);
  EXPECT_NE(text.find("title=\"2025-02-02: failed, still to be accepted\""), std::string::npos);
  EXPECT_NE(text.find("title=\"2025-02-03: cleared, in flight\""), std::string::npos);
  EXPECT_NE(text.find("title=\"2025-06-30: success, held: refused by the platform; drift: the platform&#39;s list lacked it\""),
            std::string::npos);
  EXPECT_NE(text.find(">2024</a>"), std::string::npos);
  EXPECT_EQ(text.find(">2026</a>"), std::string::npos);
}

TEST(calendar, windows_hold_their_partition_and_stay_small_for_every_granularity) {
  for (const granularity unit : {granularity::minute, granularity::hour, granularity::day, granularity::week, granularity::month,
                                 granularity::quarter, granularity::year}) {
    const range limits = ordinal_limits(unit);
    for (const ordinal o : {limits.first, limits.first + 1, ordinal{-1}, ordinal{0}, ordinal{12345}, limits.last - 1, limits.last}) {
      if (o < limits.first || o > limits.last) continue;
      const calendar_window window = window_around(unit, o);
      EXPECT_LE(window.partitions.first, o);
      EXPECT_GE(window.partitions.last, o);
      EXPECT_LE(window.partitions.size(), static_cast<std::int64_t>(calendar_window::cells_max)) << to_text(unit) << " " << o;
      const auto jumps = year_jumps(unit, limits, o);
      EXPECT_LE(jumps.size(), static_cast<std::size_t>(jumps_max + 1));
      for (const auto& jump : jumps) {
        EXPECT_GE(jump.to, limits.first);
        EXPECT_LE(jump.to, limits.last);
      }
      EXPECT_LE(month_jumps(unit, limits, o).size(), 12U);
    }
  }
}

TEST(calendar, its_jumps_lead_to_what_they_say) {
  const range extent{day("2019-05-05"), day("2026-11-22")};
  const auto jumps = year_jumps(granularity::day, extent, day("2024-02-29"));
  ASSERT_EQ(jumps.size(), 8U);
  EXPECT_EQ(jumps.front().label, "2019");
  EXPECT_EQ(jumps.front().to, extent.first);
  for (const auto& jump : jumps) {
    EXPECT_EQ(window_around(granularity::day, jump.to).title, jump.label);
    EXPECT_EQ(jump.current, jump.label == "2024");
  }
}

TEST(recent_events, keeps_the_latest_and_forgets_the_rest) {
  std::int64_t second = 0;
  recent_events events([&] { return at(second++); });
  for (std::size_t i = 0; i < recent_events::kept + 10; ++i) events.emit({severity::info, "push.accepted", std::to_string(i), {}});
  events.emit({severity::debug, "push.accepted", "not this", {}});
  events.emit({severity::info, "heartbeat", "nor this", {}});
  EXPECT_EQ(events.all().size(), recent_events::kept);
  EXPECT_EQ(events.all().front().message, std::to_string(recent_events::kept + 9));
  events.emit({severity::info, "push.accepted", std::string(100'000, 'x') + "\n", {}});
  EXPECT_LE(events.all().front().message.size(), recent_events::text_bytes_max);
}

TEST(words, spans_read_in_their_largest_units) {
  const std::pair<std::int64_t, const char*> cases[] = {
      {-5, "0 ms"},       {850, "850 ms"},          {59'999, "59 s"},    {60'000, "1 min"},      {3'599'000, "59 min"},
      {3'600'000, "1 h"}, {7'500'000, "2 h 5 min"}, {86'400'000, "1 d"}, {97'200'000, "1 d 3 h"}};
  for (const auto& [ms, text] : cases) EXPECT_EQ(span_text(milliseconds(ms)), text);
  EXPECT_EQ(clock_time(at(1'800'000'007)).written(),
            "<time datetime=\"2027-01-15T08:00:07Z\" title=\"2027-01-15 08:00:07 UTC\">08:00:07</time>");
}

}  // namespace
}  // namespace partmark
