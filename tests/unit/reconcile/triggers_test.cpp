// The second API without a loop around it: what a table owes, when it is tried again, what is held and what a restart makes of it.
#include "reconcile/triggers.hpp"
#include "reconcile/event_names.hpp"
#include "support/recording_events.hpp"

#include <gtest/gtest.h>

#include <string>

namespace partmark {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using testing::recording_events;

const std::string orders = "source.`catalog.schema`.orders";
constexpr table_id id = 0;

verdict verdict_of(verdict_kind kind) {
  verdict v;
  v.kind = kind;
  v.http_status = 200;
  v.code = "4001";
  v.message = "so it is";
  v.trace_id = "t-1";
  return v;
}

ordinal day(std::string_view text) { return *parse_partition(granularity::day, text); }

class triggers_of_a_table : public ::testing::Test {
 protected:
  triggers_of_a_table() {
    settings_.retry = {milliseconds(1'000), milliseconds(60'000), 2.0};
    start();
  }

  void start() {
    triggers_.emplace(settings_, log_, random_);
    triggers_->place = [](std::string_view table) { return table == orders ? std::size_t{1} : std::size_t{0}; };
    batch_ = {};
  }
  std::vector<table_id> record(std::string_view date, std::string_view outcome = "success", const std::string& table = orders) {
    triggers_->begin(batch_, t_);
    table_row r;
    r.seq = ++seq_;
    r.table_name = table;
    r.partition = date;
    r.outcome = outcome;
    triggers_->row(r);
    return triggers_->finish();
  }
  std::optional<http_request> take() { return triggers_->take(id, "tn_1", t_, batch_); }
  steady_time end(verdict_kind kind) { return triggers_->ended(id, verdict_of(kind), false, t_, batch_); }
  void refuse_until_held() {
    for (int n = 0; n < 4; ++n) {
      ASSERT_TRUE(take());
      (void)end(verdict_kind::rejected);
    }
  }
  void pass(milliseconds time) { t_ = {t_.steady + time, t_.system + time}; }
  const trigger_row& row() { return batch_.triggers.back(); }
  bool owes() { return triggers_->owing() == 1; }

