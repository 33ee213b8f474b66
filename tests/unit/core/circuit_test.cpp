#include "core/circuit.hpp"

#include <gtest/gtest.h>

#include <optional>

namespace partmark {
namespace {

using std::chrono::seconds;

constexpr milliseconds a_moment{1};

const steady_time start{seconds(1000)};

verdict of(verdict_kind kind, bool endpoint_trouble = false) {
  verdict v;
  v.kind = kind;
  v.endpoint_trouble = endpoint_trouble;
  return v;
}

verdict accepted() { return of(verdict_kind::accepted); }
verdict rejected() { return of(verdict_kind::rejected); }
verdict trouble() { return of(verdict_kind::retry, true); }
verdict unauthorized() { return of(verdict_kind::unauthorized); }
verdict lost_with_a_kept_connection() {
  verdict v = of(verdict_kind::ambiguous);
  v.retry_at_once = true;
  return v;
}
verdict busy_for(milliseconds delay) {
  verdict v = trouble();
  v.not_before = delay;
  return v;
}

circuit_settings settings(unsigned open_after = 3) {
  return {.open_after = open_after, .probe_every = seconds(10), .probe_initial = seconds(1)};
}

circuit opened_at(steady_time t) {
  circuit c(settings(1));
  EXPECT_EQ(c.ended(trouble(), t), circuit_change::opened);
  return c;
}

TEST(circuit, starts_closed_and_lets_everything_through) {
  const circuit c(settings());
  EXPECT_FALSE(c.is_open());
  EXPECT_TRUE(c.may_send(start, 7));
  EXPECT_EQ(c.next_chance(start), std::nullopt);
}

TEST(circuit, opens_after_so_many_troubles_in_a_row_and_not_before) {
  circuit c(settings(3));
  EXPECT_EQ(c.ended(trouble(), start), circuit_change::none);
  EXPECT_EQ(c.ended(trouble(), start), circuit_change::none);
  EXPECT_FALSE(c.is_open());
  EXPECT_EQ(c.ended(trouble(), start), circuit_change::opened);
  EXPECT_TRUE(c.is_open());
  EXPECT_FALSE(c.may_send(start, 0));
}

TEST(circuit, an_answer_in_between_starts_the_count_anew) {
  for (const auto& answer : {accepted(), rejected()}) {
    circuit c(settings(2));
    c.ended(trouble(), start);
    EXPECT_EQ(c.ended(answer, start), circuit_change::none);
    EXPECT_EQ(c.ended(trouble(), start), circuit_change::none);
    EXPECT_EQ(c.ended(trouble(), start), circuit_change::opened);
  }
}

TEST(circuit, rejections_never_open_it) {
  circuit c(settings(1));
  for (int i = 0; i < 100; ++i) EXPECT_EQ(c.ended(rejected(), start), circuit_change::none);
  EXPECT_TRUE(c.may_send(start, 0));
}

TEST(circuit, a_call_lost_with_a_kept_connection_says_nothing_either_way) {
  circuit c(settings(2));
  c.ended(trouble(), start);
  EXPECT_EQ(c.ended(lost_with_a_kept_connection(), start), circuit_change::none);
  EXPECT_EQ(c.ended(trouble(), start), circuit_change::opened);  // still the second in a row
  EXPECT_EQ(c.ended(lost_with_a_kept_connection(), start), circuit_change::none);
  EXPECT_TRUE(c.is_open());

  circuit refused(settings());
  refused.ended(unauthorized(), start);
  refused.ended(lost_with_a_kept_connection(), start);
  EXPECT_TRUE(refused.is_unauthorized());
}

TEST(circuit, while_open_one_probe_at_a_time_and_not_before_its_time) {
  const circuit c = opened_at(start);
  const steady_time first_probe = start + seconds(1);
  EXPECT_EQ(c.next_chance(start), first_probe);
  EXPECT_FALSE(c.may_send(first_probe - a_moment, 0));
  EXPECT_TRUE(c.may_send(first_probe, 0));
  EXPECT_FALSE(c.may_send(first_probe, 1));
  EXPECT_EQ(c.next_chance(first_probe), std::nullopt);  // time alone changes nothing more
}

TEST(circuit, failed_probes_come_ever_slower_up_to_the_configured_gap) {
  circuit c = opened_at(start);
  steady_time t = start + seconds(1);
  for (const int gap : {2, 4, 8, 10, 10, 10}) {
    ASSERT_TRUE(c.may_send(t, 0));
    EXPECT_EQ(c.ended(trouble(), t), circuit_change::none);
    EXPECT_FALSE(c.may_send(t + seconds(gap) - a_moment, 0));
    EXPECT_EQ(c.next_chance(t), t + seconds(gap));
    t += seconds(gap);
  }
}

TEST(circuit, calls_that_were_under_way_when_it_opened_do_not_put_off_the_first_probe) {
  circuit c = opened_at(start);
  for (int i = 0; i < 7; ++i) EXPECT_EQ(c.ended(trouble(), start + a_moment), circuit_change::none);
  EXPECT_TRUE(c.may_send(start + seconds(1), 0));
}

TEST(circuit, the_first_probe_is_never_later_than_the_configured_gap) {
  circuit c({.open_after = 1, .probe_every = milliseconds(100), .probe_initial = seconds(1)});
  c.ended(trouble(), start);
  EXPECT_TRUE(c.may_send(start + milliseconds(100), 0));
}

TEST(circuit, closes_on_any_answer_and_forgets_the_gap) {
  for (const auto& answer : {accepted(), rejected()}) {
    circuit c = opened_at(start);
    c.ended(trouble(), start + seconds(1));
    EXPECT_EQ(c.ended(answer, start + seconds(3)), circuit_change::closed);
    EXPECT_FALSE(c.is_open());
    EXPECT_TRUE(c.may_send(start + seconds(3), 5));
    EXPECT_EQ(c.ended(answer, start + seconds(3)), circuit_change::none);
    EXPECT_EQ(c.ended(trouble(), start + seconds(4)), circuit_change::opened);
    EXPECT_TRUE(c.may_send(start + seconds(5), 0));
  }
}

TEST(circuit, a_refused_credential_opens_it_at_once) {
  circuit c(settings(5));
  EXPECT_EQ(c.ended(unauthorized(), start), circuit_change::opened);
  EXPECT_TRUE(c.is_unauthorized());
  EXPECT_FALSE(c.may_send(start, 0));
  EXPECT_TRUE(c.may_send(start + seconds(1), 0));
  EXPECT_EQ(c.ended(accepted(), start + seconds(1)), circuit_change::closed);
  EXPECT_FALSE(c.is_unauthorized());
}

TEST(circuit, a_credential_refused_while_it_is_open_is_news_once) {
  circuit c = opened_at(start);
  EXPECT_EQ(c.ended(unauthorized(), start + seconds(1)), circuit_change::opened);
  EXPECT_EQ(c.ended(unauthorized(), start + seconds(3)), circuit_change::none);
  EXPECT_TRUE(c.is_unauthorized());
  c.ended(trouble(), start + seconds(7));  // now it cannot even be reached
  EXPECT_FALSE(c.is_unauthorized());
  EXPECT_TRUE(c.is_open());
}

TEST(circuit, retry_after_stops_the_whole_endpoint_until_its_time) {
  circuit c(settings(5));
  EXPECT_EQ(c.ended(busy_for(seconds(30)), start), circuit_change::none);
  EXPECT_FALSE(c.is_open());
  EXPECT_FALSE(c.may_send(start + seconds(30) - a_moment, 0));
  EXPECT_TRUE(c.may_send(start + seconds(30), 3));
  EXPECT_EQ(c.next_chance(start), start + seconds(30));
  EXPECT_EQ(c.next_chance(start + seconds(30)), std::nullopt);
}

TEST(circuit, a_shorter_retry_after_does_not_shorten_a_longer_one) {
  circuit c(settings(5));
  c.ended(busy_for(seconds(30)), start);
  c.ended(busy_for(seconds(1)), start + a_moment);  // was under way together with the first
  EXPECT_FALSE(c.may_send(start + seconds(30) - a_moment, 0));
  EXPECT_TRUE(c.may_send(start + seconds(30), 0));
}

TEST(circuit, an_acceptance_does_not_lift_a_retry_after) {
  circuit c(settings(5));
  c.ended(busy_for(seconds(30)), start);
  c.ended(accepted(), start + seconds(1));
  EXPECT_FALSE(c.may_send(start + seconds(2), 0));
}

TEST(circuit, while_open_the_later_of_probe_time_and_retry_after_counts) {
  circuit c(settings(1));
  c.ended(busy_for(seconds(30)), start);
  EXPECT_EQ(c.next_chance(start), start + seconds(30));
  EXPECT_FALSE(c.may_send(start + seconds(1), 0));
  EXPECT_TRUE(c.may_send(start + seconds(30), 0));
  c.ended(busy_for(a_moment), start + seconds(30));
  EXPECT_EQ(c.next_chance(start + seconds(30)), start + seconds(32));
}

TEST(circuit, a_retry_after_of_nothing_delays_nothing) {
  circuit c(settings(5));
  c.ended(busy_for(milliseconds(0)), start);
  EXPECT_TRUE(c.may_send(start, 0));
}

TEST(circuit, a_persons_wish_probes_at_once) {
  circuit c(settings(1));
  c.ended(busy_for(seconds(3600)), start);
  c.probe_now(start + seconds(2));
  EXPECT_TRUE(c.may_send(start + seconds(2), 0));
  EXPECT_FALSE(c.may_send(start + seconds(2), 1));
  EXPECT_TRUE(c.is_open());
}

TEST(circuit, new_settings_hold_from_the_next_failure_on) {
  circuit c(settings(5));
  c.ended(trouble(), start);
  c.ended(trouble(), start);
  c.configure(settings(3));
  EXPECT_FALSE(c.is_open());
  EXPECT_EQ(c.ended(trouble(), start), circuit_change::opened);
}

TEST(circuit, a_longer_retry_after_takes_the_place_of_a_shorter_one) {
  circuit c(settings(5));
  c.ended(busy_for(seconds(1)), start);
  c.ended(busy_for(seconds(30)), start + a_moment);
  EXPECT_FALSE(c.may_send(start + seconds(30), 0));
  EXPECT_EQ(c.next_chance(start + seconds(1)), start + seconds(30) + a_moment);
}

TEST(circuit, a_persons_wish_does_not_wait_for_the_next_probe) {
  circuit c = opened_at(start);
  c.probe_now(start + a_moment);
  EXPECT_TRUE(c.may_send(start + a_moment, 0));
}

TEST(circuit, one_that_closed_before_its_probe_waits_for_nothing) {
  circuit c = opened_at(start);
  EXPECT_EQ(c.ended(accepted(), start + a_moment), circuit_change::closed);  // it was under way
  EXPECT_EQ(c.next_chance(start + a_moment), std::nullopt);
}

}  // namespace
}  // namespace partmark
