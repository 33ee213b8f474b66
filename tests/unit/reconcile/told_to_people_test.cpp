// What a person reads of what the loop does: events and their fields, and the answer to a drift check.
#include "reconcile/control.hpp"
#include "reconcile/event_names.hpp"
#include "support/loop_driver.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

namespace partmark::testing {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

const std::string orders = "source.`catalog.schema`.orders";
const std::string items = "source.`catalog.schema`.items";

const event& last_event(const loop_driver& d, std::string_view name) {
  const auto& all = d.log.all();
  const auto found = std::find_if(all.rbegin(), all.rend(), [&](const event& e) { return e.name == name; });
  if (found == all.rend()) throw std::runtime_error("never said: " + std::string(name));
  return *found;
}

std::int64_t number(const event& e, std::string_view key) {
  for (const auto& f : e.fields)
    if (f.key == key) return std::get<std::int64_t>(f.value);
  throw std::runtime_error("no field " + std::string(key));
}

exchange listing(std::string_view values) {
  return status_reply(200,
                      R"({"isPartition":true,"hasData":true,"partition":{"hasNext":false,"paritionList":[)" + std::string(values) + "]}}");
}

TEST(told_to_people, what_a_slice_folded_is_told_once_and_counted) {
  loop_driver d;
  d.start();
  d.journal.append(entry_of("p", {plan_kind::partitioned, granularity::day}, {1, 1}, mark::success));
  d.journal.append(entry_of("p", {plan_kind::partitioned, granularity::day}, {2, 2}, mark::success));
  d.journal.append(entry_of("q", {plan_kind::partitioned, granularity::day}, {2, 2}, mark::success));
  d.journal.append(entry_of("p", {plan_kind::partitioned, granularity::hour}, {2, 2}, mark::success));
  d.hint();
  EXPECT_EQ(d.log.count(event_name::journal_folded), 1U);
  EXPECT_EQ(number(last_event(d, event_name::journal_folded), "records"), 3);
  EXPECT_EQ(number(last_event(d, event_name::journal_folded), "plans"), 2);
  EXPECT_EQ(number(last_event(d, event_name::journal_folded), "rejected"), 1);
  d.pass(hours(24 * 366));
  EXPECT_EQ(d.log.count(event_name::journal_folded), 1U) << "a look that finds nothing is no news";
  d.complete("q", 3);
  EXPECT_EQ(number(last_event(d, event_name::journal_folded), "records"), 1);
  EXPECT_EQ(number(last_event(d, event_name::journal_folded), "rejected"), 0);
  EXPECT_EQ(d.log.count(event_name::journal_opened), 0U) << "it was never away";
}

TEST(told_to_people, levels_that_nobody_hears_are_left_out_and_the_rest_is_not) {
  loop_driver d;
  d.log.least = severity::warning;
  d.start();
  d.complete("p", 1);
  d.answer(status_reply(503));
  d.pass(minutes(10));
  d.accept();
  EXPECT_EQ(d.log.count(event_name::journal_folded) + d.log.count(event_name::push_accepted) + d.log.count(event_name::call_ended), 0U);
  EXPECT_EQ(d.log.count(event_name::push_retrying), 1U);
}

TEST(told_to_people, each_kind_of_failure_has_its_own_name) {
  loop_driver d;
  d.start();
  d.complete("p", 1);
  d.answer(status_reply(503));
  EXPECT_EQ(d.log.count(event_name::push_retrying), 1U);
  EXPECT_EQ(number(last_event(d, event_name::push_retrying), "tries"), 1);
  d.pass(minutes(2));
  d.answer(lost_reply());
  EXPECT_EQ(d.log.count(event_name::push_ambiguous), 1U);
  EXPECT_EQ(number(last_event(d, event_name::push_ambiguous), "tries"), 2);
  EXPECT_NE(last_event(d, event_name::push_ambiguous).message.find("; it may have been applied"), std::string::npos);
  d.pass(minutes(2));
  d.answer(rejected_reply());
  EXPECT_EQ(d.log.count(event_name::push_rejected), 1U);
  EXPECT_NE(last_event(d, event_name::push_rejected).message.find("p: no such partition (code 4001)"), std::string::npos);
  EXPECT_EQ(last_event(d, event_name::push_rejected).message.find("applied"), std::string::npos);
  EXPECT_EQ(d.log.count(event_name::push_retrying), 1U);
  d.pass(minutes(2));
  d.accept();
  EXPECT_EQ(number(last_event(d, event_name::push_accepted), "tries"), 4);
}

TEST(told_to_people, a_hold_tells_how_many_partitions_are_under_it) {
  loop_driver d;
  d.start();
  d.complete("p", 1);
  for (int n = 0; n < 4; ++n) {
    d.answer(rejected_reply());
    d.pass(minutes(2));
  }
  EXPECT_EQ(number(last_event(d, event_name::plan_held), "partitions"), 1);
  d.complete("p", 10, 12);
  d.answer(rejected_reply());
  for (int n = 0; n < 40 && !d.remote.open().empty(); ++n) {
    d.answer(rejected_reply());
    d.pass(seconds(50));
  }
  std::int64_t held = 0;
  for (const event& e : d.log.all())
    if (e.name == event_name::plan_held && number(e, "tries") == 0) held += number(e, "partitions");
  EXPECT_EQ(held, 4) << "each is under one hold";
}

TEST(told_to_people, a_pause_and_its_end_are_told) {
  loop_driver d;
  d.start();
  (void)d.loop().pause("can", true, d.t);
  (void)d.loop().pause("can", true, d.t);
  EXPECT_EQ(d.log.count(event_name::endpoint_paused), 1U);
  EXPECT_EQ(d.log.count(event_name::endpoint_resumed), 0U);
  (void)d.loop().pause("can", false, d.t);
  EXPECT_EQ(d.log.count(event_name::endpoint_resumed), 1U);
}

TEST(told_to_people, a_drift_check_tells_which_partitions_differ) {
  loop_driver d;
  d.start();
  d.complete("p", 0, 4);
  d.complete("q", 0, 1);
  d.accept_all();
  std::optional<control_reply> reply;
  carry_out(d.loop(), {control_verb::drift, std::nullopt, false}, d.t, [&](const control_reply& r) { reply = r; });
  d.work();
  d.answer(listing(R"({"value":"1970-01-01"},{"value":"1970-01-04"},{"value":"1970-01-05"})"), "list of p");
  EXPECT_FALSE(reply) << "before all have answered";
  d.answer(listing(R"({"value":"1970-01-01"},{"value":"1970-01-02"})"), "list of q");
  ASSERT_TRUE(reply);
  EXPECT_FALSE(reply->done) << "something differs";
  EXPECT_EQ(reply->message, "2 plans compared, 1 differs");
  EXPECT_NE(reply->drift.find(R"("missing_partitions":2,"missing":[{"first":"1970-01-02T00:00:00","last":"1970-01-03T00:00:00"}])"),
            std::string::npos)
      << reply->drift;
}

TEST(told_to_people, a_list_that_did_not_come_is_told) {
  loop_driver d;
  d.start();
  d.complete("p", 0, 4);
  d.accept_all();
  std::optional<control_reply> reply;
  carry_out(d.loop(), {control_verb::drift, "p", false}, d.t, [&](const control_reply& r) { reply = r; });
  d.work();
  d.answer(rejected_reply(), "list of p");
  ASSERT_TRUE(reply);
  EXPECT_FALSE(reply->done);
  EXPECT_EQ(reply->message, "1 plan compared, 0 differ, 1 could not be listed");
}

TEST(told_to_people, drift_is_looked_for_at_every_plan_as_often_as_configured) {
  loop_driver d;
  d.settings.drift_every = hours(1);
  d.start();
  d.complete("p", 0);
  d.complete("q", 0);
  d.accept_all();
  const auto listed = [&] {
    return std::ranges::count_if(d.remote.all(), [](const sent_call& c) { return c.said.plan.starts_with("list of "); });
  };
  d.pass(hours(1) - seconds(1));
  EXPECT_EQ(listed(), 0);
  d.pass(seconds(1));
  EXPECT_EQ(listed(), 2);
  d.answer(listing(R"({"value":"1970-01-01"})"), "list of p");
  d.answer(listing(""), "list of q");
  EXPECT_EQ(d.log.count(event_name::drift_found), 1U);
  d.pass(minutes(59));
  EXPECT_EQ(listed(), 2);
  d.pass(minutes(1));
  EXPECT_EQ(listed(), 4) << "an hour after the one before";
}

TEST(triggers_in_the_loop, a_trigger_that_did_not_get_through_waits_for_its_backoff) {
  loop_driver d;
  d.settings.linger = milliseconds(1);
  d.settings.retry = {hours(1), hours(1), 2.0};
  d.start();
  d.journal.append_table({orders, "2025-10-20", "success"});
  d.hint();
  d.pass(milliseconds(1));
  d.answer(connection_refused(), orders);
  d.pass(seconds(1));
  EXPECT_EQ(d.remote.all().size(), 1U) << "it waits for a random part of an hour, not for its linger";
  d.pass(hours(1));
  EXPECT_EQ(d.remote.all().size(), 2U);
}

TEST(told_to_people, a_journal_that_cannot_be_read_is_told_at_the_first_try) {
  loop_driver d;
  d.start();
  d.journal.trouble = [](memory_journal::step) -> std::optional<error> { return error{errc::io, "the disk is gone"}; };
  d.hint();
  EXPECT_EQ(d.log.count(event_name::journal_unreadable), 1U);
}

TEST(restarts, a_plan_goes_on_at_the_endpoint_that_is_configured_for_it) {
  loop_driver d;
  d.settings.endpoints.push_back({"other", "tn_1", 8, seconds(60)});
  plan_settings& placed = d.settings.plans.emplace_back();
  placed.uuid = "p";
  placed.endpoint = "other";
  d.start();
  d.complete("p", 1);
  d.answer(connection_refused());
  d.kill();
  d.start();
  d.pass(minutes(10));
  ASSERT_EQ(d.remote.open().size(), 1U);
  EXPECT_EQ(d.remote.open()[0].endpoint, "other");
}

TEST(triggers_in_the_loop, what_every_table_owes_is_sent_after_a_restart) {
  loop_driver d;
  d.start();
  for (const auto& table : {orders, items}) d.journal.append_table({table, "2025-10-20", "success"});
  d.hint();
  EXPECT_EQ(d.remote.open().size(), 2U);
  d.kill();
  d.start();
  d.pass(minutes(5));
  EXPECT_EQ(d.remote.open().size(), 2U);
}

}  // namespace
}  // namespace partmark::testing
