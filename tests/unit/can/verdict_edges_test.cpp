// Where each row of the table begins and ends: status by status, trait by trait, bit by bit.
#include "can/verdict_table.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <string_view>
#include <vector>

namespace partmark::can {
namespace {

struct stretch {
  unsigned first = 0;    // it goes to where the next begins
  std::string_view row;  // how its `what` begins
};

void expect_rows(call_end end, const std::vector<stretch>& stretches) {
  auto at = stretches.begin();
  for (end.status = 0; end.status <= 1000; ++end.status) {
    if (at + 1 != stretches.end() && end.status == (at + 1)->first) ++at;
    ASSERT_TRUE(judge(end).what.starts_with(at->row)) << end.status << ": " << judge(end).what << ", expected " << at->row;
  }
}

constexpr std::string_view other = "Any other status";
constexpr std::string_view login = "401 or 403";
constexpr std::string_view no_path = "404 or 405";
constexpr std::string_view wrong_way = "407, 421, 425 or 426";
constexpr std::string_view no_method = "501 or 505";
constexpr std::string_view fault = "5xx otherwise";

// Every reply without an envelope differs from the others only in what it is called as a 2xx and as a 4xx.
std::vector<stretch> without_envelope(std::string_view as_2xx, std::string_view as_4xx) {
  return {{0, other},       {200, as_2xx}, {300, "3xx"},     {400, as_4xx}, {401, login},     {402, as_4xx}, {403, login},
          {404, no_path},   {406, as_4xx}, {407, wrong_way}, {408, "408"},  {409, as_4xx},    {413, "413"},  {414, as_4xx},
          {421, wrong_way}, {422, as_4xx}, {425, wrong_way}, {427, as_4xx}, {429, "429"},     {430, as_4xx}, {500, fault},
          {501, no_method}, {502, fault},  {503, "503"},     {504, fault},  {505, no_method}, {506, fault},  {600, other}};
}

TEST(verdict_edges, of_replies_without_an_envelope_that_says_failure) {
  expect_rows({.how = cut}, without_envelope("2xx whose body was cut off", "4xx with HTML"));
  expect_rows({.how = whole, .body = html}, without_envelope("2xx with HTML", "4xx with HTML"));
  for (const body_kind body : {unreadable, foreign, garbled})
    expect_rows({.how = whole, .body = body}, without_envelope("2xx with anything else", "4xx otherwise"));
  expect_rows({.how = whole, .body = accepts}, without_envelope("2xx, and the envelope accepts", "4xx otherwise"));
  expect_rows({.how = whole, .body = wrong_data}, without_envelope("2xx, and the envelope accepts but", "4xx otherwise"));
}

TEST(verdict_edges, of_refusals) {
  const auto refused = [](std::string_view as_2xx, std::string_view as_4xx) {
    return std::vector<stretch>{{0, other},       {200, as_2xx},     {300, "3xx"},     {400, as_4xx},    {401, login},  {402, as_4xx},
                                {403, login},     {404, as_4xx},     {407, wrong_way}, {408, "408"},     {409, as_4xx}, {413, "413"},
                                {414, as_4xx},    {421, wrong_way},  {422, as_4xx},    {425, wrong_way}, {427, as_4xx}, {429, "429"},
                                {430, as_4xx},    {500, "500, and"}, {501, no_method}, {502, fault},     {503, "503"},  {504, fault},
                                {505, no_method}, {506, fault},      {600, other}};
  };
  expect_rows({.how = whole, .body = refuses}, refused("2xx, and the envelope says failure", "4xx, and the envelope says failure"));
}

// A dead token, or a wrong secret, whatever the status; but 408 and 429 say what they always say.
TEST(verdict_edges, of_refusals_of_a_credential) {
  const auto refused = [](std::string_view row) {
    return std::vector<stretch>{{0, other},   {200, row},       {300, "3xx"},      {400, row},       {408, "408"}, {409, row},
                                {429, "429"}, {430, row},       {500, "500, and"}, {501, no_method}, {502, fault}, {503, "503"},
                                {504, fault}, {505, no_method}, {506, fault},      {600, other}};
  };
  expect_rows({.how = whole, .body = wants_login}, refused("2xx or 4xx, and the envelope says failure with code 401"));
  expect_rows({.how = whole, .body = refuses, .type = call_type::token}, refused("Token call"));
}

TEST(verdict_edges, of_calls_without_a_reply) {
  const auto row = [](ending how, unsigned traits) { return judge({.how = how, .traits = static_cast<std::uint8_t>(traits)}).what; };
  for (unsigned others = 0; others < 16; others += 2)
    EXPECT_TRUE(row(unsent, cancelled | others).starts_with("Stopped by this side before"));
  EXPECT_TRUE(row(unsent, reused).starts_with("A kept-alive connection was found dead"));
  EXPECT_TRUE(row(unsent, timed_out).starts_with("Name lookup, connect, TLS handshake or the first write"));
  EXPECT_EQ(row(unsent, reused | timed_out), row(unsent, timed_out));
  EXPECT_TRUE(row(unsent, 0).starts_with("Name lookup, connect or TLS handshake failed"));
  for (unsigned others = 0; others < 16; others += 2) EXPECT_TRUE(row(lost, cancelled | others).starts_with("Stopped by this side after"));
  EXPECT_TRUE(row(lost, reused).starts_with("A kept-alive connection was lost"));
  EXPECT_TRUE(row(lost, timed_out).starts_with("Writing the request"));
  EXPECT_EQ(row(lost, reused | timed_out), row(lost, timed_out));
  EXPECT_TRUE(row(lost, too_large).starts_with("The reply's header was larger"));
  EXPECT_EQ(row(lost, reused | too_large), row(lost, too_large));
  EXPECT_TRUE(row(lost, 0).starts_with("The connection was lost"));
}

TEST(verdict_edges, a_reply_that_this_side_cut_short_says_nothing_of_the_endpoint) {
  for (unsigned status = 0; status <= 1000; ++status)
    ASSERT_TRUE(judge({.how = cut, .traits = cancelled, .status = status}).what.starts_with("Stopped by this side after")) << status;
}

template <class T>
void expect_bits(std::initializer_list<T> values, unsigned all) {
  unsigned sum = 0;
  for (const T v : values) {
    EXPECT_TRUE(std::has_single_bit(static_cast<unsigned>(v)));
    EXPECT_EQ(sum & static_cast<unsigned>(v), 0U);
    sum |= static_cast<unsigned>(v);
  }
  EXPECT_EQ(sum, all);
}

TEST(verdict_edges, what_a_row_can_name_is_a_bit_of_its_own) {
  expect_bits({unsent, lost, cut, whole}, any_ending);
  expect_bits({cancelled, timed_out, reused, too_large}, 15);
  expect_bits({no_body, html, unreadable, foreign, garbled, accepts, refuses, wants_login, wrong_data}, any_body);
  expect_bits({call_type::mark, call_type::trigger, call_type::token, call_type::list}, any_call);
}

}  // namespace
}  // namespace partmark::can
