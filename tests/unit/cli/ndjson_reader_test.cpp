#include "unit/cli/import_support.hpp"

#include <string>

namespace partmark {
namespace {

using testing::found_input;
using testing::found_line;
using testing::read_all;
using enum import_column;

found_input ndjson(std::string_view text) { return read_all(make_ndjson_reader, text); }

std::string reason(std::string_view line) {
  const auto all = ndjson(line);
  return all.lines.size() == 1 ? all.lines[0].reason : "not one line";
}

TEST(ndjson_reader, keys_are_columns) {
  const auto all = ndjson(R"({"plan":"p","outcome":"success","first":"2025-10-20","job":null,"seq":7,"recorded_at":null})"
                          "\n");
  ASSERT_EQ(all.lines.size(), 1U);
  EXPECT_EQ(all.lines[0], (found_line{1, {{plan, "p"}, {outcome, "success"}, {first, "2025-10-20"}}, ""}));
}

TEST(ndjson_reader, table_is_another_name_for_table_name) {
  EXPECT_EQ(ndjson(R"({"table":"t"})").lines.at(0).values, ndjson(R"({"table_name":"t"})").lines.at(0).values);
}

TEST(ndjson_reader, escapes_are_understood) {
  EXPECT_EQ(ndjson(R"({"job":"a\"\\\n\u00fc\ud83d\ude00 z"})").lines.at(0).values.at(job), "a\"\\\nü😀 z");
  EXPECT_EQ(ndjson(R"({"jo\u0062":"x"})").lines.at(0).values.at(job), "x");
}

TEST(ndjson_reader, values_of_one_line_do_not_disturb_one_another) {
  const auto all = ndjson(R"({"plan":"a\nb","job":"c\td","outcome":"eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee\u0041"})");
  EXPECT_EQ(all.lines.at(0).values,
            (std::map<import_column, std::string>{{plan, "a\nb"}, {job, "c\td"}, {outcome, "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeA"}}));
}

TEST(ndjson_reader, blank_lines_carriage_returns_and_a_missing_last_line_break_are_no_matter) {
  const auto all = ndjson("\xef\xbb\xbf{\"plan\":\"p\"}\r\n\r\n  \n{\"plan\":\"q\"}");
  ASSERT_EQ(all.lines.size(), 2U);
  EXPECT_EQ(all.lines[0].line, 1);
  EXPECT_EQ(all.lines[1], (found_line{4, {{plan, "q"}}, ""}));
}

TEST(ndjson_reader, a_bad_line_is_alone) {
  const auto all = ndjson("{\"plan\":\"p\"}\n{\"plan\":\n{\"plan\":\"q\"}\nnonsense\n{\"plan\":\"r\"}\n");
  ASSERT_EQ(all.lines.size(), 5U);
  EXPECT_EQ(all.lines[1].reason, "the JSON object is not complete");
  EXPECT_EQ(all.lines[2].values.at(plan), "q");
  EXPECT_NE(all.lines[3].reason.find("no JSON at column 1"), std::string::npos) << all.lines[3].reason;
  EXPECT_EQ(all.lines[4].line, 5);
}

TEST(ndjson_reader, what_is_no_flat_object_of_texts_is_refused_with_the_key) {
  EXPECT_EQ(reason(R"({"plan":7})"), "\"plan\" is a number; a text in quotes was expected, or null");
  EXPECT_EQ(reason(R"({"plan":7.5})"), "\"plan\" is a number; a text in quotes was expected, or null");
  EXPECT_EQ(reason(R"({"plan":true})"), "\"plan\" is true or false; a text in quotes was expected, or null");
  EXPECT_EQ(reason(R"({"plan":["p"]})"), "\"plan\" is an array; a text in quotes was expected, or null");
  EXPECT_EQ(reason(R"({"plan":{"a":"b"}})"), "\"plan\" is an object; a text in quotes was expected, or null");
  EXPECT_EQ(reason(R"(["p"])"), "one JSON object was expected, not an array");
  EXPECT_EQ(reason(R"("p")"), "one JSON object was expected, not a string");
  EXPECT_EQ(reason("null"), "one JSON object was expected, not null");
}

TEST(ndjson_reader, unknown_and_repeated_keys_are_refused) {
  EXPECT_EQ(reason(R"({"plann":"p"})").find("key \"plann\" is unknown"), 0U);
  EXPECT_EQ(reason(R"({"plan":"p","plan":"q"})"), "key \"plan\" is there twice");
  EXPECT_EQ(reason(R"({"table":"p","table_name":"q"})"), "key \"table_name\" is there twice");
}

TEST(ndjson_reader, two_values_on_a_line_are_refused) {
  EXPECT_NE(reason(R"({"plan":"p"} {"plan":"q"})").find("more than one JSON value"), std::string::npos);
}

TEST(ndjson_reader, bad_utf8_is_refused) { EXPECT_NE(reason("{\"plan\":\"\xff\"}"), ""); }

TEST(ndjson_reader, a_line_of_any_length_is_alone_and_the_longest_allowed_is_read) {
  const std::string longest = "{\"job\":\"" + std::string(import_record_bytes_max - 10, 'x') + "\"}";
  ASSERT_EQ(longest.size(), import_record_bytes_max);
  const auto all = ndjson(longest + "\n" + std::string(1'000'000, 'y') + "\n{\"plan\":\"q\"}\n" + longest + "z\n");
  ASSERT_EQ(all.lines.size(), 4U);
  EXPECT_EQ(all.lines[0].values.at(job).size(), import_record_bytes_max - 10);
  EXPECT_EQ(all.lines[1].reason, "longer than 65536 bytes");
  EXPECT_EQ(all.lines[2], (found_line{3, {{plan, "q"}}, ""}));
  EXPECT_EQ(all.lines[3].reason, "longer than 65536 bytes");
}

TEST(ndjson_reader, lines_across_the_pieces_read_are_whole) {
  std::string document;
  constexpr std::size_t count = 20'000;
  for (std::size_t i = 0; i < count; ++i) document += "{\"plan\":\"" + std::to_string(i) + std::string(i % 97, '-') + "\"}\n";
  const auto all = ndjson(document);
  ASSERT_EQ(all.lines.size(), count);
  for (std::size_t i = 0; i < count; ++i)
    ASSERT_EQ(all.lines[i], (found_line{static_cast<std::int64_t>(i + 1), {{plan, std::to_string(i) + std::string(i % 97, '-')}}, ""}));
}

TEST(ndjson_reader, a_line_break_right_after_a_piece_ends_its_line) {
  constexpr std::size_t piece = 256 * 1024;
  std::string document;
  while (document.size() < piece - 100) document += "{\"plan\":\"p\"}\n";
  document += "{\"plan\":\"";
  document.append(piece - document.size() - 2, 'x');
  document += "\"}\n{\"plan\":\"last\"}\n";
  ASSERT_EQ(document[piece], '\n');
  const auto all = ndjson(document);
  EXPECT_EQ(all.lines.back().values.at(plan), "last");
  for (const auto& line : all.lines) EXPECT_EQ(line.reason, "");
}

}  // namespace
}  // namespace partmark