  loop_settings settings_;
  recording_events log_;
  random_source random_{1};
  now t_{steady_time(seconds(1'000)), system_time(seconds(1'760'000'000))};
  state_changes batch_;
  std::optional<triggers> triggers_;
  std::int64_t seq_ = 0;
};

TEST_F(triggers_of_a_table, a_success_is_owed_until_it_is_accepted) {
  EXPECT_EQ(record("2025-10-20"), std::vector<table_id>{id});
  EXPECT_TRUE(owes());
  EXPECT_EQ(triggers_->at(id).endpoint, 1U);
  EXPECT_EQ(row().since, t_.system);
  const auto request = take();
  ASSERT_TRUE(request);
  EXPECT_NE(request->body.find("\"tablePartition\":\"2025-10-20\""), std::string::npos);
  EXPECT_EQ(row().entry->status, trigger_status::in_flight);
  EXPECT_EQ(end(verdict_kind::accepted), t_.steady);
  EXPECT_FALSE(row().entry);
  EXPECT_FALSE(owes());
  EXPECT_FALSE(take());
  ASSERT_EQ(log_.count(event_name::trigger_accepted), 1U);
  EXPECT_EQ(std::get<std::int64_t>(log_.all().back().fields.back().value), 1);
}

TEST_F(triggers_of_a_table, each_table_that_a_slice_touches_is_named_once) {
  triggers_->begin(batch_, t_);
  for (const char* table : {"a.`b.c`.x", "a.`b.c`.y", "a.`b.c`.x"}) {
    table_row r;
    r.seq = ++seq_;
    r.table_name = table;
    r.partition = "2025-10-20";
    r.outcome = "success";
    triggers_->row(r);
  }
  EXPECT_EQ(triggers_->last_seq(), 3);
  EXPECT_EQ(triggers_->finish(), (std::vector<table_id>{0, 1}));
  EXPECT_EQ(triggers_->owing(), 2U);
  EXPECT_TRUE(triggers_->find("a.`b.c`.y"));
  EXPECT_FALSE(triggers_->find("a.`b.c`.z"));
}

TEST_F(triggers_of_a_table, a_failure_cancels_what_was_not_sent) {
  record("2025-10-20");
  record("2025-10-20", "failed");
  EXPECT_FALSE(owes());
  EXPECT_FALSE(row().entry);
}

TEST_F(triggers_of_a_table, what_did_not_get_through_is_tried_again_with_growing_delays) {
  record("2025-10-20");
  for (const milliseconds ceiling : {milliseconds(1'000), milliseconds(2'000), milliseconds(4'000)}) {
    ASSERT_TRUE(take());
    const steady_time due = end(verdict_kind::retry);
    EXPECT_GE(due, t_.steady);
    EXPECT_LE(due, t_.steady + ceiling);
    EXPECT_TRUE(owes());
    EXPECT_EQ(row().entry->status, trigger_status::waiting);
  }
  EXPECT_EQ(triggers_->at(id).failures, 3U);
  EXPECT_EQ(log_.count(event_name::trigger_retrying), 3U);
  ASSERT_TRUE(take());
  (void)end(verdict_kind::accepted);
  EXPECT_EQ(triggers_->at(id).failures, 0U);
  EXPECT_EQ(std::get<std::int64_t>(log_.all().back().fields.back().value), 4);
}

TEST_F(triggers_of_a_table, a_dead_connection_is_replaced_at_once_but_only_the_first_time) {
  record("2025-10-20");
  verdict v = verdict_of(verdict_kind::ambiguous);
  v.retry_at_once = true;
  ASSERT_TRUE(take());
  EXPECT_EQ(triggers_->ended(id, v, false, t_, batch_), t_.steady);
  settings_.retry = {milliseconds(1'000'000), milliseconds(1'000'000), 1.0};
  ASSERT_TRUE(take());
  EXPECT_GT(triggers_->ended(id, v, false, t_, batch_), t_.steady);
}

TEST_F(triggers_of_a_table, retry_after_is_waited_for) {
  record("2025-10-20");
  verdict v = verdict_of(verdict_kind::retry);
  v.not_before = minutes(5);
  ASSERT_TRUE(take());
  EXPECT_EQ(triggers_->ended(id, v, false, t_, batch_), t_.steady + minutes(5));
}

TEST_F(triggers_of_a_table, the_fourth_refusal_in_a_row_holds_it_and_time_releases_it) {
  record("2025-10-20");
  for (int n = 0; n < 3; ++n) {
    ASSERT_TRUE(take());
    (void)end(verdict_kind::rejected);
    EXPECT_EQ(triggers_->held(), 0U);
  }
  ASSERT_TRUE(take());
  EXPECT_EQ(end(verdict_kind::rejected), t_.steady);
  EXPECT_EQ(triggers_->held(), 1U);
  EXPECT_FALSE(owes());
  EXPECT_EQ(row().entry->status, trigger_status::held);
  EXPECT_EQ(row().since, t_.system);
  EXPECT_EQ(row().next_try, t_.system + minutes(1));
  EXPECT_EQ(row().tries, 0U);
  EXPECT_EQ(row().code, "4001");
  EXPECT_EQ(row().message, "so it is");
  EXPECT_EQ(row().trace_id, "t-1");
  EXPECT_EQ(row().http_status, 200U);
  EXPECT_EQ(log_.count(event_name::trigger_held), 1U);
  EXPECT_EQ(triggers_->next_expiry(), t_.steady + minutes(1));

  pass(minutes(1) - milliseconds(1));
  EXPECT_TRUE(triggers_->expire(t_, batch_).empty());
  pass(milliseconds(1));
  EXPECT_EQ(triggers_->expire(t_, batch_), std::vector<table_id>{id});
  EXPECT_EQ(triggers_->next_expiry(), std::nullopt);
  EXPECT_TRUE(owes());
}

TEST_F(triggers_of_a_table, a_held_one_that_is_refused_again_waits_longer_each_time_up_to_reprobe_held) {
  settings_.reprobe_held = minutes(5);
  record("2025-10-20");
  refuse_until_held();
  const system_time since = t_.system;
  unsigned tries = 0;
  for (const minutes gap : {minutes(1), minutes(2), minutes(4), minutes(5), minutes(5)}) {
    EXPECT_EQ(row().next_try, t_.system + gap);
    EXPECT_EQ(row().tries, tries++);
    EXPECT_EQ(row().since, since);
    pass(gap);
    EXPECT_FALSE(triggers_->expire(t_, batch_).empty());
    ASSERT_TRUE(take());
    (void)end(verdict_kind::rejected);
  }
  pass(minutes(5));
  (void)triggers_->expire(t_, batch_);
  ASSERT_TRUE(take());
  (void)end(verdict_kind::accepted);
  EXPECT_TRUE(triggers_->at(id).holds.empty());
  EXPECT_EQ(triggers_->held(), 0U);
}

TEST_F(triggers_of_a_table, only_the_dates_whose_time_has_come_are_released) {
  record("2025-10-20");
  refuse_until_held();
  pass(seconds(30));
  record("2025-10-21");
  refuse_until_held();
  EXPECT_EQ(triggers_->held(), 2U);
  pass(seconds(30));
  (void)triggers_->expire(t_, batch_);
  EXPECT_EQ(triggers_->held(), 1U);
  EXPECT_EQ(triggers_->next_expiry(), t_.steady + seconds(30));
}

TEST_F(triggers_of_a_table, a_new_success_ends_a_hold_and_its_history) {
  record("2025-10-20");
  refuse_until_held();
  record("2025-10-20");
  EXPECT_TRUE(owes());
  EXPECT_EQ(triggers_->next_expiry(), std::nullopt);
  EXPECT_EQ(row().tries, 0U);
  EXPECT_EQ(row().message, "");
}

TEST_F(triggers_of_a_table, a_person_releases_what_is_held) {
  record("2025-10-20");
  refuse_until_held();
  EXPECT_FALSE(triggers_->retry_held("a.`b.c`.x", retry_by::person, t_, batch_));
  EXPECT_TRUE(triggers_->retry_held(orders, retry_by::person, t_, batch_));
  EXPECT_TRUE(owes());
  EXPECT_EQ(triggers_->next_expiry(), std::nullopt);
}

TEST_F(triggers_of_a_table, a_lost_reply_is_a_retry_unless_a_person_is_to_decide) {
  record("2025-10-20");
  ASSERT_TRUE(take());
  (void)end(verdict_kind::ambiguous);
  EXPECT_EQ(triggers_->held(), 0U);
  settings_.hold_ambiguous_triggers = true;
  ASSERT_TRUE(take());
  (void)end(verdict_kind::ambiguous);
  EXPECT_EQ(triggers_->held(), 1U);
  EXPECT_EQ(row().next_try, std::nullopt);
  EXPECT_EQ(triggers_->next_expiry(), std::nullopt);
  EXPECT_NE(log_.all().back().message.find("partmark retry"), std::string::npos);
}

TEST_F(triggers_of_a_table, what_was_under_way_when_the_former_run_ended_has_lost_its_reply) {
  for (const bool asks : {false, true}) {
    settings_.hold_ambiguous_triggers = asks;
    start();
    trigger_row stored;
    stored.table = orders;
    stored.date = day("2025-10-20");
    stored.entry = {trigger_status::in_flight, trigger_sequel::none};
    triggers_->restore({stored}, t_, batch_);
    EXPECT_EQ(owes(), !asks);
    EXPECT_EQ(row().entry->status, asks ? trigger_status::held : trigger_status::waiting);
  }
}

TEST_F(triggers_of_a_table, a_restored_hold_waits_as_long_as_was_left_and_never_longer_than_reprobe_held) {
  settings_.reprobe_held = minutes(10);
  trigger_row stored;
  stored.table = orders;
  stored.date = day("2025-10-20");
  stored.entry = {trigger_status::held, trigger_sequel::none};
  const auto left = [&](milliseconds until) {
    start();
    stored.next_try = t_.system + until;
    triggers_->restore({stored}, t_, batch_);
    return *triggers_->next_expiry() - t_.steady;
  };
  EXPECT_EQ(left(minutes(3)), minutes(3));
  EXPECT_EQ(left(minutes(-3)), minutes(0));
  EXPECT_EQ(left(minutes(60 * 24 * 366)), minutes(10));
  stored.next_try.reset();
  start();
  triggers_->restore({stored}, t_, batch_);
  EXPECT_EQ(triggers_->next_expiry(), std::nullopt);
  EXPECT_EQ(triggers_->held(), 1U);
}

TEST_F(triggers_of_a_table, what_could_not_be_stored_was_not_sent) {
  record("2025-10-20");
  ASSERT_TRUE(take());
  triggers_->untake(id, batch_);
  EXPECT_EQ(row().entry->status, trigger_status::waiting);
  EXPECT_TRUE(owes());
  EXPECT_TRUE(take());
}

TEST_F(triggers_of_a_table, wrong_rows_are_set_aside_with_their_reason_and_do_not_flood_the_log) {
  triggers_->begin(batch_, t_);
  for (std::int64_t n = 1; n <= rejects_logged_per_batch + 5; ++n) {
    table_row r;
    r.seq = n;
    r.table_name = orders;
    r.partition = "2025-02-30";
    r.outcome = "success";
    triggers_->row(r);
  }
  EXPECT_TRUE(triggers_->finish().empty());
  EXPECT_EQ(triggers_->rejected(), rejects_logged_per_batch + 5);
  ASSERT_EQ(batch_.rejected.size(), static_cast<std::size_t>(rejects_logged_per_batch + 5));
  EXPECT_EQ(batch_.rejected[0].seq, 1);
  EXPECT_EQ(batch_.rejected[0].table, "table_completion");
  EXPECT_EQ(batch_.rejected[0].plan, orders);
  EXPECT_NE(batch_.rejected[0].reason.find("2025-02-30"), std::string::npos);
  EXPECT_EQ(log_.count(event_name::record_rejected), 20U) << "docs/events.md says so";
  record("2025-02-30");
  EXPECT_EQ(log_.count(event_name::record_rejected), static_cast<std::size_t>(rejects_logged_per_batch + 1));
}

}  // namespace
}  // namespace partmark
