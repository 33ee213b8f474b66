#include "core/text.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace partmark {
namespace {

std::string bytes(std::initializer_list<unsigned> values) {
  std::string text;
  for (const unsigned value : values) text += static_cast<char>(value);
  return text;
}

// The encoding by the letter of RFC 3629, §3.
std::string encode(std::uint32_t code_point) {
  if (code_point < 0x80) return bytes({code_point});
  if (code_point < 0x800) return bytes({0xc0 | code_point >> 6, 0x80 | (code_point & 0x3f)});
  if (code_point < 0x10000) return bytes({0xe0 | code_point >> 12, 0x80 | (code_point >> 6 & 0x3f), 0x80 | (code_point & 0x3f)});
  return bytes({0xf0 | code_point >> 18, 0x80 | (code_point >> 12 & 0x3f), 0x80 | (code_point >> 6 & 0x3f), 0x80 | (code_point & 0x3f)});
}

bool is_surrogate(std::uint32_t code_point) { return code_point >= 0xd800 && code_point <= 0xdfff; }

bool is_control(std::uint32_t code_point) { return code_point < 0x20 || (code_point >= 0x7f && code_point <= 0x9f); }

// Every character there is, by its encoding: which texts of one, two, three or four bytes are one character.
class every_character {
 public:
  every_character() : one_(1U << 8), two_(1U << 16), three_(1U << 24) {
    for (std::uint32_t c = 0; c <= 0x10ffff; ++c) {
      if (is_surrogate(c)) continue;
      const std::string text = encode(c);
      if (text.size() < 4) of_length(text.size())[index(text)] = true;
    }
  }

  // Whether the text, of up to three bytes, can be cut into characters.
  [[nodiscard]] bool cuts(std::string_view text) {
    if (text.empty()) return true;
    for (std::size_t length = 1; length <= text.size(); ++length)
      if (of_length(length)[index(text.substr(0, length))] && cuts(text.substr(length))) return true;
    return false;
  }

 private:
  std::vector<bool>& of_length(std::size_t length) { return length == 1 ? one_ : length == 2 ? two_ : three_; }

  static std::size_t index(std::string_view text) {
    std::size_t value = 0;
    for (const char c : text) value = value << 8 | static_cast<unsigned char>(c);
    return value;
  }

