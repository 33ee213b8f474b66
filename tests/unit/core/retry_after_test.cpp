#include "core/retry_after.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace partmark {
namespace {

using namespace std::chrono_literals;

// 1994-11-06T08:49:30.500Z
const system_time now_1994 = std::chrono::sys_days(std::chrono::year(1994) / 11 / 6) + 8h + 49min + 30s + 500ms;

TEST(retry_after, seconds_are_taken_as_they_are) {
  EXPECT_EQ(parse_retry_after("0", now_1994), 0ms);
  EXPECT_EQ(parse_retry_after("1", now_1994), 1s);
  EXPECT_EQ(parse_retry_after("120", now_1994), 120s);
  EXPECT_EQ(parse_retry_after("0007", now_1994), 7s);
  EXPECT_EQ(parse_retry_after(" \t5 ", now_1994), 5s);
}

TEST(retry_after, a_date_is_the_time_until_then) {
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:49:37 GMT", now_1994), 6500ms);
  EXPECT_EQ(parse_retry_after("Sunday, 06-Nov-94 08:49:37 GMT", now_1994), 6500ms);
  EXPECT_EQ(parse_retry_after(" Sun Nov  6 08:49:37 1994 ", now_1994), 6500ms);
}

TEST(retry_after, a_date_that_has_passed_is_no_wait) {
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:49:30 GMT", now_1994), 0ms);
  EXPECT_EQ(parse_retry_after("Sat, 01 Jan 0001 00:00:00 GMT", now_1994), 0ms);
}

TEST(retry_after, nobody_waits_longer_than_a_day) {
  EXPECT_EQ(parse_retry_after("86399", now_1994), 86399s);
  EXPECT_EQ(parse_retry_after("86400", now_1994), 24h);
  EXPECT_EQ(parse_retry_after("86401", now_1994), 24h);
  EXPECT_EQ(parse_retry_after("18446744073709551617", now_1994), 24h);
  EXPECT_EQ(parse_retry_after(std::string(100'000, '9'), now_1994), 24h);
  EXPECT_EQ(parse_retry_after("Mon, 07 Nov 1994 08:49:31 GMT", now_1994), 24h);
  EXPECT_EQ(parse_retry_after("Fri, 31 Dec 9999 23:59:59 GMT", now_1994), 24h);
}

TEST(retry_after, nonsense_is_nothing) {
  for (const std::string_view text :
       {"", " ", "-1", "+1", "1.5", "1s", "1 2", "0x10", "soon", "1994-11-06T08:49:37Z", "Sun, 06 Nov 1994", "\xff", "١"})
    EXPECT_EQ(parse_retry_after(text, now_1994), std::nullopt) << text;
}

}  // namespace
}  // namespace partmark
