// A token's life: fetched once, renewed before it dies, replaced once when it was refused.
#include "can/token.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace partmark::can {
namespace {

using namespace std::chrono_literals;
using refusal = token_keeper::refusal;

constexpr steady_time start = steady_time() + 1000h;

class token : public ::testing::Test {
 protected:
  void fetch(std::string text, steady_time t) {
    ASSERT_TRUE(keeper.should_fetch(t));
    keeper.fetch_started(t);
    keeper.fetched(std::move(text));
  }

  token_keeper keeper{{.lifetime = 100s, .renew_at = 0.8}};
};

TEST_F(token, none_means_fetch_and_only_one_fetch_at_a_time) {
  EXPECT_FALSE(keeper.may_use(start));
  EXPECT_TRUE(keeper.should_fetch(start));
  keeper.fetch_started(start);
  EXPECT_FALSE(keeper.should_fetch(start + 1h));
  EXPECT_FALSE(keeper.next_fetch());
  keeper.fetched("a");
  EXPECT_TRUE(keeper.may_use(start));
  EXPECT_EQ(keeper.token(), "a");
  EXPECT_FALSE(keeper.should_fetch(start));
}

TEST_F(token, is_renewed_at_four_fifths_of_its_life_and_used_meanwhile) {
  fetch("a", start);
  EXPECT_EQ(keeper.next_fetch(), start + 80s);
  EXPECT_FALSE(keeper.should_fetch(start + 80s - 1ns));
  EXPECT_TRUE(keeper.should_fetch(start + 80s));
  keeper.fetch_started(start + 80s);
  EXPECT_TRUE(keeper.may_use(start + 90s));
  EXPECT_EQ(keeper.token(), "a");
  keeper.fetched("b");
  EXPECT_EQ(keeper.token(), "b");
  EXPECT_EQ(keeper.next_fetch(), start + 160s);
}

// What the daemon runs with: nothing in the configuration says otherwise.
TEST_F(token, lives_six_hours_unless_told_otherwise_and_leaves_a_fifth_of_them_to_a_service_that_is_down) {
  const token_settings usual;
  EXPECT_EQ(usual.lifetime, 6h);
  EXPECT_EQ(usual.renew_at, 0.8);
}

TEST_F(token, is_not_used_past_its_life_counted_from_when_it_was_asked_for) {
  keeper.fetch_started(start);
  keeper.fetched("a");
  EXPECT_TRUE(keeper.may_use(start + 100s - 1ns));
  EXPECT_FALSE(keeper.may_use(start + 100s));
}

TEST_F(token, a_failed_renewal_waits_as_told_and_keeps_the_old_one) {
  fetch("a", start);
  keeper.fetch_started(start + 80s);
  keeper.fetch_failed(start + 85s);
  EXPECT_TRUE(keeper.may_use(start + 84s));
  EXPECT_FALSE(keeper.should_fetch(start + 84s));
  EXPECT_TRUE(keeper.should_fetch(start + 85s));
}

TEST_F(token, a_refused_one_is_replaced_once_however_many_calls_carried_it) {
  fetch("a", start);
  const auto old = keeper.generation();
  EXPECT_EQ(keeper.refused(old), refusal::try_again);
  EXPECT_FALSE(keeper.may_use(start));
  EXPECT_EQ(keeper.refused(old), refusal::try_again);
  fetch("b", start + 1s);
  EXPECT_EQ(keeper.refused(old), refusal::try_again);
  EXPECT_EQ(keeper.token(), "b");
}

TEST_F(token, a_refusal_of_the_replacement_means_a_wrong_credential) {
  fetch("a", start);
  EXPECT_EQ(keeper.refused(keeper.generation()), refusal::try_again);
  fetch("b", start);
  EXPECT_EQ(keeper.refused(keeper.generation()), refusal::give_up);
  // The probes that follow fetch anew, and still give up at the first refusal.
  fetch("c", start);
  EXPECT_EQ(keeper.refused(keeper.generation()), refusal::give_up);
}

TEST_F(token, one_that_worked_may_be_refused_and_replaced_again_later) {
  fetch("a", start);
  EXPECT_EQ(keeper.refused(keeper.generation()), refusal::try_again);
  fetch("b", start);
  keeper.worked(keeper.generation() - 1);
  keeper.worked(keeper.generation());
  EXPECT_EQ(keeper.refused(keeper.generation()), refusal::try_again);
}

TEST_F(token, a_late_success_with_the_old_one_does_not_vouch_for_its_replacement) {
  fetch("a", start);
  const auto old = keeper.generation();
  EXPECT_EQ(keeper.refused(old), refusal::try_again);
  keeper.worked(old);
  fetch("b", start);
  keeper.worked(old);
  EXPECT_EQ(keeper.refused(keeper.generation()), refusal::give_up);
}

TEST_F(token, replaced_ones_are_still_known_as_secrets) {
  fetch("a", start);
  EXPECT_TRUE(keeper.former().empty());
  fetch("b", start + 80s);
  EXPECT_EQ(keeper.former(), std::vector<std::string>{"a"});
  (void)keeper.refused(keeper.generation());
  EXPECT_EQ(keeper.former(), (std::vector<std::string>{"a", "b"}));
  EXPECT_FALSE(keeper.may_use(start + 81s));
  fetch("c", start + 100s);
  fetch("d", start + 200s);
  fetch("e", start + 300s);
  fetch("f", start + 400s);
  EXPECT_EQ(keeper.former(), (std::vector<std::string>{"b", "c", "d", "e"}));
}

}  // namespace
}  // namespace partmark::can
