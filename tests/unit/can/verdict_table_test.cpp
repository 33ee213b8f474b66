// The table as data: every combination finds its row, no row is dead, and docs/delivery.md prints the same table.
#include "can/verdict_table.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace partmark::can {
namespace {

// Everything the classifier can ask: a lost or unsent call has no status, only a whole reply has a body.
std::vector<call_end> every_end() {
  std::vector<call_end> ends;
  for (const call_type type : {call_type::mark, call_type::trigger, call_type::token, call_type::list})
    for (unsigned traits = 0; traits < 16; ++traits) {
      const auto t = static_cast<std::uint8_t>(traits);
      for (const ending how : {unsent, lost}) ends.push_back({.how = how, .traits = t, .type = type});
      for (unsigned status = 0; status <= 1000; ++status) {
        ends.push_back({.how = cut, .traits = t, .status = status, .type = type});
        if (traits != 0) continue;
        for (unsigned body = html; body < any_body; body *= 2)
          ends.push_back({.how = whole, .status = status, .body = static_cast<body_kind>(body), .type = type});
      }
    }
  return ends;
}

TEST(verdict_table, every_end_has_a_row_and_every_row_decides_some_end) {
  std::set<const verdict_row*> used;
  for (const call_end& end : every_end()) used.insert(&judge(end));
  for (const verdict_row& row : verdict_table()) EXPECT_TRUE(used.contains(&row)) << "never reached: " << row.what;
}

TEST(verdict_table, nothing_is_accepted_but_a_whole_2xx_whose_envelope_accepts) {
  for (const call_end& end : every_end()) {
    const bool may = end.how == whole && end.status >= 200 && end.status <= 299 && end.body == accepts;
    EXPECT_EQ(judge(end).kind == verdict_kind::accepted, may) << judge(end).what << " " << end.status;
  }
}

TEST(verdict_table, what_may_have_been_applied_is_never_called_a_refusal) {
  for (const call_end& end : every_end()) {
    const verdict_row& row = judge(end);
    const bool server_fault = end.status == 408 || end.status == 500 || end.status == 502 || end.status == 504;
    const bool unreadable_2xx = end.status / 100 == 2 && (end.body & (no_body | html | unreadable | foreign | garbled)) != 0;
    const bool must = end.how == lost || (end.how != unsent && (server_fault || unreadable_2xx));
    if (must) {
      EXPECT_EQ(row.kind, verdict_kind::ambiguous) << row.what << " " << end.status;
    }
    if (end.how == unsent) {
      EXPECT_EQ(row.kind, verdict_kind::retry) << row.what;
    }
  }
}

TEST(verdict_table, only_a_dead_kept_alive_connection_is_retried_at_once_and_it_blames_nobody) {
  for (const call_end& end : every_end()) {
    const verdict_row& row = judge(end);
    const bool dead = (end.traits & reused) != 0 && (end.traits & (timed_out | cancelled)) == 0 &&
                      (end.how == unsent || (end.how == lost && (end.traits & too_large) == 0));
    EXPECT_EQ(row.retry_at_once, dead) << row.what;
    if (dead) {
      EXPECT_FALSE(row.endpoint_trouble);
    }
  }
}

TEST(verdict_table, acceptances_and_rejections_never_count_against_the_endpoint) {
  for (const verdict_row& row : verdict_table()) {
    if (row.kind == verdict_kind::accepted || row.kind == verdict_kind::rejected) {
      EXPECT_FALSE(row.endpoint_trouble) << row.what;
    }
  }
}

constexpr std::string_view begin_mark = "<!-- verdicts: begin; printed from lib/can/verdict_table.cpp, checked by can_unit_test -->\n";
constexpr std::string_view end_mark = "<!-- verdicts: end -->\n";

std::string printed_table() {
  std::string text = "| How the call ended | Verdict | Why |\n|---|---|---|\n";
  for (const verdict_row& row : verdict_table())
    text.append("| ").append(row.what).append(" | ").append(describe_verdict(row)).append(" | ").append(row.because).append(" |\n");
  return text;
}

// With PARTMARK_UPDATE_DOCS set, the document is corrected instead of compared.
TEST(verdict_table, docs_delivery_prints_this_table) {
  const auto path = std::filesystem::path(PARTMARK_SOURCE_DIR) / "docs/delivery.md";
  std::stringstream content;
  content << std::ifstream(path).rdbuf();
  std::string text = content.str();
  const std::size_t begin = text.find(begin_mark);
  const std::size_t end = text.find(end_mark);
  ASSERT_TRUE(begin != std::string::npos && end != std::string::npos && begin < end) << path << " lacks the table's marks";
  const std::size_t first = begin + begin_mark.size();
  if (std::getenv("PARTMARK_UPDATE_DOCS") != nullptr) {
    text.replace(first, end - first, printed_table());
    std::ofstream(path) << text;
    return;
  }
  EXPECT_EQ(text.substr(first, end - first), printed_table()) << "run can_unit_test with PARTMARK_UPDATE_DOCS=1 and read the difference";
}

}  // namespace
}  // namespace partmark::can