  std::vector<bool> one_;
  std::vector<bool> two_;
  std::vector<bool> three_;
};

// A character of four bytes, taken apart bit by bit and looked at.
bool is_four_byte_character(std::string_view text) {
  std::array<std::uint32_t, 4> b{};
  for (std::size_t i = 0; i < 4; ++i) b[i] = static_cast<unsigned char>(text[i]);
  const std::uint32_t code_point = (b[0] & 0x07) << 18 | (b[1] & 0x3f) << 12 | (b[2] & 0x3f) << 6 | (b[3] & 0x3f);
  return code_point >= 0x10000 && code_point <= 0x10ffff && encode(code_point) == text;
}

TEST(text, every_text_of_up_to_three_bytes_is_utf8_exactly_when_it_can_be_cut_into_characters) {
  every_character characters;
  std::string text(3, '\0');
  for (std::uint32_t value = 0; value < 1U << 24; ++value) {
    text[0] = static_cast<char>(value >> 16);
    text[1] = static_cast<char>(value >> 8);
    text[2] = static_cast<char>(value);
    if (is_utf8(text) != characters.cuts(text)) FAIL() << "differs for bytes " << std::hex << value;
    const std::string_view two = std::string_view(text).substr(1);
    if (value < 1U << 16 && is_utf8(two) != characters.cuts(two)) FAIL() << "differs for two bytes " << std::hex << value;
    const std::string_view one = std::string_view(text).substr(2);
    if (value < 1U << 8 && is_utf8(one) != characters.cuts(one)) FAIL() << "differs for one byte " << std::hex << value;
  }
  EXPECT_TRUE(is_utf8(""));
}

TEST(text, four_bytes_from_the_edges_of_every_rule_are_utf8_exactly_when_they_can_be_cut_into_characters) {
  constexpr std::array<unsigned, 30> edges{0x00, 0x1f, 0x20, 0x7e, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf,
                                           0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xf7, 0xf8, 0xfe, 0xff};
  every_character characters;
  for (const unsigned a : edges)
    for (const unsigned b : edges)
      for (const unsigned c : edges)
        for (const unsigned d : edges) {
          const std::string text = bytes({a, b, c, d});
          bool good = is_four_byte_character(text);
          for (std::size_t cut = 1; cut < 4 && !good; ++cut)
            good = characters.cuts(std::string_view(text).substr(0, cut)) && characters.cuts(std::string_view(text).substr(cut));
          if (is_utf8(text) != good) FAIL() << std::hex << a << " " << b << " " << c << " " << d;
        }
}

TEST(text, every_character_is_utf8_and_is_plain_unless_it_is_a_control_character) {
  for (std::uint32_t c = 0; c <= 0x10ffff; ++c) {
    if (is_utf8(encode(c)) == is_surrogate(c)) FAIL() << std::hex << c;
    if (is_plain_text(encode(c)) != (!is_surrogate(c) && !is_control(c))) FAIL() << std::hex << c;
  }
  EXPECT_FALSE(is_utf8(encode(0x110000)));
  EXPECT_TRUE(is_plain_text(""));
}

// The check reads eight bytes at a time where it can, and must not take its neighbours in memory for the text.
TEST(text, one_bad_byte_is_found_wherever_it_stands_and_whatever_stands_around_it) {
  struct filling {
    char inside;
    char outside;
  };
  constexpr std::size_t around = 16;
  for (const auto& [inside, outside] : {filling{' ', ' '}, {'a', 'a'}, {'b', 'b'}, {'~', '~'}, {'a', '\xff'}})
    for (std::size_t length = 1; length <= 40; ++length)
      for (std::size_t at = 0; at < length; ++at)
        for (unsigned value = 0; value < 256; ++value) {
          std::string memory = std::string(around, outside) + std::string(length, inside) + std::string(around, outside);
          memory[around + at] = static_cast<char>(value);
          const std::string_view text = std::string_view(memory).substr(around, length);
          if (is_utf8(text) != (value < 0x80)) FAIL() << inside << " " << length << " " << at << " " << value;
          if (is_plain_text(text) != (value >= 0x20 && value < 0x7f)) FAIL() << inside << " " << length << " " << at << " " << value;
        }
}

TEST(text, a_character_cut_off_by_the_end_is_bad) {
  for (const std::uint32_t c : {0xe9U, 0x20acU, 0x1f600U}) {
    // What follows in memory would complete it.
    const std::string whole = "12345678" + encode(c);
    for (std::size_t length = 9; length < whole.size(); ++length) {
      EXPECT_FALSE(is_utf8(std::string_view(whole).substr(0, length)));
      EXPECT_EQ(printable(std::string_view(whole).substr(0, length)), "12345678" + std::string(length - 8, '?'));
    }
  }
}

TEST(printable, plain_text_that_fits_stays_as_it_is) {
  EXPECT_EQ(printable(""), "");
  EXPECT_EQ(printable("orders_daily"), "orders_daily");
  EXPECT_EQ(printable("grüße €😀"), "grüße €😀");
  EXPECT_EQ(printable(std::string(80, 'x')), std::string(80, 'x'));
}

TEST(printable, controls_and_bad_bytes_become_question_marks) {
  EXPECT_EQ(printable("a\x1b[31mb\r\n\t"), "a?[31mb???");
  EXPECT_EQ(printable(std::string_view("a\0b", 3)), "a?b");
  EXPECT_EQ(printable("a\xc2\x9b"
                      "b\x7f"),
            "a?b?");
  EXPECT_EQ(printable("a\xff\xfe\xed\xa0\x80z"), "a?????z");
  EXPECT_EQ(printable("\xe2\x82"), "??");
}

TEST(printable, what_became_a_question_mark_takes_a_bytes_room) {
  EXPECT_EQ(printable("a\nb", 3), "a?b");
  EXPECT_EQ(printable("a\xc2\x9b", 2), "a?");
  EXPECT_EQ(printable("\xff\xff\xff", 3), "???");
}

TEST(printable, long_text_is_cut_at_a_character_and_says_so) {
  EXPECT_EQ(printable(std::string(81, 'x')), std::string(77, 'x') + "…");
  EXPECT_EQ(printable("abcdef", 5), "ab…");
  EXPECT_EQ(printable("€€€", 8), "€…");
  EXPECT_EQ(printable("€€€", 9), "€€€");
  EXPECT_EQ(printable("ab€", 4), "a…");
  EXPECT_EQ(printable("abcd", 3), "…");
  EXPECT_EQ(printable("abcd", 2), "ab");
  EXPECT_EQ(printable("abcd", 0), "");
}

RC_GTEST_PROP(printable, the_result_is_plain_within_bounds_and_shows_the_beginning, (const std::string& raw)) {
  const auto bytes_max = *rc::gen::inRange<std::size_t>(0, 30);
  const std::string shown = printable(raw, bytes_max);
  RC_ASSERT(is_plain_text(shown));
  RC_ASSERT(shown.size() <= bytes_max);
  if (is_plain_text(raw) && raw.size() <= bytes_max) RC_ASSERT(shown == raw);
}

TEST(text, what_is_appended_to_show_is_bounded_by_itself_and_leaves_what_was_there) {
  std::string shown = "said: ";
  append_printable(shown, "plain", 5);
  EXPECT_EQ(shown, "said: plain");
  append_printable(shown, "tab\tand far too long", 8);
  EXPECT_EQ(shown, "said: plaintab?a…");
  append_printable(shown, "long", 2);
  EXPECT_EQ(shown, "said: plaintab?a…lo");
}

}  // namespace
}  // namespace partmark
