#include "sqlite_state_fixture.hpp"

#include <gtest/gtest.h>

#include <sys/resource.h>
#include <filesystem>

#include <csignal>
#include <string>

namespace partmark {
namespace {

using namespace partmark::testing;

TEST_F(sqlite_state_test, a_new_file_holds_nothing_and_is_sound) {
  auto store = opened(path);
  const auto all = loaded(*store);
  EXPECT_TRUE(all.plans.empty());
  EXPECT_EQ(all.position, journal_position{});
  EXPECT_EQ(all.boot_id, "");
  EXPECT_EQ(all.drift_checked_at, std::nullopt);
  EXPECT_EQ(all.last_call_id, 0U);
  EXPECT_TRUE(problems_of(path).empty());
}

TEST_F(sqlite_state_test, everything_comes_back_after_reopening) {
  const state_changes c = everything();
  {
    auto store = opened(path);
    ASSERT_TRUE(store->commit(c));
  }
  auto store = opened(path);
  const auto all = loaded(*store);
  EXPECT_EQ(all.plans, std::vector<plan_row>(c.plans.begin(), c.plans.end()));
  EXPECT_EQ(all.position, *c.position);
  EXPECT_EQ(all.boot_id, "boot-1");
  EXPECT_EQ(all.drift_checked_at, c.drift_checked_at);
  EXPECT_EQ(all.paused, (std::vector<std::string>{"can"}));
  EXPECT_GE(all.last_call_id, 41U);
  EXPECT_EQ(all.rejected_rows, 1);
  ASSERT_EQ(all.marks.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(all.marks[i].plan, c.marks[i].plan);
    EXPECT_EQ(all.marks[i].change, c.marks[i].change);
  }
  EXPECT_EQ(runs_of(all.pending, 0), (std::vector<std::pair<range, mark>>{{{-5, 3}, mark::failed}}));
  EXPECT_EQ(runs_of(all.held, 0), (std::vector<std::pair<range, hold_id>>{{{5, 7}, 9}}));
  ASSERT_EQ(all.limbo.size(), 1U);
  EXPECT_EQ(all.limbo[0].change.value.may_land, bit(mark::success) | bit(mark::cleared));
  ASSERT_EQ(all.intents.size(), 1U);
  EXPECT_EQ(all.intents[0].call_id, 41U);
  EXPECT_EQ(all.intents[0].claims.kind, call_kind::update);
  EXPECT_EQ(all.intents[0].claims.claims, c.intents[0].claims.claims);  // in the call's own order
  EXPECT_EQ(all.intents[0].at, c.intents[0].at);
  ASSERT_EQ(all.holds.size(), 1U);
  EXPECT_EQ(all.holds[0].message, c.holds[0].message);
  EXPECT_EQ(all.holds[0].next_try, c.holds[0].next_try);
  EXPECT_EQ(all.holds[0].tries, 3U);
}

TEST_F(sqlite_state_test, what_ends_goes_and_what_comes_again_replaces) {
  auto store = opened(path);
  ASSERT_TRUE(store->commit(everything()));
  state_changes c;
  plan_row changed = a_plan(0);
  changed.shape = {plan_kind::partitioned, granularity::hour};
  c.plans = {changed};
  c.marks = {{0, {{-5, 10}, mark::failed, false}}, {0, {{-5, 12}, mark::success, true}}};
  c.held = {{0, {{5, 7}, hold_id{9}, false}}};
  c.holds_ended = {9};
  c.rejects_forgotten = {"plan-0"};
  c.intents_ended = {0};
  c.paused = {{"can", false}};
  ASSERT_TRUE(store->commit(c));
  const auto all = loaded(*store);
  EXPECT_EQ(all.plans[0], changed);
  EXPECT_EQ(runs_of(all.marks, 0), (std::vector<std::pair<range, mark>>{{{-5, 12}, mark::success}}));
  EXPECT_TRUE(all.held.empty());
  EXPECT_TRUE(all.holds.empty());
  EXPECT_TRUE(all.intents.empty());
  EXPECT_TRUE(all.paused.empty());
  EXPECT_EQ(all.rejected_rows, 0);
}

TEST_F(sqlite_state_test, one_turn_may_end_a_call_and_open_the_next) {
  auto store = opened(path);
  state_changes c;
  c.plans = {a_plan(0)};
  c.intents = {{0, 1, {call_kind::update, {{{0, 0}, mark::success}, {{2, 2}, mark::success}}}, at_ms(0)}};
  ASSERT_TRUE(store->commit(c));
  state_changes next;
  next.intents_ended = {0};
  next.intents = {{0, 2, {call_kind::update, {{{5, 5}, mark::failed}}}, at_ms(0)}};
  ASSERT_TRUE(store->commit(next));
  const auto all = loaded(*store);
  ASSERT_EQ(all.intents.size(), 1U);
  EXPECT_EQ(all.intents[0].call_id, 2U);
  EXPECT_EQ(all.intents[0].claims.claims, next.intents[0].claims.claims);
}

TEST_F(sqlite_state_test, what_is_only_progress_changes_nothing_else) {
  auto store = opened(path);
  ASSERT_TRUE(store->commit(everything()));
  plan_row row = loaded(*store).plans[0];
  row.pending_since = at_ms(1'700'000'009'000);
  row.attempts = 7;
  state_changes c;
  c.plans = {{row, true}};
  ASSERT_TRUE(store->commit(c));
  EXPECT_EQ(loaded(*store).plans[0], row);

  row.pending_since.reset();
  row.run_type = "OTHER";
  c.plans = {row};
  ASSERT_TRUE(store->commit(c));
  EXPECT_EQ(loaded(*store).plans[0], row);
}

TEST_F(sqlite_state_test, a_plan_is_new_also_where_its_change_says_progress) {
  auto store = opened(path);
  state_changes c;
  c.plans = {{a_plan(0), true}};
  ASSERT_TRUE(store->commit(c));
  EXPECT_EQ(loaded(*store).plans.at(0), a_plan(0));
}

TEST_F(sqlite_state_test, many_calls_of_one_turn_come_back_each_with_its_own_claims) {
  auto store = opened(path);
  state_changes c;
  constexpr plan_id plans = 40;  // more than are written at once, and some over
  for (plan_id id = 0; id < plans; ++id) {
    c.plans.push_back(a_plan(id));
    c.intents.push_back({id, 100U + id, {call_kind::update, {{{id, id + 1}, mark::success}}}, at_ms(id)});
    attempt_row ended;
    ended.plan = id;
    ended.call_id = 1U + id;
    ended.claims = {{{-1 - ordinal{id}, 0}, mark::failed}};
    ended.ended.message = "of plan " + std::to_string(id);
    c.attempts.push_back(ended);
  }
  ASSERT_TRUE(store->commit(c));
  const auto all = loaded(*store);
  ASSERT_EQ(all.intents.size(), plans);
  auto reader = reader_of(path);
  for (plan_id id = 0; id < plans; ++id) {
    EXPECT_EQ(all.intents[id].call_id, 100U + id);
    EXPECT_EQ(all.intents[id].claims.claims, c.intents[id].claims.claims);
    EXPECT_EQ(all.intents[id].at, at_ms(id));
    const auto attempts = reader.attempts(id).value();
    ASSERT_EQ(attempts.size(), 1U);
    EXPECT_EQ(attempts[0].call_id, 1U + id);
    EXPECT_EQ(attempts[0].claims, c.attempts[id].claims);
    EXPECT_EQ(attempts[0].ended.message, c.attempts[id].ended.message);
  }
}

TEST_F(sqlite_state_test, a_refold_forgets_the_rejects_of_its_plan_and_of_no_table) {
  auto store = opened(path);
  state_changes c;
  c.rejected = {
      {1, "plan_completion", "a", "r", at_ms(0)}, {2, "plan_completion", "b", "r", at_ms(0)}, {1, "table_completion", "a", "r", at_ms(0)}};
  ASSERT_TRUE(store->commit(c));
  state_changes forget;
  forget.rejects_forgotten = {"a"};
  forget.rejected = {{3, "plan_completion", "a", "found again", at_ms(0)}};
  ASSERT_TRUE(store->commit(forget));
  const auto left = reader_of(path).rejected().value();
  ASSERT_EQ(left.size(), 3U);
  EXPECT_EQ(left[0].plan, "b");
  EXPECT_EQ(left[1].reason, "found again");
  EXPECT_EQ(left[2].table, "table_completion");
}

TEST_F(sqlite_state_test, a_call_id_is_never_given_out_again_even_when_its_rows_are_gone) {
  {
    auto store = opened(path);
    state_changes c;
    c.plans = {a_plan(0)};
    c.intents = {{0, 1'000'000, {call_kind::update, {{{0, 0}, mark::success}}}, at_ms(0)}};
    ASSERT_TRUE(store->commit(c));
    state_changes ended;
    ended.intents_ended = {0};
    ASSERT_TRUE(store->commit(ended));
    state_changes older;  // an attempt of an earlier call does not turn the counter back
    older.attempts.emplace_back().call_id = 5;
    ASSERT_TRUE(store->commit(older));
  }
  EXPECT_GE(loaded(*opened(path)).last_call_id, 1'000'000U);
}

// They are reserved many at a time.
TEST_F(sqlite_state_test, call_ids_of_a_long_run_are_not_given_out_again) {
  for (const std::uint64_t last : {1U, 2U, 999U, 1000U, 1001U, 1002U, 2003U, 5000U}) {
    auto store = opened(path);
    state_changes c;
    c.plans = {a_plan(0)};
    for (std::uint64_t id : {std::uint64_t{1}, last / 2, last}) {
      c.attempts.assign(1, {});
      c.attempts.front().call_id = id;
      ASSERT_TRUE(store->commit(c));
    }
    store.reset();
    EXPECT_GE(loaded(*opened(path)).last_call_id, last);
    for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path + suffix);
  }
}

TEST_F(sqlite_state_test, only_the_latest_attempts_of_each_plan_are_kept) {
  auto store = opened(path);
  state_changes plans;
  plans.plans = {a_plan(0), a_plan(1)};
  ASSERT_TRUE(store->commit(plans));
  for (std::uint64_t id = 1; id <= 50; ++id) {
    state_changes c;
    attempt_row& row = c.attempts.emplace_back();
    row.plan = id % 5 == 0 ? 1 : 0;
    row.number = plans.plans[row.plan].attempts++;
    row.call_id = id;
    row.claims.assign(id == 50 ? 100 : 1, {{0, 0}, mark::success});
    ASSERT_TRUE(store->commit(c));
    // A plan's row that is written again does not start the ring anew.
    if (id % 7 == 0) {
      ASSERT_TRUE(store->commit(plans));
    }
  }
  auto reader = reader_of(path);
  const auto busy = reader.plan("plan-0").value().attempts;
  ASSERT_EQ(busy.size(), attempts_kept);
  EXPECT_EQ(busy.front().call_id, 49U);
  EXPECT_EQ(busy.back().call_id, 31U);  // the sixteenth back, of those that are not multiples of five
  const auto calm = reader.plan("plan-1").value().attempts;
  ASSERT_EQ(calm.size(), 10U);
  EXPECT_EQ(calm.front().claims.size(), attempt_claims_kept);
  EXPECT_EQ(count("SELECT count(*) FROM attempt"), 26);
}

TEST_F(sqlite_state_test, a_batch_with_one_bad_row_changes_nothing) {
  auto store = opened(path);
  ASSERT_TRUE(store->commit(everything()));
  state_changes c;
  c.plans = {a_plan(3)};
  c.marks = {{3, {{0, 9}, mark::success, true}}};
  c.rejected = {{1, "no_such_table", "", "", at_ms(0)}};
  c.position = journal_position{"other", {}, {}};
  const auto refused = store->commit(c);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::invalid);
  const auto all = loaded(*store);
  EXPECT_EQ(all.plans.size(), 3U);
  EXPECT_EQ(all.position, *everything().position);
  c.rejected.clear();
  EXPECT_TRUE(store->commit(c));  // and the connection is fit for the next
  EXPECT_EQ(loaded(*store).plans.size(), 4U);
}

