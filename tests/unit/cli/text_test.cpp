// Small texts: times, counts, tables, colours.
#include "cli/terminal.hpp"
#include "cli/text_table.hpp"
#include "cli/time_text.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

namespace partmark {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

TEST(time_text, a_time_before_1970_is_written_as_what_it_is) {
  EXPECT_EQ(iso_utc(system_time(milliseconds(-1))), "1969-12-31T23:59:59.999Z");
}

TEST(time_text, people_read_whole_seconds) {
  EXPECT_EQ(short_utc(system_time(milliseconds(1'760'943'900'999))), "2025-10-20 07:05:00 UTC");
}

TEST(time_text, a_duration_shows_its_two_largest_units) {
  EXPECT_EQ(duration_text(milliseconds(999)), "999 ms");
  EXPECT_EQ(duration_text(seconds(1)), "1 s");
  EXPECT_EQ(duration_text(seconds(185)), "3 min 5 s");
  EXPECT_EQ(duration_text(hours(2)), "2 h");
  EXPECT_EQ(duration_text(hours(99) + minutes(59)), "4 d 3 h");
}

TEST(time_text, a_clock_that_went_back_makes_no_negative_duration) { EXPECT_EQ(duration_text(seconds(-5)), "0 ms"); }

TEST(time_text, counts_are_grouped_by_thousands) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(-1234567), "-1,234,567");
  EXPECT_EQ(counted(1, "row", "rows"), "1 row");
  EXPECT_EQ(counted(2000, "row", "rows"), "2,000 rows");
}

TEST(terminal, nothing_is_painted_without_colour) {
  EXPECT_EQ(painted("text", tone::bad, style{}), "text");
  style colourful;
  colourful.colour = true;
  EXPECT_EQ(painted("text", tone::bad, colourful), "\x1b[31mtext\x1b[0m");
  EXPECT_EQ(painted("text", tone::plain, colourful), "text");
}

TEST(terminal, a_character_is_one_column_whatever_its_bytes) { EXPECT_EQ(width_of("aü…"), 3U); }

TEST(terminal, a_file_is_no_terminal) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const style looks = style_of(ends[1]);
  ::close(ends[0]);
  ::close(ends[1]);
  EXPECT_FALSE(looks.is_terminal);
  EXPECT_FALSE(looks.colour);
}

TEST(text_table, columns_are_as_wide_as_their_widest_cell_and_lines_end_without_spaces) {
  text_table table({{"name", text_table::side::left}, {"n", text_table::side::right}, {"note", text_table::side::left}});
  table.add({{"a", tone::plain}, {"1,000", tone::plain}, {"", tone::plain}});
  table.add({{"größer", tone::plain}, {"2", tone::plain}, {"x", tone::plain}});
  EXPECT_EQ(table.text(style{}),
            "name        n  note\n"
            "a       1,000\n"
            "größer      2  x\n");
}

}  // namespace
}  // namespace partmark
