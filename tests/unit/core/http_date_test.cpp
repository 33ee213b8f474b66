#include "core/http_date.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <chrono>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>

namespace partmark {
namespace {

using std::chrono::seconds;
using namespace std::chrono_literals;

system_time at(int year, unsigned month, unsigned day, seconds time = 0s) {
  return std::chrono::sys_days(std::chrono::year(year) / static_cast<int>(month) / static_cast<int>(day)) + time;
}

const system_time rfc_example = at(1994, 11, 6, 8h + 49min + 37s);
const system_time in_1995 = at(1995, 1, 1);

TEST(http_date, the_three_forms_of_the_rfc_are_one_time) {
  EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT", in_1995), rfc_example);
  EXPECT_EQ(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT", in_1995), rfc_example);
  EXPECT_EQ(parse_http_date("Sun Nov  6 08:49:37 1994", in_1995), rfc_example);
  EXPECT_EQ(parse_http_date("Wed Nov 16 08:49:37 1994", in_1995), at(1994, 11, 16, 8h + 49min + 37s));
}

TEST(http_date, anything_else_is_nothing) {
  for (const std::string_view text : {"",
                                      " ",
                                      "Sun",
                                      "Sun,",
                                      "Sun, ",
                                      "120",
                                      "now",
                                      "Sun, 06 Nov 1994",
                                      "Sun, 06 Nov 1994 08:49:37",
                                      "Sun, 06 Nov 1994 08:49:37 UTC",
                                      "Sun, 06 Nov 1994 08:49:37 +0000",
                                      "Sun, 06 Nov 1994 08:49:37 GMT ",
                                      " Sun, 06 Nov 1994 08:49:37 GMT",
                                      "Sun, 06 Nov 1994 08:49:37 gmt",
                                      "sun, 06 Nov 1994 08:49:37 GMT",
                                      "Sun, 06 nov 1994 08:49:37 GMT",
                                      "Sun 06 Nov 1994 08:49:37 GMT",
                                      "Sun, 6 Nov 1994 08:49:37 GMT",
                                      "Sun,  6 Nov 1994 08:49:37 GMT",
                                      "Sun, 06 Nov 94 08:49:37 GMT",
                                      "Sun, 06-Nov-1994 08:49:37 GMT",
                                      "Sun, 06 Nov 1994 8:49:37 GMT",
                                      "Sun, 06 Nov 1994 08:49 GMT",
                                      "Sun, 06 Nov 1994 08.49.37 GMT",
                                      "Sun, 06 Nov 1994  08:49:37 GMT",
                                      "Sunday, 06 Nov 1994 08:49:37 GMT",
                                      "Sun, 06-Nov-94 08:49:37 GMT",
                                      "Sunday, 06-Nov-1994 08:49:37 GMT",
                                      "Sunday, 6-Nov-94 08:49:37 GMT",
                                      "Sun Nov 6 08:49:37 1994",
                                      "Sun Nov 06 08:49:37 94",
                                      "Sun Nov  6 08:49:37 1994 GMT",
                                      "Sun Nov  6 08:49:37  1994",
                                      "Sun, Nov  6 08:49:37 1994",
                                      "Xyz, 06 Nov 1994 08:49:37 GMT",
                                      "Sun, 06 Xyz 1994 08:49:37 GMT",
                                      "Sun, -6 Nov 1994 08:49:37 GMT",
                                      "Sun, 06 Nov 1994 08:4a:37 GMT",
                                      "1994-11-06T08:49:37Z",
                                      "\xff\xff"})
    EXPECT_EQ(parse_http_date(text, in_1995), std::nullopt) << text;
}

TEST(http_date, dates_and_times_that_do_not_exist_are_nothing) {
  for (const std::string_view text :
       {"Sun, 00 Nov 1994 08:49:37 GMT", "Sun, 31 Nov 1994 08:49:37 GMT", "Sun, 29 Feb 1900 08:49:37 GMT", "Sun, 30 Feb 2000 08:49:37 GMT",
        "Sun, 01 Jan 0000 08:49:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 23:60:00 GMT", "Sun, 06 Nov 1994 23:59:61 GMT",
        "Sunday, 29-Feb-94 08:49:37 GMT", "Sun Feb 29 08:49:37 1994", "Sun Nov  0 08:49:37 1994"})
    EXPECT_EQ(parse_http_date(text, in_1995), std::nullopt) << text;
}

TEST(http_date, the_date_decides_whatever_day_is_named) {
  EXPECT_EQ(parse_http_date("Mon, 06 Nov 1994 08:49:37 GMT", in_1995), rfc_example);
}

TEST(http_date, a_leap_second_is_the_second_after_it) {
  EXPECT_EQ(parse_http_date("Sat, 31 Dec 2016 23:59:60 GMT", in_1995), at(2017, 1, 1));
}

TEST(http_date, a_two_digit_year_is_at_most_fifty_years_ahead) {
  const system_time now = at(2025, 6, 15, 12h) + 250ms;
  EXPECT_EQ(parse_http_date("Sunday, 06-Nov-25 08:49:37 GMT", now), at(2025, 11, 6, 8h + 49min + 37s));
  EXPECT_EQ(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT", now), rfc_example);
  EXPECT_EQ(parse_http_date("Sunday, 06-Nov-74 08:49:37 GMT", now), at(2074, 11, 6, 8h + 49min + 37s));
  EXPECT_EQ(parse_http_date("Saturday, 15-Jun-75 12:00:00 GMT", now), at(2075, 6, 15, 12h));
  EXPECT_EQ(parse_http_date("Saturday, 15-Jun-75 12:00:01 GMT", now), at(1975, 6, 15, 12h + 1s));
  EXPECT_EQ(parse_http_date("Saturday, 15-Jun-75 12:00:00 GMT", at(2025, 6, 15, 12h)), at(2075, 6, 15, 12h));
  EXPECT_EQ(parse_http_date("Friday, 01-Jan-76 00:00:00 GMT", now), at(1976, 1, 1));
  EXPECT_EQ(parse_http_date("Friday, 01-Jan-01 00:00:00 GMT", at(2099, 12, 31)), at(2101, 1, 1));
  EXPECT_EQ(parse_http_date("Tuesday, 29-Feb-00 00:00:00 GMT", at(2024, 2, 29)), at(2000, 2, 29));
}

// The C library writes what we read.
RC_GTEST_PROP(http_date, what_strftime_writes_is_read_back, ()) {
  const auto value = *rc::gen::inRange<std::time_t>(0, 253402300799);  // to the end of year 9999
  std::tm parts{};
  gmtime_r(&value, &parts);
  const system_time expected{seconds(value)};
  char text[64];
  std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
  RC_ASSERT(parse_http_date(text, in_1995) == expected);
  std::strftime(text, sizeof text, "%a %b %e %H:%M:%S %Y", &parts);
  RC_ASSERT(parse_http_date(text, in_1995) == expected);
  std::strftime(text, sizeof text, "%A, %d-%b-%y %H:%M:%S GMT", &parts);
  RC_ASSERT(parse_http_date(text, expected) == expected);
  RC_ASSERT(parse_http_date(text, expected + std::chrono::days(365 * 40)) == expected);
  RC_ASSERT(parse_http_date(text, expected - std::chrono::days(365 * 40)) == expected);
}

}  // namespace
}  // namespace partmark