TEST_F(sqlite_state_test, two_plans_cannot_have_one_uuid) {
  auto store = opened(path);
  state_changes c;
  c.plans = {a_plan(0), a_plan(1)};
  c.plans[1].uuid = c.plans[0].uuid;
  EXPECT_EQ(store->commit(c).error().code, errc::invalid);
}

TEST_F(sqlite_state_test, a_file_in_use_is_busy_at_once_and_the_same_batch_goes_in_later) {
  auto store = opened(path);
  auto other = sqlite::connection::open(path, sqlite::open_mode::read_write, milliseconds(0));
  ASSERT_TRUE(other.value().execute("BEGIN IMMEDIATE"));
  EXPECT_EQ(store->commit(everything()).error().code, errc::busy);
  ASSERT_TRUE(other.value().execute("ROLLBACK"));
  EXPECT_TRUE(store->commit(everything()));
  EXPECT_EQ(loaded(*store).plans.size(), 3U);
}

TEST_F(sqlite_state_test, a_reader_never_keeps_the_writer_out) {
  auto store = opened(path);
  auto other = sqlite::connection::open(path, sqlite::open_mode::read_only, milliseconds(0));
  ASSERT_TRUE(other.value().execute("BEGIN"));
  ASSERT_EQ(other.value().query_int64("SELECT count(*) FROM plan").value(), 0);
  EXPECT_TRUE(store->commit(everything()));
  EXPECT_EQ(other.value().query_int64("SELECT count(*) FROM plan").value(), 0);  // its own moment
}

// A file system without room, as far as a process may make itself one: the file may not grow.
TEST_F(sqlite_state_test, what_does_not_fit_changes_nothing_and_fits_when_there_is_room) {
  auto store = opened(path);
  state_changes c;
  for (plan_id id = 0; id < 20000; ++id) c.plans.push_back(a_plan(id));
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit small = before;
  small.rlim_cur = 256 * 1024;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const auto refused = store->commit(c);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, old_handler);
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().code == errc::io || refused.error().code == errc::no_space) << refused.error().message;
  EXPECT_TRUE(loaded(*store).plans.empty());
  EXPECT_TRUE(store->commit(c));
  EXPECT_EQ(loaded(*store).plans.size(), 20000U);
  EXPECT_TRUE(problems_of(path).empty());
}

TEST_F(sqlite_state_test, an_empty_batch_is_no_transaction) {
  auto store = opened(path);
  auto other = sqlite::connection::open(path, sqlite::open_mode::read_write, milliseconds(0));
  ASSERT_TRUE(other.value().execute("BEGIN IMMEDIATE"));
  EXPECT_TRUE(store->commit({}));
}

}  // namespace
}  // namespace partmark
