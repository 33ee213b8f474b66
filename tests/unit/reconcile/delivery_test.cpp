// What goes out, when, and in which form, as long as the remote answers.
#include "support/loop_driver.hpp"

#include <gtest/gtest.h>

namespace partmark::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr plan_shape daily{plan_kind::partitioned, granularity::day};

TEST(delivery, without_linger_a_record_goes_out_in_the_turn_that_folds_it) {
  loop_driver d;
  d.start();
  d.journal.append(entry_of("p", daily, {1, 1}, mark::success));
  d.loop().journal_hint();
  (void)d.loop().run(d.t);
  EXPECT_EQ(d.remote.open().size(), 1U);
}

TEST(delivery, linger_runs_from_the_first_pending) {
  loop_driver d;
  d.settings.linger = milliseconds(200);
  d.start();
  d.complete("p", 1);
  for (int day = 2; day < 5; ++day) {
    d.pass(milliseconds(60));
    d.complete("p", day);
  }
  d.pass(milliseconds(19));
  EXPECT_TRUE(d.remote.all().empty());
  d.pass(milliseconds(1));
  ASSERT_EQ(d.remote.all().size(), 1U);
  EXPECT_EQ(d.remote.all()[0].said.what.claims, claims({{{1, 4}, mark::success}}));
}

TEST(delivery, what_came_while_a_call_was_under_way_lingers_from_when_it_came) {
  loop_driver d;
  d.settings.linger = milliseconds(200);
  d.start();
  d.complete("p", 1);
  d.pass(milliseconds(200));
  ASSERT_EQ(d.remote.open().size(), 1U);
  d.complete("p", 2);
  d.pass(milliseconds(150));
  d.accept();
  EXPECT_TRUE(d.remote.open().empty());
  d.pass(milliseconds(49));
  EXPECT_TRUE(d.remote.open().empty());
  d.pass(milliseconds(1));
  EXPECT_EQ(d.remote.open().size(), 1U);
}

TEST(delivery, linger_starts_anew_after_a_failed_full_refresh_left_nothing_to_send) {
  loop_driver d;
  d.settings.linger = milliseconds(200);
  d.start();
  d.complete_table("p", mark::failed);
  d.pass(seconds(10));
  d.complete_table("p");
  EXPECT_TRUE(d.remote.open().empty());
  d.pass(milliseconds(200));
  EXPECT_EQ(d.remote.open().size(), 1U);
}

TEST(delivery, one_call_of_a_plan_is_under_way) {
  loop_driver d;
  d.start();
  d.complete("p", 1);
  d.complete("p", 2);
  d.complete("q", 1);
  EXPECT_EQ(d.remote.open().size(), 2U);
  d.accept("p");
  EXPECT_EQ(d.remote.all().size(), 3U);
  EXPECT_EQ(d.remote.all()[2].said.what.claims, claims({{{2, 2}, mark::success}}));
}

TEST(delivery, an_endpoint_has_at_most_max_in_flight_calls) {
  loop_driver d;
  d.settings.endpoints[0].max_in_flight = 3;
  for (int plan = 0; plan < 10; ++plan) d.journal.append(entry_of("p" + std::to_string(plan), daily, {1, 1}, mark::success));
  d.start();
  for (int answered = 0; answered < 10; ++answered) {
    EXPECT_EQ(d.remote.open().size(), static_cast<std::size_t>(std::min(3, 10 - answered)));
    d.accept();
  }
  EXPECT_EQ(d.remote.all().size(), 10U);
  EXPECT_TRUE(d.loop().settled());
}

TEST(delivery, a_busy_endpoint_does_not_delay_another) {
  loop_driver d;
  d.settings.endpoints[0].max_in_flight = 1;
  d.settings.endpoints.push_back({"other", "tn_1", 1, seconds(60)});
  d.settings.plans.push_back({"r", {}, "other", std::nullopt, {}});
  d.start();
  d.complete("p", 1);
  d.complete("q", 1);
  d.complete("r", 1);
  ASSERT_EQ(d.remote.open().size(), 2U);
  EXPECT_EQ(d.remote.open()[1].endpoint, "other");
}

TEST(delivery, re_touched_while_under_way_stays_pending) {
  loop_driver d;
  d.start();
  d.complete("p", 1, 5);
  d.complete("p", 3);                // same mark, rebuilt
  d.complete("p", 4, mark::failed);  // another mark
  d.accept();
  ASSERT_EQ(d.remote.open().size(), 1U);
  EXPECT_EQ(d.remote.open()[0].said.what.claims, claims({{{4, 4}, mark::failed}, {{3, 3}, mark::success}}));
  d.accept();
  EXPECT_TRUE(d.loop().settled());
}

