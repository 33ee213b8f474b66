// What is left of a piece after a call of it was refused: neither more nor less than was not said.
#include "core/isolation.hpp"

#include <gtest/gtest.h>

namespace partmark {
namespace {

using ranges = std::vector<range>;

call whole(const ranges& said) {
  call c;
  for (const range r : said) c.claims.push_back({r, mark::success});
  return c;
}

// A call takes failed ranges first, so that it may leave out what lies before and between them.
TEST(isolation_pieces, what_lies_before_between_and_after_the_refused_is_not_forgotten) {
  isolation inside;
  inside.begin(whole({{0, 19}}), "422/BAD");
  ASSERT_EQ(inside.current().at, (ranges{{0, 9}}));
  EXPECT_EQ(inside.rejected(whole({{2, 3}, {6, 6}}), "422/BAD"), isolation::advice::go_on);
  EXPECT_EQ(inside.current().at, (ranges{{0, 1}, {4, 5}, {7, 9}}));
  EXPECT_EQ(inside.rejected(whole({{0, 1}, {9, 9}}), "422/BAD"), isolation::advice::go_on);
  EXPECT_EQ(inside.current().at, (ranges{{4, 5}, {7, 8}}));
  EXPECT_EQ(inside.rejected(whole({{7, 8}}), "422/BAD"), isolation::advice::go_on);
  EXPECT_EQ(inside.current().at, (ranges{{4, 5}}));
}

TEST(isolation_pieces, halves_end_where_ranges_end_or_inside_of_them) {
  isolation inside;
  inside.begin(whole({{0, 0}, {10, 10}, {20, 20}, {30, 30}}), "422/BAD");
  EXPECT_EQ(inside.current().at, (ranges{{0, 0}, {10, 10}}));
  inside.done();
  EXPECT_EQ(inside.current().at, (ranges{{20, 20}, {30, 30}}));
  inside.begin(whole({{0, 1}, {10, 13}, {20, 21}}), "422/BAD");
  inside.done();
  EXPECT_EQ(inside.current().at, (ranges{{0, 1}, {10, 11}}));
  inside.done();
  EXPECT_EQ(inside.current().at, (ranges{{12, 13}, {20, 21}}));
}

// Else the next re-probe of the hold would go on counting where this one ended.
TEST(isolation_pieces, a_search_that_is_over_is_forgotten) {
  isolation inside;
  inside.add_reprobe({{0, 1}}, 17);
  ASSERT_EQ(inside.rejected(whole({{0, 1}}), "422/BAD"), isolation::advice::go_on);
  inside.accepted();
  inside.done();
  EXPECT_FALSE(inside.idle());
  ASSERT_EQ(inside.rejected(whole({{1, 1}}), "422/BAD"), isolation::advice::hold_call);
  EXPECT_TRUE(inside.idle());
}

}  // namespace
}  // namespace partmark
