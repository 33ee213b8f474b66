#include "cli/calendar_strip.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace partmark {
namespace {

class strip : public ::testing::Test {
 protected:
  void put(granularity unit, const char* first, const char* last, cell c) {
    run_changes<cell> unused;
    cells_.assign({*parse_partition(unit, first), *parse_partition(unit, last)}, c, unused);
  }
  [[nodiscard]] std::string draw(granularity unit, std::size_t rows_max = 0) const {
    return calendar_strip(unit, cells_, rows_max, looks_);
  }

  cell_map cells_;
  style looks_;
};

TEST_F(strip, a_month_of_days_is_a_row) {
  put(granularity::day, "2025-01-30", "2025-02-02", cell::success);
  put(granularity::day, "2025-02-01", "2025-02-01", cell::failed);
  put(granularity::day, "2025-02-02", "2025-02-02", cell::success_owed);
  EXPECT_EQ(draw(granularity::day),
            "         1   5    10   15   20   25   30\n"
            "2025-01  .............................SS\n"
            "2025-02  Fs..........................\n"
            "\n"
            "  S 2 success\n"
            "  F 1 failed\n"
            "  s 1 success, still to be accepted\n");
}

TEST_F(strip, other_granularities_have_rows_of_their_own) {
  put(granularity::hour, "2025-10-20T07:00:00", "2025-10-20T08:00:00", cell::success);
  EXPECT_NE(draw(granularity::hour).find("2025-10-20  .......SS...............\n"), std::string::npos) << draw(granularity::hour);
}

TEST_F(strip, minutes_fit_eighty_columns) {
  put(granularity::minute, "2025-10-20T07:59:00", "2025-10-20T08:00:00", cell::held);
  EXPECT_NE(draw(granularity::minute).find("2025-10-20T07  " + std::string(59, '.') + "!\n2025-10-20T08  !" + std::string(59, '.')),
            std::string::npos)
      << draw(granularity::minute);
}

TEST_F(strip, months_quarters_weeks_and_years) {
  put(granularity::month, "2025-02", "2025-03", cell::success);
  EXPECT_NE(draw(granularity::month).find("      JFMAMJJASOND\n2025  .SS.........\n"), std::string::npos) << draw(granularity::month);
  cells_ = {};
  put(granularity::quarter, "2025-04", "2025-04", cell::cleared);
  EXPECT_NE(draw(granularity::quarter).find("      1234\n2025  .C..\n"), std::string::npos) << draw(granularity::quarter);
  cells_ = {};
  put(granularity::week, "2024-12-30", "2024-12-30", cell::success);
  EXPECT_NE(draw(granularity::week).find("2025  S" + std::string(51, '.') + "\n"), std::string::npos) << draw(granularity::week);
  cells_ = {};
  put(granularity::year, "2025", "2030", cell::success);
  EXPECT_NE(draw(granularity::year).find("       0123456789\n2020s  .....SSSSS\n2030s  S.........\n"), std::string::npos)
      << draw(granularity::year);
}

TEST_F(strip, months_without_records_are_counted_instead_of_drawn) {
  put(granularity::day, "2024-01-31", "2024-01-31", cell::success);
  put(granularity::day, "2025-01-01", "2025-01-01", cell::success);
  EXPECT_NE(draw(granularity::day)
                .find("2024-01  ..............................S\n"
                      "         ... 11 rows without records\n"
                      "2025-01  S.............................."),
            std::string::npos)
      << draw(granularity::day);
}

TEST_F(strip, many_equal_rows_are_counted_and_few_are_drawn) {
  put(granularity::day, "2025-01-01", "2025-12-31", cell::success);
  EXPECT_EQ(draw(granularity::day).find("like these"), std::string::npos);
  put(granularity::day, "2024-01-01", "2025-12-31", cell::success);
  EXPECT_NE(draw(granularity::day).find("         ... 22 rows like these\n2025-12  "), std::string::npos) << draw(granularity::day);
}

TEST_F(strip, a_row_that_is_only_partly_alike_is_drawn_by_itself) {
  put(granularity::day, "2023-12-15", "2025-12-15", cell::success);
  EXPECT_NE(draw(granularity::day)
                .find("2023-12  ..............SSSSSSSSSSSSSSSSS\n"
                      "2024-01  SSSSSSSSSSSSSSSSSSSSSSSSSSSSSSS\n"
                      "         ... 21 rows like these\n"
                      "2025-11  SSSSSSSSSSSSSSSSSSSSSSSSSSSSSS\n"
                      "2025-12  SSSSSSSSSSSSSSS................\n"),
            std::string::npos)
      << draw(granularity::day);
}

TEST_F(strip, centuries_of_minutes_take_no_time) {
  put(granularity::minute, "0001-01-01T00:00:00", "9999-12-31T23:59:00", cell::success);
  const std::string text = draw(granularity::minute);
  EXPECT_LT(text.size(), 1000U);
  EXPECT_NE(text.find("9999-12-31T23  "), std::string::npos);
}

TEST_F(strip, only_the_latest_rows_are_drawn) {
  for (const char* day : {"2025-01-15", "2025-02-15", "2025-03-15", "2025-04-15"}) put(granularity::day, day, day, cell::success);
  const std::string text = draw(granularity::day, 2);
  EXPECT_EQ(text.find("2025-02  "), std::string::npos) << text;
  EXPECT_NE(text.find("2025-03  "), std::string::npos) << text;
  EXPECT_NE(text.find("(2 earlier rows not drawn: --all draws everything)"), std::string::npos) << text;
  EXPECT_EQ(draw(granularity::day, 4).find("not drawn"), std::string::npos);
}

TEST_F(strip, a_part_of_a_stretch_is_drawn_where_the_whole_does_not_fit) {
  put(granularity::day, "2025-01-01", "2025-12-31", cell::success);
  const std::string text = draw(granularity::day, 3);
  EXPECT_NE(text.find("2025-10  "), std::string::npos) << text;
  EXPECT_EQ(text.find("2025-09  "), std::string::npos) << text;
  EXPECT_NE(text.find("(9 earlier rows"), std::string::npos) << text;
}

TEST_F(strip, a_narrow_terminal_wraps_rows_and_no_line_is_wider) {
  looks_.columns = 20;
  put(granularity::day, "2025-01-01", "2025-01-31", cell::success);
  const std::string text = draw(granularity::day);
  EXPECT_NE(text.find("2025-01  SSSSSSSSSSS\n         SSSSSSSSSSS\n         SSSSSSSSS\n"), std::string::npos) << text;
}

TEST_F(strip, colour_adds_nothing_but_escapes) {
  put(granularity::day, "2025-01-01", "2025-01-31", cell::success);
  put(granularity::day, "2025-01-07", "2025-01-09", cell::held);
  const std::string plain = draw(granularity::day);
  looks_.colour = true;
  std::string coloured = draw(granularity::day);
  EXPECT_NE(coloured, plain);
  for (std::size_t at; (at = coloured.find('\x1b')) != std::string::npos;) coloured.erase(at, coloured.find('m', at) - at + 1);
  EXPECT_EQ(coloured, plain);
}

TEST_F(strip, no_cell_draws_nothing) { EXPECT_EQ(draw(granularity::day), ""); }

}  // namespace
}  // namespace partmark
