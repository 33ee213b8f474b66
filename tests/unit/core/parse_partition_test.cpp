// What parse_partition refuses, and how it says so.
#include "core/calendar.hpp"
#include "core/text.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace partmark {
namespace {

constexpr std::array every_granularity{granularity::minute, granularity::hour,    granularity::day, granularity::week,
                                       granularity::month,  granularity::quarter, granularity::year};

// The message of a refusal; empty when the text was accepted.
std::string refusal(granularity g, std::string_view text) {
  const result<ordinal> parsed = parse_partition(g, text);
  if (parsed) return {};
  EXPECT_EQ(parsed.error().code, errc::invalid);
  return parsed.error().message;
}

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

TEST(parse_partition, each_granularity_takes_the_forms_that_name_a_partition_and_no_shorter_ones) {
  constexpr std::array<std::string_view, 4> forms{"2024", "2024-01", "2024-01-01", "2024-01-01T00:00:00"};  // a Monday
  struct allowance {
    granularity g;
    std::size_t first_good_form;
  };
  for (const allowance& a : {allowance{granularity::minute, 3},
                             {granularity::hour, 3},
                             {granularity::day, 2},
                             {granularity::week, 2},
                             {granularity::month, 1},
                             {granularity::quarter, 1},
                             {granularity::year, 0}})
    for (std::size_t form = 0; form < forms.size(); ++form)
      EXPECT_EQ(refusal(a.g, forms[form]).empty(), form >= a.first_good_form) << to_text(a.g) << " " << forms[form];
}

TEST(parse_partition, malformed_text_is_refused_by_every_granularity) {
  const std::vector<std::string_view> malformed{"",
                                                " ",
                                                "1",
                                                "20",
                                                "202",
                                                "20251",
                                                "2025-",
                                                "2025-1",
                                                "2025-1-",
                                                "2025-01-",
                                                "2025-01-1",
                                                "2025-1-01",
                                                "25-01-01",
                                                "2025-01-011",
                                                "2025/01/01",
                                                "2025.01.01",
                                                "20250101",
                                                "2025-0101",
                                                "202501-01",
                                                "2025-01-01T",
                                                "2025-01-01T00",
                                                "2025-01-01T00:00",
                                                "2025-01-01T0:00:00",
                                                "2025-01-01T000000",
                                                "2025-01-01T00:00:0",
                                                "2025-01-01T00-00-00",
                                                "2025-01-01 00:00:00",
                                                "2025-01-01t00:00:00",
                                                "2025-01-01T00:00:00Z",
                                                "2025-01-01T00:00:00+00:00",
                                                "2025-01-01T00:00:00.000",
                                                "2025-01-01Z",
                                                " 2025-01-01",
                                                "2025-01-01 ",
                                                "\t2025-01-01",
                                                "2025-01-01\n",
                                                "+2025-01-01",
                                                "-2025-01-01",
                                                "-025-01-01",
                                                "+025-01-01",
                                                "+025",
                                                "-001",
                                                "12025-01-01",
                                                "10000-01-01",
                                                "10000",
                                                "0x7e",
                                                "1e03",
                                                "2025-W01",
                                                "2025-W01-1",
                                                "2025-001",
                                                "2025-Q1",
                                                "202a",
                                                "2o25-01-01",
                                                "2025-0a-01",
                                                "2025-01-0a",
                                                "2025-01-01T0a:00:00",
                                                "2025-01-01T00:0a:00",
                                                "2025-01-01T00:00:0a",
                                                "2025-+1-01",
                                                "2025- 1-01",
                                                "2025-01- 1",
                                                "2025-01--1",
                                                "Jan 1 2025",
                                                "01-01-2025",
                                                "today",
                                                "NULL",
                                                "２０２５",
                                                "2025‑01‑01",
                                                "\xff\xff\xff\xff",
                                                "2025-01-01T00:00:00\xff"};
  for (const granularity g : every_granularity)
    for (const std::string_view text : malformed)
      EXPECT_TRUE(contains(refusal(g, text), "does not have the form")) << to_text(g) << " " << text;
  for (const granularity g : every_granularity) {
    EXPECT_NE(refusal(g, std::string_view("2025-01-01\0", 11)), "");
    EXPECT_NE(refusal(g, std::string_view("2025\0", 5)), "");
    EXPECT_NE(refusal(g, std::string_view("202\0", 4)), "");
    EXPECT_NE(refusal(g, std::string(1'000'000, '1')), "");
  }
}

// The text is checked several columns at a time: each column against each byte.
TEST(parse_partition, one_wrong_character_is_found_wherever_it_stands) {
  for (const std::string_view good : {"2024", "2024-01", "2024-01-01", "2024-01-01T00:00:00"})
    for (std::size_t column = 0; column < good.size(); ++column)
      for (int byte = 0; byte < 256; ++byte) {
        std::string text(good);
        text[column] = static_cast<char>(byte);
        const bool wants_digit = good[column] >= '0' && good[column] <= '9';
        const bool fits = wants_digit ? byte >= '0' && byte <= '9' : text[column] == good[column];
        EXPECT_EQ(contains(refusal(granularity::year, text), "does not have the form"), !fits)
            << good << " column " << column << " byte " << byte;
      }
}

TEST(parse_partition, what_stands_around_the_text_in_memory_is_not_read) {
  for (const std::string_view good : {"2024", "2024-01", "2024-01-01", "2024-01-01T00:00:00"})
    for (const char other : {'0', '\xff'}) {
      const std::string memory = std::string(8, other) + std::string(good) + std::string(8, other);
      EXPECT_EQ(refusal(granularity::year, std::string_view(memory).substr(8, good.size())), "") << good;
    }
}

TEST(parse_partition, dates_that_do_not_exist_are_refused) {
  for (const std::string_view date : {"2025-00-01", "2025-13-01", "2025-99-01", "2025-01-00", "2025-01-32", "2025-04-31", "2025-06-31",
                                      "2025-09-31", "2025-11-31", "2025-02-29", "2025-02-30", "2024-02-30", "2025-01-99"}) {
    EXPECT_TRUE(contains(refusal(granularity::day, date), "names a day that does not exist")) << date;
    EXPECT_TRUE(contains(refusal(granularity::minute, std::string(date) + "T00:00:00"), "names a day that does not exist")) << date;
  }
  EXPECT_NE(refusal(granularity::month, "2025-00"), "");
  EXPECT_NE(refusal(granularity::month, "2025-13"), "");
}

TEST(parse_partition, times_that_do_not_exist_are_refused_also_leap_seconds_and_hour_24) {
  for (const std::string_view time : {"T24:00:00", "T25:00:00", "T00:60:00", "T00:99:00", "T00:00:60", "T23:59:60", "T99:99:99"}) {
    const std::string text = "2016-12-31" + std::string(time);
    for (const granularity g : every_granularity) EXPECT_TRUE(contains(refusal(g, text), "time of day that does not exist")) << text;
  }
}

TEST(parse_partition, year_0_is_refused) {
  for (const std::string_view text : {"0000", "0000-01", "0000-01-01", "0000-12-31", "0000-01-01T00:00:00"})
    for (const granularity g : every_granularity) EXPECT_TRUE(contains(refusal(g, text), "outside of the years 0001 to 9999")) << text;
}

TEST(parse_partition, a_time_inside_a_partition_is_refused_with_the_start_of_that_partition) {
  struct misaligned {
    granularity g;
    std::string_view text;
    std::string_view start;
  };
  for (const misaligned& m : {misaligned{granularity::minute, "2025-10-22T07:05:01", "2025-10-22T07:05:00"},
                              {granularity::minute, "1969-12-31T23:59:59", "1969-12-31T23:59:00"},
                              {granularity::hour, "2025-10-22T07:05:00", "2025-10-22T07:00:00"},
                              {granularity::hour, "2025-10-22T07:00:01", "2025-10-22T07:00:00"},
                              {granularity::day, "2025-10-22T07:00:00", "2025-10-22T00:00:00"},
                              {granularity::day, "1900-01-01T00:00:01", "1900-01-01T00:00:00"},
                              {granularity::week, "2025-10-22", "2025-10-20T00:00:00"},
                              {granularity::week, "2025-10-19", "2025-10-13T00:00:00"},
                              {granularity::week, "1900-01-07", "1900-01-01T00:00:00"},
                              {granularity::week, "2025-10-20T00:00:01", "2025-10-20T00:00:00"},
                              {granularity::month, "2025-10-22", "2025-10-01T00:00:00"},
                              {granularity::month, "2025-10-01T00:01:00", "2025-10-01T00:00:00"},
                              {granularity::quarter, "2025-11", "2025-10-01T00:00:00"},
                              {granularity::quarter, "1969-09-01", "1969-07-01T00:00:00"},
                              {granularity::year, "2025-10", "2025-01-01T00:00:00"},
                              {granularity::year, "0001-01-02", "0001-01-01T00:00:00"},
                              {granularity::year, "9999-12-31T23:59:59", "9999-01-01T00:00:00"}})
    EXPECT_TRUE(contains(refusal(m.g, m.text), "falls inside the " + std::string(to_text(m.g)) + " that starts at " + std::string(m.start)))
        << refusal(m.g, m.text);
}

TEST(parse_partition, a_refusal_quotes_the_text_and_says_what_was_expected) {
  EXPECT_EQ(refusal(granularity::day, "2025-02-30"),
            "\"2025-02-30\" names a day that does not exist; expected the start of a DAY, as 2025-10-20 or 2025-10-20T00:00:00");
  EXPECT_EQ(refusal(granularity::hour, "2025-10-20"),
            "\"2025-10-20\" is too short for this granularity; expected the start of an HOUR, as 2025-10-20T07:00:00");
  const std::string long_text = refusal(granularity::day, std::string(5000, 'x') + "\x1b[2J");
  EXPECT_EQ(long_text, "\"" + std::string(37, 'x') +
                           "…\" does not have the form of a partition's start; expected the start of a DAY, as 2025-10-20 or "
                           "2025-10-20T00:00:00");
}

TEST(parse_partition, the_forms_that_a_refusal_recommends_are_accepted) {
  for (const granularity g : every_granularity) {
    const std::string whole = refusal(g, "");
    std::string_view message = whole;
    message.remove_prefix(message.rfind(" as ") + 4);
    std::size_t forms = 0;
    while (!message.empty()) {
      const std::string_view form = message.substr(0, message.find_first_of(", "));
      message.remove_prefix(form.size());
      while (message.starts_with(',') || message.starts_with(' ')) message.remove_prefix(1);
      if (form == "or") continue;
      ++forms;
      EXPECT_EQ(refusal(g, form), "") << to_text(g);
    }
    EXPECT_GE(forms, 1U);
  }
}

// Texts near the good ones: random text would almost never get past the first column.
rc::Gen<std::string> nearly_a_date() {
  return rc::gen::map(
      rc::gen::tuple(rc::gen::element<std::string>("2024", "2024-02", "2024-02-29", "2024-02-29T23:59:59", "0001-01-01T00:00:00"),
                     rc::gen::container<std::vector<std::pair<std::size_t, char>>>(
                         rc::gen::pair(rc::gen::inRange<std::size_t>(0, 19), rc::gen::arbitrary<char>()))),
      [](const auto& parts) {
        auto [text, edits] = parts;
        for (const auto& [at, c] : edits) text[at % text.size()] = c;
        return text;
      });
}

RC_GTEST_PROP(parse_partition, whatever_is_accepted_is_the_text_that_is_written_back, ()) {
  const granularity g = *rc::gen::elementOf(every_granularity);
  const std::string text = *nearly_a_date();
  const result<ordinal> parsed = parse_partition(g, text);
  if (parsed) {
    RC_ASSERT(ordinal_limits(g).first <= *parsed);
    RC_ASSERT(*parsed <= ordinal_limits(g).last);
    RC_ASSERT(partition_start(g, *parsed).starts_with(text));
  } else {
    RC_ASSERT(is_plain_text(parsed.error().message));
    RC_ASSERT(contains(parsed.error().message, printable(text, 40)));
  }
}

}  // namespace
}  // namespace partmark
