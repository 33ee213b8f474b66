#include "state/sqlite_state.hpp"

#include "state_values.hpp"
#include "unit/sqlite/temporary_folder.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <cstring>
#include <string>

namespace partmark {
namespace {

using namespace partmark::testing;

class sqlite_state_test : public ::testing::Test {
 protected:
  temporary_folder folder;
  const std::string path = folder.file("state.db");

  mode_t mode_of(const std::string& name) const {
    struct stat found{};
    EXPECT_EQ(::stat(folder.file(name).c_str(), &found), 0) << name << ": " << std::strerror(errno);
    return found.st_mode & 07777;
  }
  // Another process's view: what SQL finds in the file.
  std::int64_t count(const std::string& sql) const {
    auto file = sqlite::connection::open(path, sqlite::open_mode::read_only, milliseconds(1000));
    return file.value().query_int64(sql).value().value();
  }
  void execute(const std::string& sql) const {
    auto file = sqlite::connection::open(path, sqlite::open_mode::read_write, milliseconds(1000));
    ASSERT_TRUE(file.value().execute(sql)) << sql;
  }
};

state_changes everything() {
  state_changes c;
  plan_row first = a_plan(0);
  first.run_type = "MANUAL";
  first.pending_since = at_ms(1'700'000'000'001);
  first.refold_next = 17;
  first.refold_until = 4711;
  c.plans = {first, a_plan(1, refresh), a_plan(2, {plan_kind::partitioned, granularity::minute})};
  c.marks = {{0, {{-5, 10}, mark::failed, true}}, {1, {whole_table, mark::success, true}}, {2, {{0, 0}, mark::cleared, true}}};
  c.pending = {{0, {{-5, 3}, mark::failed, true}}, {1, {whole_table, mark::success, true}}};
  c.limbo = {{0, {{0, 4}, {bit(mark::success) | bit(mark::cleared), {}}, true}}};
  c.held = {{0, {{5, 7}, hold_id{9}, true}}};
  c.holds = {a_hold(9, 0)};
  c.rejected = {{12, "plan_completion", "plan-0", "first: \"2025-02-30\": no such day", at_ms(1'700'000'000'002)}};
  c.intents = {{0, 41, {call_kind::update, {{{2, 3}, mark::failed}, {{-5, -4}, mark::failed}}}, at_ms(1'700'000'000'003)}};
  attempt_row attempt;
  attempt.plan = 0;
  attempt.call_id = 40;
  attempt.kind = call_kind::clear;
  attempt.claims = {{{1, 2}, mark::cleared}};
  attempt.partitions = 2;
  attempt.sent_at = at_ms(1'700'000'000'004);
  attempt.took = milliseconds(35);
  attempt.ended.kind = verdict_kind::ambiguous;
  attempt.ended.endpoint_trouble = true;
  attempt.ended.retry_at_once = true;
  attempt.ended.not_before = milliseconds(1500);
  attempt.ended.http_status = 502;
  attempt.ended.code = "E1";
  attempt.ended.message = "bad gateway";
  attempt.ended.trace_id = "t-1";
  c.attempts = {attempt};
  c.paused = {{"can", true}};
  c.position = journal_position{"0123456789abcdef0123456789abcdef", {99, 98, 0xFFFFFFFFFFFFFFFFULL}, {7, 6, 5}};
  c.boot_id = "boot-1";
  return c;
}

TEST_F(sqlite_state_test, a_new_file_holds_nothing_and_is_sound) {
  auto store = opened(path);
  const auto all = loaded(*store);
  EXPECT_TRUE(all.plans.empty());
  EXPECT_EQ(all.position, journal_position{});
  EXPECT_EQ(all.boot_id, "");
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
  EXPECT_EQ(all.plans, c.plans);
  EXPECT_EQ(all.position, *c.position);
  EXPECT_EQ(all.boot_id, "boot-1");
  EXPECT_EQ(all.paused, (std::vector<std::string>{"can"}));
  EXPECT_EQ(all.last_call_id, 41U);
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
  EXPECT_EQ(count("SELECT count(*) FROM intent_range"), 0);
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
  EXPECT_EQ(loaded(*opened(path)).last_call_id, 1'000'000U);
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
  EXPECT_EQ(count("SELECT count(*) FROM attempt_range"), 16 + 9 + static_cast<std::int64_t>(attempt_claims_kept));
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

TEST_F(sqlite_state_test, the_file_is_the_groups_to_read_whatever_the_umask) {
  const mode_t before = ::umask(0077);
  auto store = opened(path);
  ASSERT_TRUE(store->commit(everything()));
  ::umask(before);
  EXPECT_EQ(mode_of("state.db"), 0640U);
  EXPECT_EQ(mode_of("state.db-wal"), 0640U);
  EXPECT_EQ(mode_of("state.db-shm"), 0640U);
}

TEST_F(sqlite_state_test, the_mode_of_an_existing_file_is_its_owners_decision) {
  {
    auto store = opened(path);
  }
  ASSERT_EQ(::chmod(path.c_str(), 0600), 0);
  {
    auto store = opened(path);
  }
  EXPECT_EQ(mode_of("state.db"), 0600U);
}

TEST_F(sqlite_state_test, the_log_stays_for_readers_who_may_not_make_one) {
  {
    ASSERT_TRUE(opened(path)->commit(everything()));
  }
  EXPECT_EQ(mode_of("state.db-wal"), 0640U);
  EXPECT_EQ(mode_of("state.db-shm"), 0640U);
}

TEST_F(sqlite_state_test, a_missing_directory_is_named) {
  const auto made = sqlite_state::open(folder.file("nowhere/state.db"));
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, errc::not_found);
  EXPECT_NE(made.error().message.find("nowhere/state.db"), std::string::npos);
}

TEST_F(sqlite_state_test, another_programs_database_is_left_alone) {
  {
    auto other = sqlite::connection::open(path, sqlite::open_mode::read_write_create, milliseconds(0));
    ASSERT_TRUE(other.value().execute("CREATE TABLE t (a)"));
  }
  const auto made = sqlite_state::open(path);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, errc::exists);
  EXPECT_EQ(count("SELECT count(*) FROM sqlite_schema"), 1);
  EXPECT_EQ(state_reader::open(path).error().code, errc::exists);
}

TEST_F(sqlite_state_test, a_newer_partmarks_file_is_left_alone) {
  {
    ASSERT_TRUE(opened(path)->commit(everything()));
  }
  execute("PRAGMA user_version = 2");
  EXPECT_EQ(sqlite_state::open(path).error().code, errc::newer_version);
  EXPECT_EQ(state_reader::open(path).error().code, errc::newer_version);
  EXPECT_EQ(count("PRAGMA user_version"), 2);
}

TEST_F(sqlite_state_test, what_is_no_database_is_corrupt) {
  FILE* file = std::fopen(path.c_str(), "w");
  std::fputs("this is not a database, it only has been given the name of one by mistake, and is long enough to have a header\n", file);
  std::fclose(file);
  EXPECT_EQ(sqlite_state::open(path).error().code, errc::corrupt);
}

TEST_F(sqlite_state_test, rows_that_contradict_one_another_are_not_loaded) {
  auto store = opened(path);
  ASSERT_TRUE(store->commit(everything()));
  execute("INSERT INTO mark_run VALUES (7, 0, 1, 0)");
  const auto refused = store->load();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::corrupt);
  EXPECT_NE(refused.error().message.find("mark_run"), std::string::npos);
}

TEST_F(sqlite_state_test, ids_of_plans_have_no_gap) {
  auto store = opened(path);
  state_changes c;
  c.plans = {a_plan(0), a_plan(1)};
  ASSERT_TRUE(store->commit(c));
  execute("DELETE FROM plan WHERE id = 0");
  EXPECT_EQ(store->load().error().code, errc::corrupt);
}

TEST_F(sqlite_state_test, can_be_made_durable_at_any_time) {
  auto store = opened(path);
  EXPECT_TRUE(store->make_durable());
  ASSERT_TRUE(store->commit(everything()));
  EXPECT_TRUE(store->make_durable());
}

}  // namespace
}  // namespace partmark