TEST(delivery, a_call_says_what_the_journal_says_when_it_goes_out) {
  loop_driver d;
  d.settings.linger = milliseconds(200);
  d.start();
  d.complete("p", 1, 3);
  d.pass(milliseconds(199));
  d.journal.append(entry_of("p", daily, {2, 2}, mark::failed));  // and no hint
  d.pass(milliseconds(1));
  ASSERT_EQ(d.remote.open().size(), 1U);
  EXPECT_EQ(d.remote.open()[0].said.what.claims, claims({{{2, 2}, mark::failed}, {{1, 1}, mark::success}, {{3, 3}, mark::success}}));
}

TEST(delivery, a_retry_says_what_the_journal_says_by_then) {
  loop_driver d;
  d.start();
  d.complete("p", 1, 2);
  d.answer(connection_refused());
  d.complete("p", 2, mark::failed);
  d.pass(seconds(5));
  ASSERT_EQ(d.remote.open().size(), 1U);
  EXPECT_EQ(d.remote.open()[0].said.what.claims, claims({{{2, 2}, mark::failed}, {{1, 1}, mark::success}}));
}

TEST(delivery, clears_go_before_updates) {
  loop_driver d;
  d.journal.append(entry_of("p", daily, {1, 9}, mark::success));
  d.journal.append(entry_of("p", daily, {4, 5}, mark::cleared));
  d.start();
  ASSERT_EQ(d.remote.open().size(), 1U);
  EXPECT_EQ(d.remote.open()[0].said.what.kind, call_kind::clear);
  EXPECT_EQ(d.remote.open()[0].said.what.claims, claims({{{4, 5}, mark::cleared}}));
  d.accept();
  ASSERT_EQ(d.remote.open().size(), 1U);
  EXPECT_EQ(d.remote.open()[0].said.what.claims, claims({{{1, 3}, mark::success}, {{6, 9}, mark::success}}));
}

TEST(delivery, a_push_is_split_at_ranges_max_failed_first) {
  loop_driver d;
  d.settings.ranges_max = 2;
  for (int day = 0; day < 12; day += 2) d.journal.append(entry_of("p", daily, {day, day}, day % 4 == 0 ? mark::success : mark::failed));
  d.start();
  d.accept_all();
  ASSERT_EQ(d.remote.all().size(), 3U);
  EXPECT_EQ(d.remote.all()[0].said.what.claims, claims({{{2, 2}, mark::failed}, {{6, 6}, mark::failed}}));
  EXPECT_EQ(d.remote.all()[1].said.what.claims, claims({{{10, 10}, mark::failed}, {{0, 0}, mark::success}}));
  EXPECT_EQ(d.remote.all()[2].said.what.claims, claims({{{4, 4}, mark::success}, {{8, 8}, mark::success}}));
}

TEST(delivery, a_long_outage_ends_in_few_calls_a_plan) {
  loop_driver d;
  d.start();
  EXPECT_TRUE(d.loop().pause({}, true, d.t));
  for (int record = 0; record < 20'000; ++record) {
    const mark said = record % 7 == 0 ? mark::failed : record % 11 == 0 ? mark::cleared : mark::success;
    d.journal.append(entry_of("p" + std::to_string(record % 20), daily, {record / 200, record / 200}, said));
  }
  d.hint();
  EXPECT_TRUE(d.loop().pause({}, false, d.t));
  d.work();
  d.accept_all();
  EXPECT_TRUE(d.loop().settled());
  EXPECT_LE(d.remote.all().size(), 20U * 2U);
}

TEST(delivery, a_full_refresh_is_the_bare_call) {
  loop_driver d;
  d.start();
  d.complete_table("p");
  ASSERT_EQ(d.remote.open().size(), 1U);
  EXPECT_EQ(d.remote.open()[0].said.what.kind, call_kind::refresh);
  EXPECT_EQ(d.remote.open()[0].body, R"({"uuid":"p"})");
  d.accept();
  EXPECT_TRUE(d.loop().settled());
}

TEST(delivery, a_failed_full_refresh_sends_nothing_and_cancels_an_unsent_success) {
  loop_driver d;
  d.settings.linger = milliseconds(200);
  d.start();
  d.complete_table("p");
  d.complete_table("p", mark::failed);
  d.pass(seconds(10));
  EXPECT_TRUE(d.remote.all().empty());
  EXPECT_TRUE(d.loop().settled());
  EXPECT_EQ(d.loop().summary().owing_plans, 0U);
}

TEST(delivery, a_full_refresh_that_fails_while_its_success_is_under_way_is_not_repeated) {
  loop_driver d;
  d.start();
  d.complete_table("p");
  d.complete_table("p", mark::failed);
  d.answer(connection_refused());
  d.pass(seconds(60));
  EXPECT_EQ(d.remote.all().size(), 1U);
  EXPECT_TRUE(d.loop().settled());
}

