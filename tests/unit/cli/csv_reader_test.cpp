#include "unit/cli/import_support.hpp"

#include <rapidcheck.h>

#include <string>

namespace partmark {
namespace {

using testing::found_input;
using testing::found_line;
using testing::read_all;
using enum import_column;

found_input csv(std::string_view text) { return read_all(make_csv_reader, text); }

TEST(csv_reader, the_header_names_the_columns_in_any_order) {
  const auto all = csv("outcome,plan,first\nsuccess,p,2025-10-20\n");
  ASSERT_EQ(all.lines.size(), 1U);
  EXPECT_EQ(all.lines[0], (found_line{2, {{outcome, "success"}, {plan, "p"}, {first, "2025-10-20"}}, ""}));
}

TEST(csv_reader, an_empty_field_is_left_out) {
  const auto all = csv("plan,outcome,job,last\np,success,\"\",\n");
  EXPECT_EQ(all.lines.at(0).values, (std::map<import_column, std::string>{{plan, "p"}, {outcome, "success"}}));
}

TEST(csv_reader, quotes_hold_commas_quotes_and_line_breaks) {
  const auto all = csv("plan,outcome,job\n\"a,b\",success,\"say \"\"x\"\"\r\nagain\"\nq,failed,j\n");
  ASSERT_EQ(all.lines.size(), 2U);
  EXPECT_EQ(all.lines[0].values.at(plan), "a,b");
  EXPECT_EQ(all.lines[0].values.at(job), "say \"x\"\r\nagain");
  EXPECT_EQ(all.lines[1].line, 4);
}

TEST(csv_reader, carriage_returns_a_byte_order_mark_and_a_missing_last_line_break_are_no_matter) {
  const auto all = csv("\xef\xbb\xbfplan,outcome\r\np,success\r\n\"q\",failed\r\n\r\nr,\"success\"");
  ASSERT_EQ(all.lines.size(), 3U);
  EXPECT_EQ(all.lines[1].values.at(plan), "q");
  EXPECT_EQ(all.lines[2], (found_line{5, {{plan, "r"}, {outcome, "success"}}, ""}));
}

TEST(csv_reader, seq_and_recorded_at_are_read_over) {
  const auto all = csv("seq,plan,outcome,recorded_at\n7,p,success,2025-10-20T00:00:00.000Z\n");
  EXPECT_EQ(all.lines.at(0).values, (std::map<import_column, std::string>{{plan, "p"}, {outcome, "success"}}));
}

TEST(csv_reader, a_line_with_too_many_or_too_few_fields_is_bad_and_alone) {
  const auto all = csv("plan,outcome\np\nq,success,x\nr,failed\n");
  ASSERT_EQ(all.lines.size(), 3U);
  EXPECT_EQ(all.lines[0].reason, "1 fields; the header names 2");
  EXPECT_EQ(all.lines[1].reason, "3 fields; the header names 2");
  EXPECT_EQ(all.lines[2].values.at(plan), "r");
}

TEST(csv_reader, a_quote_that_went_wrong_costs_its_own_line_only) {
  const auto all = csv("plan,outcome\np\"x,success\nq,success\n\"r\"x,success\ns,success\n\"t,success\nu,success\n");
  ASSERT_EQ(all.lines.size(), 6U);
  EXPECT_NE(all.lines[0].reason, "");
  EXPECT_EQ(all.lines[1].values.at(plan), "q");
  EXPECT_NE(all.lines[2].reason.find("closing quote"), std::string::npos);
  EXPECT_EQ(all.lines[3].values.at(plan), "s");
  EXPECT_EQ(all.lines[4].reason, "a quote is never closed");
  EXPECT_EQ(all.lines[4].line, 6);
  EXPECT_EQ(all.lines[5], (found_line{7, {{plan, "u"}, {outcome, "success"}}, ""}));
}

TEST(csv_reader, a_record_of_any_length_costs_its_own_lines_only) {
  const std::string endless(300'000, 'x');
  const auto all = csv("plan,outcome\n" + endless + ",success\np,success\n\"" + endless + "\nq,success\n");
  ASSERT_EQ(all.lines.size(), 4U);
  EXPECT_EQ(all.lines[0].reason, "longer than 65536 bytes");
  EXPECT_EQ(all.lines[1], (found_line{3, {{plan, "p"}, {outcome, "success"}}, ""}));
  EXPECT_NE(all.lines[2].reason.find("longer than"), std::string::npos);
  EXPECT_EQ(all.lines[3].line, 5);
}

TEST(csv_reader, an_input_without_a_proper_header_is_refused_as_a_whole) {
  EXPECT_NE(csv("p,DAY,2025-10-20,success\n").refused.find("\"p\""), std::string::npos);
  EXPECT_NE(csv("plan,first\np,2025-10-20\n").refused.find("outcome"), std::string::npos);
  EXPECT_NE(csv("plan,outcome,plan\n").refused.find("twice"), std::string::npos);
  EXPECT_NE(csv("\"plan,outcome\n").refused, "");
}

TEST(csv_reader, nothing_at_all_is_no_record) {
  EXPECT_TRUE(csv("").lines.empty());
  EXPECT_EQ(csv("").refused, "");
  EXPECT_TRUE(csv("plan,outcome\n").lines.empty());
}

// The oracle writes every field in one of the ways that RFC 4180 allows, and pads the input so that records lie across the pieces read.
TEST(csv_reader, whatever_is_written_by_the_rfc_is_read_back) {
  rc::check([] {
    const auto text = rc::gen::container<std::string>(rc::gen::element('a', ',', '"', '\n', '\r', ' '));
    const auto records = *rc::gen::container<std::vector<std::pair<std::string, std::string>>>(rc::gen::pair(text, text));
    const auto padding = *rc::gen::inRange<std::size_t>(0, 40);
    std::string document = "plan,job,outcome\n";
    for (std::size_t i = 0; i < padding; ++i) document += std::string(20'000, '-') + ",,success\n";
    std::vector<std::map<import_column, std::string>> expected(padding, {{plan, std::string(20'000, '-')}, {outcome, "success"}});
    const auto quoted = [](const std::string& field) {
      std::string out = "\"";
      for (const char c : field) out += c == '"' ? "\"\"" : std::string(1, c);
      return out + "\"";
    };
    for (const auto& [a, b] : records) {
      const bool plain = a.find_first_of(",\"\r\n") == std::string::npos;
      document += (plain ? a : quoted(a)) + "," + quoted(b) + ",success" + (plain ? "\r\n" : "\n");
      auto& values = expected.emplace_back();
      if (!a.empty()) values[plan] = a;
      if (!b.empty()) values[job] = b;
      values[outcome] = "success";
    }
    const auto all = csv(document);
    RC_ASSERT(all.lines.size() == expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) RC_ASSERT(all.lines[i].values == expected[i]);
  });
}

}  // namespace
}  // namespace partmark
