// A state store on a real file, what another process sees of it, and a batch that holds one of everything. For the tests of sqlite_state.
#pragma once

#include "state/sqlite_state.hpp"
#include "state_values.hpp"
#include "unit/sqlite/temporary_folder.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace partmark::testing {

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

inline state_changes everything() {
  state_changes c;
  plan_row first = a_plan(0);
  first.run_type = "MANUAL";
  first.pending_since = at_ms(1'700'000'000'001);
  first.refold_next = 17;
  first.refold_until = 4711;
  first.endpoint = "can";
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
  c.drift_checked_at = at_ms(1'700'000'000'005);
  return c;
}

}  // namespace partmark::testing
