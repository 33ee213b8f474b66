// What is kept of a call that ended, for `partmark explain`.
#include "support/loop_driver.hpp"

#include <gtest/gtest.h>

namespace partmark::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

std::vector<attempt_row> watch(loop_driver& d, auto life) {
  std::vector<attempt_row> attempts;
  d.state.committed = [&](const state_changes& c) { attempts.insert(attempts.end(), c.attempts.begin(), c.attempts.end()); };
  life();
  d.state.committed = nullptr;
  return attempts;
}

TEST(attempts, say_which_call_of_which_plan_when_and_of_what_kind) {
  loop_driver d;
  system_time sent;
  const auto attempts = watch(d, [&] {
    d.start();
    d.complete("other", 1);
    d.accept();
    d.complete("p", 1, 2, mark::cleared);
    sent = d.t.system;
    d.pass(milliseconds(40));
    d.accept();
  });
  ASSERT_EQ(attempts.size(), 2U);
  EXPECT_EQ(attempts[1].plan, d.plan("p").id);
  EXPECT_EQ(attempts[1].kind, call_kind::clear);
  EXPECT_EQ(attempts[1].sent_at, sent);
  EXPECT_EQ(attempts[1].call_id, d.remote.all()[1].id);
  EXPECT_NE(attempts[0].call_id, attempts[1].call_id);
}

// Nothing but the number of calls changes of a plan that did not get through.
TEST(attempts, are_numbered_on_after_a_restart_amid_a_push) {
  loop_driver d;
  const auto attempts = watch(d, [&] {
    d.start();
    d.complete("p", 1);
    d.answer(connection_refused());
    d.kill();
    d.start();
    d.answer(connection_refused());
    d.kill();
    d.start();
    d.accept();
  });
  ASSERT_EQ(attempts.size(), 3U);
  for (std::uint32_t n = 0; n < 3; ++n) EXPECT_EQ(attempts[n].number, n);
}

}  // namespace
}  // namespace partmark::testing
