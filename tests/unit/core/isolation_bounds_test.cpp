// How long a plan is searched at most (DESIGN §5), in numbers: an outsider's count, not the program's own.
#include "core/isolation.hpp"

#include <gtest/gtest.h>

#include <string>

namespace partmark {
namespace {

call whole(const std::vector<range>& ranges) {
  call c;
  for (const range r : ranges) c.claims.push_back({r, mark::success});
  return c;
}

// Refusals that all differ, so that the whole is never given up early.
isolation::advice refuse(isolation& inside, unsigned number) {
  return inside.rejected(whole(inside.current().at), "422/" + std::to_string(number));
}

TEST(isolation_bounds, eight_refusals_alike_give_the_whole_up) {
  isolation inside;
  inside.begin(whole({{0, 1023}}), "422/BAD");
  for (int probe = 1; probe < 8; ++probe)
    ASSERT_EQ(inside.rejected(whole(inside.current().at), "422/BAD"), isolation::advice::go_on) << probe;
  EXPECT_EQ(inside.rejected(whole(inside.current().at), "422/BAD"), isolation::advice::hold_all);
}

TEST(isolation_bounds, the_64th_call_carries_all_that_is_left) {
  isolation inside;
  inside.begin(whole({{0, 4095}}), "422/BAD");
  for (unsigned n = 1; n < 64; ++n) {
    ASSERT_NE(inside.current().at, (std::vector<range>{{0, 4095}})) << n;
    ASSERT_EQ(refuse(inside, n), isolation::advice::go_on) << n;
  }
  EXPECT_EQ(inside.current().at, (std::vector<range>{{0, 4095}}));
  isolation refused = inside;
  EXPECT_EQ(refuse(refused, 64), isolation::advice::hold_all);
  inside.accepted();
  inside.done();
  EXPECT_TRUE(inside.idle());
}

TEST(isolation_bounds, calls_that_were_accepted_count_too) {
  isolation inside;
  inside.begin(whole({{0, 4095}}), "422/BAD");
  for (unsigned n = 1; n < 64; ++n) {
    if (n % 8 != 0) {
      ASSERT_EQ(refuse(inside, n), isolation::advice::go_on) << n;
      continue;
    }
    inside.accepted();
    inside.done();
  }
  EXPECT_EQ(inside.rejected(whole(inside.current().at), "422/BAD"), isolation::advice::hold_all);
}

}  // namespace
}  // namespace partmark
