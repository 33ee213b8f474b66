#include "config/duration.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <string_view>
#include <utility>

namespace partmark::config {
namespace {

TEST(duration, is_a_number_and_a_unit) {
  constexpr std::pair<std::string_view, std::int64_t> good[] = {
      {"200ms", 200},
      {"5s", 5'000},
      {"1.5s", 1'500},
      {"0.001s", 1},
      {"1.000000000s", 1'000},
      {"5m", 300'000},
      {"1h", 3'600'000},
      {"0.5h", 1'800'000},
      {"90d", 7'776'000'000},
      {"0", 0},
      {"0s", 0},
      {"0ms", 0},
      {"0.0d", 0},
      {"00", 0},
      {"010s", 10'000},
      {"1500ms", 1'500},
      {"0.00001d", 864},
      {"36500d", 3'153'600'000'000},
  };
  for (const auto& [text, count] : good) {
    const auto parsed = parse_duration(text);
    ASSERT_TRUE(parsed.has_value()) << text;
    EXPECT_EQ(parsed->count(), count) << text;
  }
}

TEST(duration, nothing_else_is_one) {
  for (const std::string_view text : {"",
                                      "5",
                                      "1",
                                      "s",
                                      "ms",
                                      ".5s",
                                      "5.s",
                                      "-5s",
                                      "+5s",
                                      "5 s",
                                      " 5s",
                                      "5s ",
                                      "5S",
                                      "5sec",
                                      "1h30m",
                                      "1e3s",
                                      "0x5s",
                                      "1,5s",
                                      "1.5.0s",
                                      "soon",
                                      "off",
                                      "0.5ms",
                                      "1.0005s",
                                      "1.0000000000s",
                                      "36501d",
                                      "36500.1d",
                                      "99999999999999999999s",
                                      "18446744073709551616ms",
                                      "9223372036854775807d",
                                      "5\ts",
                                      "٥s"})
    EXPECT_FALSE(parse_duration(text).has_value()) << text;
}

TEST(duration, a_refusal_quotes_the_text_and_says_what_is_one) {
  EXPECT_EQ(parse_duration("so\non").error().message,
            "\"so?on\" is not a duration: expected a number and ms, s, m, h or d, such as 200ms, 1.5s or 90d, of whole milliseconds and at "
            "most 36500d");
  EXPECT_EQ(parse_duration("x").error().code, errc::invalid);
}

TEST(duration, is_written_with_the_largest_unit_that_divides_it) {
  constexpr std::pair<std::int64_t, std::string_view> texts[] = {{0, "0"},           {1, "1ms"},          {1'500, "1500ms"},
                                                                 {90'000, "90s"},    {120'000, "2m"},     {3'600'000, "1h"},
                                                                 {86'400'000, "1d"}, {129'600'000, "36h"}};
  for (const auto& [count, text] : texts) EXPECT_EQ(duration_text(milliseconds(count)), text);
}

RC_GTEST_PROP(duration, every_duration_survives_being_written_and_read, ()) {
  const milliseconds d(*rc::gen::inRange<std::int64_t>(0, 3'153'600'000'001));
  RC_ASSERT(parse_duration(duration_text(d)).value() == d);
}

}  // namespace
}  // namespace partmark::config
