#include "core/retry.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <set>

namespace partmark {
namespace {

constexpr unsigned tries_max = std::numeric_limits<unsigned>::max();

const retry_settings usual{.initial = milliseconds(500), .max = milliseconds(300'000), .multiplier = 2.0};

TEST(backoff, doubles_from_the_initial_delay_up_to_the_longest) {
  std::int64_t expected = 500;
  for (unsigned tries = 0; tries < 50; ++tries) {
    EXPECT_EQ(backoff_ceiling(usual, tries).count(), expected) << tries;
    expected = std::min<std::int64_t>(expected * 2, 300'000);
  }
}

TEST(backoff, any_number_of_tries_has_a_delay) {
  for (const unsigned tries : {63U, 64U, 1023U, 1024U, 1025U, 100'000U, tries_max}) EXPECT_EQ(backoff_ceiling(usual, tries), usual.max);
}

TEST(backoff, never_grows_with_a_multiplier_of_one) {
  const retry_settings flat{.initial = milliseconds(500), .max = milliseconds(300'000), .multiplier = 1.0};
  for (const unsigned tries : {0U, 1U, 1000U, tries_max}) EXPECT_EQ(backoff_ceiling(flat, tries), flat.initial);
}

TEST(backoff, without_an_initial_delay_there_is_none_ever) {
  const retry_settings none{.initial = milliseconds(0), .max = milliseconds(300'000), .multiplier = 2.0};
  random_source random(1);
  for (const unsigned tries : {0U, 1U, 1023U, 1024U, 5000U, tries_max}) {
    EXPECT_EQ(backoff_ceiling(none, tries).count(), 0) << tries;
    EXPECT_EQ(backoff_delay(none, tries, random).count(), 0) << tries;
  }
}

TEST(backoff, the_longest_delay_is_the_longest_also_for_the_first_try) {
  const retry_settings small{.initial = milliseconds(500), .max = milliseconds(100), .multiplier = 2.0};
  EXPECT_EQ(backoff_ceiling(small, 0), small.max);
}

TEST(backoff, holds_the_longest_durations_there_are) {
  const retry_settings huge{.initial = milliseconds(1), .max = milliseconds::max(), .multiplier = 1e300};
  EXPECT_EQ(backoff_ceiling(huge, 0), milliseconds(1));
  EXPECT_EQ(backoff_ceiling(huge, 1), milliseconds::max());
  random_source random(1);
  for (int i = 0; i < 100; ++i) EXPECT_GE(backoff_delay(huge, tries_max, random).count(), 0);
}

TEST(backoff, jitter_covers_everything_from_nothing_to_the_ceiling) {
  const retry_settings small{.initial = milliseconds(3), .max = milliseconds(24), .multiplier = 2.0};
  random_source random(7);
  for (unsigned tries = 0; tries < 6; ++tries) {
    const auto ceiling = backoff_ceiling(small, tries).count();
    std::set<std::int64_t> seen;
    for (int i = 0; i < 2000; ++i) seen.insert(backoff_delay(small, tries, random).count());
    EXPECT_EQ(*seen.begin(), 0);
    EXPECT_EQ(*seen.rbegin(), ceiling);
    EXPECT_EQ(seen.size(), static_cast<std::size_t>(ceiling) + 1);
  }
}

TEST(backoff, one_seed_gives_one_sequence) {
  random_source a(42);
  random_source b(42);
  for (unsigned tries = 0; tries < 30; ++tries) EXPECT_EQ(backoff_delay(usual, tries, a), backoff_delay(usual, tries, b));
}

}  // namespace
}  // namespace partmark