TEST(delivery, the_run_type_is_the_latest_records_or_the_plans) {
  loop_driver d;
  d.settings.plans.push_back({"p", {}, {}, daily, "MANUAL"});
  d.start();
  d.complete("p", 1);
  EXPECT_EQ(d.remote.open()[0].said.run_type, "MANUAL");
  d.accept();
  auto e = entry_of("p", daily, {2, 2}, mark::success);
  e.run_type = "BACKFILL";
  d.append(e);
  EXPECT_EQ(d.remote.open()[0].said.run_type, "BACKFILL");
  d.kill();
  d.start();
  d.pass(seconds(60));
  EXPECT_EQ(d.remote.open()[0].said.run_type, "BACKFILL") << "also after a restart";
}

TEST(delivery, resync_makes_everything_pending_also_what_is_under_way) {
  loop_driver d;
  d.start();
  d.complete("p", 1, 3);
  d.accept();
  d.complete("p", 2, mark::failed);
  EXPECT_TRUE(d.loop().resync("p", d.t));
  d.work();
  d.accept();
  ASSERT_EQ(d.remote.open().size(), 1U);
  EXPECT_EQ(d.remote.open()[0].said.what.claims, claims({{{2, 2}, mark::failed}, {{1, 1}, mark::success}, {{3, 3}, mark::success}}));
  d.accept();
  EXPECT_TRUE(d.loop().settled());
}

TEST(delivery, a_drained_loop_sends_nothing_more_and_takes_what_ends) {
  loop_driver d;
  d.settings.endpoints[0].max_in_flight = 1;
  d.start();
  d.complete("p", 1);
  d.complete("q", 1);
  d.loop().drain();
  d.work();
  EXPECT_FALSE(d.loop().idle());
  d.accept();
  d.complete("r", 1);
  d.pass(seconds(60));
  EXPECT_EQ(d.remote.all().size(), 1U);
  EXPECT_TRUE(d.loop().idle());
  EXPECT_EQ(d.loop().summary().position.plans.folded_seq, 3);
  EXPECT_TRUE(d.state.stored().intents.empty());
}

TEST(delivery, an_acceptance_forgives_the_failures_before_it) {
  loop_driver d;
  d.start();
  d.complete("p", 1);
  for (int n = 0; n < 8; ++n) {
    d.answer(connection_refused());
    d.pass(seconds(60));
  }
  d.accept();
  d.complete("p", 2);
  d.answer(connection_refused());
  d.pass(seconds(1));
  EXPECT_EQ(d.remote.open().size(), 1U);
}

TEST(delivery, a_short_retry_after_does_not_shorten_the_backoff) {
  loop_driver d;
  d.start();
  d.complete("p", 1);
  for (int n = 0; n < 6; ++n) {
    d.answer(retry_after(503, "0"));
    d.pass(seconds(60));
  }
  std::int64_t waited = 0;
  for (const event& e : d.log.all())
    for (const event_field& f : e.fields)
      if (f.key == "retry_ms") waited += std::get<std::int64_t>(f.value);
  EXPECT_GT(waited, 0);
}

TEST(delivery, since_when_a_plan_owes_is_stored_and_ends_with_the_acceptance) {
  loop_driver d;
  d.start();
  const auto since = [&] { return d.state.stored().plans.at(0).row.pending_since; };
  d.complete("p", 1);
  const auto begun = d.t.system;
  EXPECT_EQ(since(), begun);
  d.answer(timed_out());
  d.pass(seconds(1));
  d.complete("p", 2);
  EXPECT_EQ(since(), begun);
  d.kill();
  d.start();
  d.pass(seconds(1));
  d.complete("p", 3);
  EXPECT_EQ(since(), begun) << "also after a restart";
  d.pass(seconds(60));
  d.accept_all();
  EXPECT_EQ(since(), std::nullopt);
}

TEST(delivery, triggers_linger_too) {
  loop_driver d;
  d.settings.linger = milliseconds(200);
  d.start();
  const std::string table = "source.`catalog.schema`.orders";
  d.journal.append_table({table, "2025-10-20", "success"});
  d.hint();
  d.pass(milliseconds(199));
  EXPECT_TRUE(d.remote.open().empty());
  d.journal.append_table({table, "2025-10-20", "failed"});
  d.hint();
  d.pass(milliseconds(10));
  EXPECT_TRUE(d.remote.open().empty()) << "cancelled while it lingered";
  d.journal.append_table({table, "2025-10-20", "success"});
  d.hint();
  d.pass(milliseconds(200));
  ASSERT_EQ(d.remote.open().size(), 1U);
  EXPECT_EQ(d.remote.open()[0].said.plan, table);
}

}  // namespace
}  // namespace partmark::testing
