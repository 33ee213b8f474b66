#include "cli/import_progress.hpp"

#include <gtest/gtest.h>

namespace partmark {
namespace {

constexpr steady_time begin{};

style terminal() {
  style looks;
  looks.is_terminal = true;
  return looks;
}

TEST(import_progress, nothing_is_drawn_where_nobody_looks) {
  const style looks;
  import_progress progress(1000, looks, begin);
  EXPECT_EQ(progress.draw({.recorded = 5}, 500, begin + std::chrono::hours(1)), "");
}

TEST(import_progress, a_short_import_needs_no_bar) {
  const style looks = terminal();
  import_progress progress(1000, looks, begin);
  EXPECT_EQ(progress.draw({}, 0, begin + milliseconds(299)), "");
  EXPECT_NE(progress.draw({}, 0, begin + milliseconds(300)), "");
}

TEST(import_progress, it_says_how_far_it_is_and_how_fast) {
  const style looks = terminal();
  import_progress progress(1000, looks, begin);
  EXPECT_EQ(progress.draw({.recorded = 1990, .already = 9, .bad = 1}, 250, begin + std::chrono::seconds(2)),
            "\r\x1b[K[#####...............] 25 %  2,000 records  1,000/s  1 bad line");
}

TEST(import_progress, without_a_size_there_is_no_bar) {
  const style looks = terminal();
  import_progress progress(std::nullopt, looks, begin);
  EXPECT_EQ(progress.draw({.recorded = 10}, 250, begin + std::chrono::seconds(1)), "\r\x1b[K10 records  10/s");
}

TEST(import_progress, it_is_drawn_ten_times_a_second_and_wiped_once) {
  const style looks = terminal();
  import_progress progress(1000, looks, begin);
  EXPECT_EQ(progress.wipe(), "");
  EXPECT_NE(progress.draw({}, 1, begin + milliseconds(500)), "");
  EXPECT_EQ(progress.draw({}, 2, begin + milliseconds(599)), "");
  EXPECT_NE(progress.draw({}, 3, begin + milliseconds(600)), "");
  EXPECT_EQ(progress.wipe(), "\r\x1b[K");
  EXPECT_EQ(progress.wipe(), "");
}

}  // namespace
}  // namespace partmark
