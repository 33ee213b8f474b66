// A drift check among the other calls: what it finds is put right at once, and what is accepted afterwards is told as mended.
#include "support/loop_driver.hpp"

#include <gtest/gtest.h>

namespace partmark::testing {
namespace {

exchange listing(const std::string& values, bool has_next = false) {
  return status_reply(200, R"({"isPartition":true,"hasData":true,"partition":{"hasNext":)" + std::string(has_next ? "true" : "false") +
                               R"(,"paritionList":[)" + values + "]}}");
}

// Days 0 to 2 are accepted, and a check of them is under way.
void begin_check(loop_driver& d, bool repair) {
  d.start();
  d.complete("p", 0, 2);
  d.accept();
  ASSERT_TRUE(d.loop().check_drift("p", repair, d.t, {}));
  d.work();
}

std::vector<drift_kind> found(loop_driver& d) {
  std::vector<drift_kind> kinds;
  if (const auto* finding = d.loop().calls().drift_of(d.plan("p").id))
    finding->parts.visit_all([&](range, drift_kind kind) { kinds.push_back(kind); });
  return kinds;
}

TEST(drift_in_the_loop, what_is_missing_is_sent_at_once_and_mended_when_it_is_accepted) {
  loop_driver d;
  begin_check(d, true);
  d.answer(listing(R"({"value":"1970-01-01"},{"value":"1970-01-03"})"));
  ASSERT_EQ(d.remote.open().size(), 1U);
  EXPECT_EQ(d.remote.open()[0].said.what.claims, claims({{{1, 1}, mark::success}}));
  d.answer(timed_out());
  EXPECT_EQ(found(d), (std::vector{drift_kind::missing})) << "a lost call mends nothing";
  d.pass(std::chrono::seconds(5));
  d.accept();
  EXPECT_EQ(found(d), (std::vector{drift_kind::mended}));
}

TEST(drift_in_the_loop, every_page_is_asked_for) {
  loop_driver d;
  begin_check(d, true);
  d.answer(listing(R"({"value":"1970-01-01"})", true));
  ASSERT_EQ(d.remote.open().size(), 1U);
  d.answer(listing(R"({"value":"1970-01-02"},{"value":"1970-01-03"})"));
  EXPECT_TRUE(d.remote.open().empty());
  EXPECT_TRUE(d.loop().settled());
}

TEST(drift_in_the_loop, who_asks_about_a_plan_of_a_paused_endpoint_hears_so_at_once) {
  loop_driver d;
  begin_check(d, false);
  d.answer(listing(R"({"value":"1970-01-01"},{"value":"1970-01-02"},{"value":"1970-01-03"})"));
  ASSERT_TRUE(d.loop().pause("can", true, d.t));
  std::string trouble;
  ASSERT_TRUE(d.loop().check_drift("p", true, d.t, [&](const drift_outcome& o, granularity) { trouble = o.trouble; }));
  EXPECT_EQ(trouble, "endpoint can is paused: `partmark resume can` first");
  ASSERT_TRUE(d.loop().pause("can", false, d.t));
  d.work();
  EXPECT_TRUE(d.remote.open().empty()) << "it was answered: nothing is asked for afterwards";
}

TEST(drift_in_the_loop, a_refold_forgets_what_was_found) {
  loop_driver d;
  begin_check(d, false);
  d.answer(listing(R"({"value":"1970-01-01"},{"value":"1970-01-03"})"));
  ASSERT_EQ(found(d).size(), 1U);
  EXPECT_TRUE(d.loop().refold("p", d.t));
  EXPECT_TRUE(found(d).empty());
}

TEST(drift_in_the_loop, the_regular_check_only_looks) {
  loop_driver d;
  d.settings.drift_every = std::chrono::hours(1);
  d.start();
  d.complete("p", 0, 2);
  d.accept();
  d.pass(std::chrono::hours(1));
  d.answer(listing(R"({"value":"1970-01-01"},{"value":"1970-01-03"})"));
  EXPECT_EQ(found(d), (std::vector{drift_kind::missing}));
  EXPECT_TRUE(d.remote.open().empty());
  EXPECT_TRUE(d.loop().settled());
}

}  // namespace
}  // namespace partmark::testing
