// How a trigger's calls end in the loop: what is tried again by itself, what waits for a person, and what a restart makes of it.
#include "support/loop_driver.hpp"

#include <gtest/gtest.h>

namespace partmark::testing {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

const std::string orders = "source.`catalog.schema`.orders";

void trigger(loop_driver& d, const std::string& day) {
  d.journal.append_table({orders, "2025-10-" + day, "success"});
  d.hint();
}

void answer(loop_driver& d, const exchange& reply, int times) {
  for (int n = 0; n < times; ++n) {
    d.answer(reply);
    d.pass(minutes(1));
  }
}

loop_settings asking() {
  loop_settings s = plain_settings();
  s.hold_ambiguous_triggers = true;
  return s;
}

TEST(trigger_ends, an_endpoint_in_trouble_holds_no_trigger) {
  for (const loop_settings& s : {plain_settings(), asking()}) {
    loop_driver d(s);
    d.start();
    trigger(d, "20");
    answer(d, status_reply(503), 10);
    EXPECT_EQ(d.loop().summary().held_triggers, 0U);
    EXPECT_EQ(d.remote.open().size(), 1U);
  }
}

TEST(trigger_ends, a_short_retry_after_does_not_shorten_the_backoff) {
  loop_driver d;
  d.settings.retry = {hours(1), hours(1), 1.0};
  d.start();
  trigger(d, "20");
  d.answer(retry_after(503, "1"));
  d.pass(seconds(2));
  EXPECT_TRUE(d.remote.open().empty());
}

TEST(trigger_ends, a_lost_one_that_a_person_is_to_decide_on_is_never_sent_by_time_alone) {
  loop_driver d(asking());
  d.start();
  trigger(d, "20");
  d.answer(timed_out());
  d.pass(hours(24));
  EXPECT_EQ(d.remote.all().size(), 1U);
  EXPECT_TRUE(d.loop().retry_held(orders, d.t));
  d.work();
  EXPECT_EQ(d.remote.all().size(), 2U);
}

TEST(trigger_ends, nor_is_one_that_a_crash_lost) {
  loop_driver d(asking());
  d.start();
  trigger(d, "20");
  for (int run = 0; run < 2; ++run) {
    d.kill();
    d.start();
    d.pass(hours(24));
    EXPECT_EQ(d.remote.all().size(), 1U);
    EXPECT_EQ(d.loop().summary().held_triggers, 1U);
  }
}

TEST(trigger_ends, nor_is_one_that_was_refused_before_it_was_lost) {
  loop_driver d(asking());
  d.start();
  trigger(d, "20");
  answer(d, rejected_reply(), 4);  // and its re-probe is under way
  ASSERT_EQ(d.remote.open().size(), 1U);
  d.answer(timed_out());
  const auto sent = d.remote.all().size();
  d.kill();
  d.start();
  d.pass(hours(24));
  EXPECT_EQ(d.remote.all().size(), sent);
}

TEST(trigger_ends, of_two_held_dates_the_one_whose_time_comes_first_is_sent_first) {
  loop_driver d;
  d.start();
  trigger(d, "20");
  answer(d, rejected_reply(), 4);
  d.answer(rejected_reply());  // the re-probe: two minutes now
  trigger(d, "21");
  for (int n = 0; n < 4; ++n) {
    d.answer(rejected_reply());
    d.pass(seconds(5));
  }
  EXPECT_EQ(d.loop().summary().held_triggers, 2U);
  const auto sent = d.remote.all().size();
  d.pass(seconds(56));
  ASSERT_EQ(d.remote.all().size(), sent + 1);
  EXPECT_NE(d.remote.all().back().body.find("2025-10-21"), std::string::npos) << d.remote.all().back().body;
}

}  // namespace
}  // namespace partmark::testing
