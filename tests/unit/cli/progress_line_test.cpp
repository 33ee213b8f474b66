#include "cli/progress_line.hpp"

#include <gtest/gtest.h>

namespace partmark {
namespace {

constexpr steady_time begin{};

style terminal(std::size_t columns = 80) {
  style looks;
  looks.is_terminal = true;
  looks.columns = columns;
  return looks;
}

std::string drawn(const progress_point& at, std::chrono::seconds after, std::size_t columns = 80) {
  const style looks = terminal(columns);
  progress_line progress("record", "records", looks, begin);
  return progress.draw(at, begin + after);
}

TEST(progress_line, nothing_is_drawn_where_nobody_looks) {
  const style looks;
  progress_line progress("record", "records", looks, begin);
  EXPECT_EQ(progress.draw({.part = 0.5, .count = 5}, begin + std::chrono::hours(1)), "");
}

TEST(progress_line, what_is_short_needs_no_bar) {
  const style looks = terminal();
  progress_line progress("record", "records", looks, begin);
  EXPECT_EQ(progress.draw({.part = 0.0}, begin + milliseconds(299)), "");
  EXPECT_NE(progress.draw({.part = 0.0}, begin + milliseconds(300)), "");
}

TEST(progress_line, it_says_how_far_it_is_how_fast_and_how_long_it_will_take) {
  EXPECT_EQ(drawn({.part = 0.25, .count = 2000, .note = "1 bad line"}, std::chrono::seconds(2)),
            "\r\x1b[K[#####...............] 25 %  2,000 records  1,000/s  6 s left  1 bad line");
}

TEST(progress_line, a_guess_from_too_little_is_left_out) {
  EXPECT_EQ(drawn({.part = 0.001, .count = 1}, std::chrono::seconds(2)).find("left"), std::string::npos);
  EXPECT_EQ(drawn({.part = 0.0, .count = 0}, std::chrono::seconds(2)).find("left"), std::string::npos);
  EXPECT_EQ(drawn({.part = 1.0, .count = 9}, std::chrono::seconds(2)).find("left"), std::string::npos);
  EXPECT_NE(drawn({.part = 0.01, .count = 9}, std::chrono::seconds(2)).find("3 min 18 s left"), std::string::npos);
}

TEST(progress_line, more_than_the_whole_is_the_whole) {
  EXPECT_NE(drawn({.part = 7.0, .count = 9}, std::chrono::seconds(2)).find("] 100 %"), std::string::npos);
}

TEST(progress_line, without_a_size_there_is_no_bar) {
  EXPECT_EQ(drawn({.count = 10}, std::chrono::seconds(1)), "\r\x1b[K10 records  10/s");
}

TEST(progress_line, it_never_wraps) {
  for (std::size_t columns = 20; columns < 90; ++columns)
    EXPECT_LT(drawn({.part = 0.5, .count = 123456789, .note = "1 bad line"}, std::chrono::seconds(2), columns).size(), columns + 4);
}

TEST(progress_line, it_is_drawn_ten_times_a_second_and_wiped_once) {
  const style looks = terminal();
  progress_line progress("record", "records", looks, begin);
  EXPECT_EQ(progress.wipe(), "");
  EXPECT_NE(progress.draw({}, begin + milliseconds(500)), "");
  EXPECT_EQ(progress.draw({}, begin + milliseconds(599)), "");
  EXPECT_NE(progress.draw({}, begin + milliseconds(600)), "");
  EXPECT_EQ(progress.wipe(), "\r\x1b[K");
  EXPECT_EQ(progress.wipe(), "");
}

}  // namespace
}  // namespace partmark
