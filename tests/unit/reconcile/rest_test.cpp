// The loop asks to be woken in time, and otherwise rests: turns are few whatever the trouble.
#include "support/loop_driver.hpp"

#include <gtest/gtest.h>

namespace partmark::testing {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

loop_settings polling() {
  loop_settings s = plain_settings();
  s.poll_interval = seconds(5);
  s.circuit.open_after = 3;
  return s;
}

std::size_t turns_in(loop_driver& d, std::chrono::milliseconds time) {
  const auto before = d.turns();
  d.pass(time);
  return d.turns() - before;
}

TEST(rest, with_nothing_to_do_it_only_polls) {
  loop_driver d(polling());
  d.start();
  d.complete("p", 1);
  d.accept();
  d.pass(seconds(1));
  EXPECT_LE(turns_in(d, minutes(10)), 122U);
}

TEST(rest, while_a_call_hangs_it_only_polls) {
  loop_driver d(polling());
  d.start();
  d.complete("p", 1);
  d.complete("p", 2);
  d.pass(seconds(1));
  EXPECT_LE(turns_in(d, minutes(10)), 122U);
}

TEST(rest, while_an_endpoint_hangs_with_all_it_may_have_it_only_polls) {
  loop_driver d(polling());
  d.settings.endpoints[0].max_in_flight = 1;
  d.start();
  for (int plan = 0; plan < 5; ++plan) d.complete("p" + std::to_string(plan), 1);
  d.pass(seconds(1));
  EXPECT_LE(turns_in(d, minutes(10)), 122U);
}

TEST(rest, while_the_only_probe_hangs_it_only_polls) {
  loop_driver d(polling());
  d.start();
  for (int plan = 0; plan < 5; ++plan) d.complete("p" + std::to_string(plan), 1);
  for (int i = 0; i < 5; ++i) d.answer(timed_out());
  d.pass(seconds(5));
  ASSERT_EQ(d.remote.open().size(), 1U);
  d.pass(seconds(60));
  EXPECT_LE(turns_in(d, minutes(10)), 122U);
}

TEST(rest, while_paused_it_only_polls) {
  loop_driver d(polling());
  d.start();
  EXPECT_TRUE(d.loop().pause({}, true, d.t));
  d.complete("p", 1);
  d.pass(seconds(1));
  EXPECT_LE(turns_in(d, minutes(10)), 122U);
}

TEST(rest, drained_it_only_polls) {
  loop_driver d(polling());
  d.settings.linger = seconds(1);
  d.start();
  d.complete("p", 1);
  d.loop().drain();
  d.pass(seconds(2));
  EXPECT_LE(turns_in(d, minutes(10)), 122U);
}

TEST(rest, without_a_journal_it_only_polls) {
  loop_driver d(polling());
  d.settings.linger = seconds(1);
  d.start();
  d.complete("p", 1);
  d.journal.remove();
  d.pass(seconds(2));
  EXPECT_LE(turns_in(d, minutes(10)), 122U);
}

TEST(rest, with_a_full_disk_it_tries_every_two_seconds) {
  loop_driver d(polling());
  d.start();
  d.state.trouble = [] { return std::optional(error{errc::no_space, "the disk is full"}); };
  d.complete("p", 1);
  d.pass(seconds(10));
  EXPECT_LE(turns_in(d, minutes(10)), 700U);
}

TEST(rest, with_a_journal_that_stays_busy_it_looks_some_hundred_times_a_second_at_most) {
  loop_driver d(polling());
  d.start();
  d.complete("p", 1);
  d.journal.trouble = [](memory_journal::step) { return std::optional(error{errc::busy, "locked"}); };
  EXPECT_LE(turns_in(d, seconds(10)), 2'100U);
}

TEST(rest, it_wakes_for_every_time_that_matters_without_polling) {
  loop_driver d;
  d.settings.linger = seconds(10);
  d.start();
  const auto expect_wake_in = [&](std::chrono::milliseconds time) { EXPECT_EQ(d.wake() - d.t.steady, time); };
  d.complete("p", 1);
  d.pass(seconds(3));          // what the hint makes it look for is over
  expect_wake_in(seconds(7));  // linger
  d.pass(seconds(7));
  d.answer(retry_after(503, "7"));
  expect_wake_in(seconds(7));
  d.pass(seconds(7));
  d.answer(timed_out());
  d.complete("p", 1, mark::failed);
  EXPECT_LE(d.wake() - d.t.steady, seconds(3));  // backoff
  d.pass(seconds(3));
  d.accept();
  EXPECT_LE(d.wake() - d.t.steady, seconds(60));  // settle
  EXPECT_GE(d.wake() - d.t.steady, seconds(57));
}

}  // namespace
}  // namespace partmark::testing
