// What the server at a former url says after the reload, or one that refused a credential since corrected, is no word about the endpoint
// as it is now.
#include "reconcile/event_names.hpp"
#include "support/loop_driver.hpp"
#include "support/replies.hpp"

#include <gtest/gtest.h>

namespace partmark::testing {
namespace {

using std::chrono::minutes;

// A call of p is under way at the former url.
void move_with_a_call(loop_driver& d) {
  d.settings.endpoints[0].url = "http://former";
  d.start();
  d.complete("p", 0);
  d.pass(milliseconds(1));
  d.settings.endpoints[0].url = "http://present";
  d.reconfigure();
}

TEST(late_reply, a_wait_that_the_former_url_asks_for_holds_nobody_back) {
  loop_driver d;
  move_with_a_call(d);
  d.answer(retry_after(503, "3600"));
  EXPECT_EQ(d.remote.open().size(), 1U) << "p, at the present url";
  for (const event& e : d.log.all())
    for (const event_field& f : e.fields)
      if (f.key == "retry_ms") {
        EXPECT_EQ(std::get<std::int64_t>(f.value), 0);
      }
  EXPECT_EQ(d.log.count(event_name::push_retrying), 1U);
  d.complete("q", 0);
  EXPECT_EQ(d.remote.open().size(), 2U);
}

TEST(late_reply, of_a_trigger_as_well) {
  loop_driver d;
  d.settings.endpoints[0].url = "http://former";
  d.start();
  d.complete_table("t");
  ASSERT_EQ(d.remote.open().size(), 1U);
  d.pass(milliseconds(1));
  d.settings.endpoints[0].url = "http://present";
  d.reconfigure();
  d.answer(retry_after(503, "3600"));
  EXPECT_EQ(d.remote.open().size(), 1U);
}

TEST(late_reply, timeouts_at_the_former_url_do_not_open_the_present_ones_circuit) {
  loop_driver d;
  d.settings.circuit.open_after = 1;
  move_with_a_call(d);
  d.answer(timed_out());
  EXPECT_EQ(d.log.count(event_name::endpoint_circuit_opened), 0U);
  d.complete("q", 0);
  EXPECT_GE(d.remote.open().size(), 1U);
}

TEST(late_reply, a_credential_refused_before_the_reload_may_be_right_now) {
  loop_driver d;
  d.start();
  d.complete("p", 0);
  d.pass(milliseconds(1));
  d.reconfigure();
  d.answer(status_reply(401));
  EXPECT_EQ(d.log.count(event_name::endpoint_unauthorized), 0U);
  ASSERT_EQ(d.remote.open().size(), 1U) << "tried at once";
  d.answer(status_reply(401));
  EXPECT_EQ(d.log.count(event_name::endpoint_unauthorized), 1U) << "it is wrong still";
}

TEST(late_reply, trouble_at_the_same_url_counts_after_a_reload_too) {
  loop_driver d;
  d.start();
  d.complete("p", 0);
  d.pass(milliseconds(1));
  d.reconfigure();
  d.answer(retry_after(503, "3600"));
  d.pass(minutes(5));
  d.complete("q", 0);
  EXPECT_TRUE(d.remote.open().empty());
}

}  // namespace
}  // namespace partmark::testing
