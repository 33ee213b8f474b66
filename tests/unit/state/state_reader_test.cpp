#include "state_values.hpp"
#include "unit/sqlite/temporary_folder.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <string>
namespace partmark {
namespace {

using namespace partmark::testing;

const steady_time later{std::chrono::seconds(60)};

class state_reader_test : public ::testing::Test {
 protected:
  temporary_folder folder;
  const std::string path = folder.file("state.db");
};

// One plan's ledger that is stored as it moves.
class stored_plan {
 public:
  stored_plan(sqlite_state& store, plan_id id, plan_shape shape = daily) : store_(store), row_(a_plan(id, shape)), book(shape) {
    state_changes c;
    c.plans = {row_};
    store_changes(c);
  }

  void pending_since(std::int64_t ms) {
    row_.pending_since = at_ms(ms);
    state_changes c;
    c.plans = {row_};
    store_changes(c);
  }
  void say(range r, mark m) {
    book.complete(r, m, changes_);
    store_ledger({});
  }
  void send(std::uint64_t call_id) {
    const auto c = book.next_call(100);
    state_changes batch;
    batch.intents = {{row_.id, call_id, *c, at_ms(0)}};
    store_ledger(std::move(batch));
    book.take(*c);
  }
  void accept() {
    book.accepted(changes_);
    store_end();
  }
  void lose() {
    book.ambiguous(later, changes_);
    store_end();
  }
  void hold(hold_id id, std::int64_t since) {
    book.hold(id, changes_);
    hold_row row = a_hold(id, row_.id);
    row.since = at_ms(since);
    state_changes c;
    c.holds = {row};
    c.intents_ended = {row_.id};
    store_ledger(std::move(c));
  }

 private:
  void store_end() {
    state_changes c;
    c.intents_ended = {row_.id};
    store_ledger(std::move(c));
  }
  void store_ledger(state_changes batch) {
    append(batch, row_.id, changes_);
    changes_.clear();
    store_changes(batch);
  }
  void store_changes(const state_changes& c) { ASSERT_TRUE(store_.commit(c)); }

  sqlite_state& store_;
  plan_row row_;
  ledger_changes changes_;

 public:
  ledger book;
};

TEST_F(state_reader_test, where_there_is_no_state_yet_it_says_so) {
  const auto none = state_reader::open(path);
  EXPECT_EQ(none.error().code, errc::not_found);
  EXPECT_NE(none.error().message.find("no state yet"), std::string::npos);
  EXPECT_NE(::access(path.c_str(), F_OK), 0);  // and makes none
  FILE* empty = std::fopen(path.c_str(), "w");
  std::fclose(empty);
  EXPECT_EQ(state_reader::open(path).error().code, errc::not_found);
}

TEST_F(state_reader_test, pending_counts_what_waits_and_what_is_under_way_once) {
  auto store = opened(path);
  stored_plan a(*store, 0);
  a.say({0, 9}, mark::success);
  a.send(1);
  a.say({5, 14}, mark::failed);
  EXPECT_EQ(reader_of(path).summary().value().pending_partitions, 15);
}

TEST_F(state_reader_test, pending_counts_owed_reassertions_that_are_not_pending_already) {
  auto store = opened(path);
  stored_plan a(*store, 0);
  a.say({0, 9}, mark::success);
  a.send(1);
  a.lose();
  a.say({0, 3}, mark::failed);
  auto reader = reader_of(path);
  EXPECT_EQ(reader.summary().value().pending_partitions, 10);  // all of it pending: nothing counts twice
  a.send(2);
  a.accept();
  EXPECT_EQ(reader.summary().value().pending_partitions, 4);  // where the lost success may land upon a failure
  const auto parts = reader.plan("plan-0").value().pending;
  ASSERT_EQ(parts.size(), 1U);
  EXPECT_EQ(parts[0].said, (claim{{0, 3}, mark::failed}));
  EXPECT_EQ(parts[0].why, pending_why::reassertion);
}

TEST_F(state_reader_test, held_partitions_are_not_pending) {
  auto store = opened(path);
  stored_plan a(*store, 0);
  a.say({0, 9}, mark::success);
  a.send(1);
  a.hold(1, 0);
  a.say({0, 1}, mark::success);
  const state_summary s = reader_of(path).summary().value();
  EXPECT_EQ(s.pending_partitions, 2);
  EXPECT_EQ(s.held_plans, 1);
}

TEST_F(state_reader_test, a_full_refresh_counts_one_and_its_failure_nothing) {
  auto store = opened(path);
  stored_plan a(*store, 0, refresh);
  a.say(whole_table, mark::success);
  auto reader = reader_of(path);
  EXPECT_EQ(reader.summary().value().pending_partitions, 1);
  a.say(whole_table, mark::failed);
  EXPECT_EQ(reader.summary().value().pending_partitions, 0);
  EXPECT_EQ(reader.plan("plan-0").value().marks, (std::vector<claim>{{whole_table, mark::failed}}));
}

TEST_F(state_reader_test, says_what_of_a_plan_waits_what_is_under_way_and_what_is_owed_again) {
  auto store = opened(path);
  stored_plan a(*store, 0);
  a.say({20, 21}, mark::success);
  a.send(1);
  a.lose();
  a.say({20, 21}, mark::failed);
  a.send(2);
  a.accept();
  a.say({0, 3}, mark::success);
  a.send(3);
  a.say({4, 5}, mark::success);
  const auto detail = reader_of(path).plan("plan-0").value();
  ASSERT_EQ(detail.pending.size(), 3U);
  EXPECT_EQ(detail.pending[0].said, (claim{{0, 3}, mark::success}));
  EXPECT_EQ(detail.pending[0].why, pending_why::in_flight);
  EXPECT_EQ(detail.pending[1].said, (claim{{4, 5}, mark::success}));
  EXPECT_EQ(detail.pending[1].why, pending_why::waiting);
  EXPECT_EQ(detail.pending[2].said, (claim{{20, 21}, mark::failed}));
  EXPECT_EQ(detail.pending[2].why, pending_why::reassertion);
  ASSERT_TRUE(detail.open_call);
  EXPECT_EQ(detail.open_call->call_id, 3U);
  ASSERT_EQ(detail.limbo.size(), 1U);
  EXPECT_EQ(detail.limbo[0].may_land, bit(mark::success));
  EXPECT_EQ(detail.overview.success, 6);
  EXPECT_EQ(detail.overview.failed, 2);
}

TEST_F(state_reader_test, the_summary_tells_since_when_something_waits_and_what_is_paused) {
  auto store = opened(path);
  stored_plan a(*store, 0);
  stored_plan b(*store, 1);
  EXPECT_EQ(reader_of(path).summary().value().oldest_pending_since, std::nullopt);
  a.pending_since(5000);
  b.pending_since(4000);
  state_changes c;
  c.paused = {{"west", true}, {"east", true}};
  c.position = journal_position{"0123456789abcdef0123456789abcdef", {9, 9, 9}, {3, 0, 0}};
  c.rejected = {{4, "plan_completion", "x", "y", at_ms(1)}};
  ASSERT_TRUE(store->commit(c));
  const state_summary s = reader_of(path).summary().value();
  EXPECT_EQ(s.oldest_pending_since, at_ms(4000));
  EXPECT_EQ(s.plans, 2);
  EXPECT_EQ(s.rejected, 1);
  EXPECT_EQ(s.paused, (std::vector<std::string>{"east", "west"}));
  EXPECT_EQ(s.position, *c.position);
}

TEST_F(state_reader_test, lists_plans_by_name_and_pending_ones_by_age) {
  auto store = opened(path);
  stored_plan a(*store, 0);
  stored_plan b(*store, 1);
  stored_plan c(*store, 2);
  a.say({0, 0}, mark::success);
  b.say({0, 0}, mark::success);
  a.pending_since(9000);
  b.pending_since(8000);
  auto reader = reader_of(path);
  const auto plans = reader.plans().value();
  ASSERT_EQ(plans.size(), 3U);
  EXPECT_EQ(plans[0].plan.uuid, "plan-0");
  EXPECT_EQ(plans[2].plan.uuid, "plan-2");
  const auto pending = reader.pending().value();
  ASSERT_EQ(pending.size(), 2U);
  EXPECT_EQ(pending[0].plan.uuid, "plan-1");
  EXPECT_EQ(pending[1].plan.uuid, "plan-0");
}

TEST_F(state_reader_test, lists_holds_with_what_is_held_under_them) {
  auto store = opened(path);
  stored_plan a(*store, 0);
  stored_plan b(*store, 1);
  a.say({0, 3}, mark::success);
  a.say({4, 5}, mark::failed);
  a.send(1);
  a.hold(1, 2000);
  b.say({7, 7}, mark::success);
  b.send(2);
  b.hold(2, 1000);
  const auto held = reader_of(path).held().value();
  ASSERT_EQ(held.size(), 2U);
  EXPECT_EQ(held[0].plan.uuid, "plan-1");
  EXPECT_EQ(held[0].parts, (std::vector<claim>{{{7, 7}, mark::success}}));
  EXPECT_EQ(held[1].parts, (std::vector<claim>{{{0, 3}, mark::success}, {{4, 5}, mark::failed}}));
  EXPECT_EQ(held[1].hold.message, a_hold(1, 0).message);
}

TEST_F(state_reader_test, a_plan_that_no_record_named_is_not_found) {
  auto store = opened(path);
  const auto none = reader_of(path).plan("nobody\x1b[31m");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, errc::not_found);
  EXPECT_NE(none.error().message.find("\"nobody?[31m\""), std::string::npos);
}

// A user of the daemon's group, who may read the file and its directory and write neither. It starts before SQLite does, for SQLite's
// locks do not survive a fork.
class group_member {
 public:
  explicit group_member(const std::string& path) {
    EXPECT_EQ(::pipe(go_), 0);
    EXPECT_EQ(::pipe(said_), 0);
    child_ = ::fork();
    if (child_ == 0) live(path);
    ::close(go_[0]);
    ::close(said_[1]);
  }
  ~group_member() {
    ::close(go_[1]);
    ::close(said_[0]);
    ::waitpid(child_, nullptr, 0);
  }

  // What it finds pending now; negative: an error's code.
  std::int64_t look() {
    EXPECT_EQ(::write(go_[1], "", 1), 1);
    std::int64_t found = -1000;
    EXPECT_EQ(::read(said_[0], &found, sizeof found), static_cast<ssize_t>(sizeof found));
    return found;
  }

  // To be called once the files are there.
  static void let_read_only(const temporary_folder& folder) {
    if (::geteuid() == 0) {
      for (const char* name : {"", "state.db", "state.db-wal", "state.db-shm"})
        ASSERT_EQ(::chown((folder.path() / name).c_str(), 0, member), 0) << name;
      ASSERT_EQ(::chmod(folder.path().c_str(), 0750), 0);
      return;
    }
    for (const char* name : {"state.db", "state.db-wal", "state.db-shm"}) ASSERT_EQ(::chmod(folder.file(name).c_str(), 0440), 0);
    ASSERT_EQ(::chmod(folder.path().c_str(), 0550), 0);
  }
  static void let_remove(const temporary_folder& folder) { ::chmod(folder.path().c_str(), 0700); }

 private:
  static constexpr gid_t member = 65534;

  [[noreturn]] void live(const std::string& path) {
    ::close(go_[1]);
    if (::geteuid() == 0 && (::setgid(member) != 0 || ::setuid(member) != 0)) ::_exit(1);
    char byte = 0;
    while (::read(go_[0], &byte, 1) == 1) {
      std::int64_t found = 0;
      if (auto reader = state_reader::open(path); !reader) {
        found = -1 - static_cast<std::int64_t>(reader.error().code);
      } else if (const auto s = reader->summary(); !s) {
        found = -1 - static_cast<std::int64_t>(s.error().code);
      } else {
        found = s->pending_partitions;
      }
      if (::write(said_[1], &found, sizeof found) != static_cast<ssize_t>(sizeof found)) break;
    }
    ::_exit(0);
  }

  int go_[2];
  int said_[2];
  pid_t child_ = -1;
};

TEST_F(state_reader_test, the_group_reads_while_the_daemon_runs_and_when_it_is_down) {
  group_member member(path);
  {
    auto store = opened(path);
    stored_plan a(*store, 0);
    a.say({0, 6}, mark::success);
    group_member::let_read_only(folder);
    EXPECT_EQ(member.look(), 7);
    a.say({7, 7}, mark::success);
    EXPECT_EQ(member.look(), 8);
  }
  EXPECT_EQ(member.look(), 8);
  group_member::let_remove(folder);
}

TEST_F(state_reader_test, the_group_reads_what_a_killed_daemon_left) {
  group_member member(path);
  int pipe[2];
  ASSERT_EQ(::pipe(pipe), 0);
  const pid_t daemon = ::fork();
  ASSERT_GE(daemon, 0);
  if (daemon == 0) {
    auto store = opened(path);
    stored_plan a(*store, 0);
    a.say({0, 6}, mark::success);
    if (::write(pipe[1], "", 1) != 1) ::_exit(1);
    for (;;) ::pause();
  }
  char byte = 0;
  ASSERT_EQ(::read(pipe[0], &byte, 1), 1);
  ::kill(daemon, SIGKILL);
  ::waitpid(daemon, nullptr, 0);
  group_member::let_read_only(folder);
  EXPECT_EQ(member.look(), 7);
  group_member::let_remove(folder);
  auto store = opened(path);
  EXPECT_EQ(loaded(*store).plans.size(), 1U);
}

}  // namespace
}  // namespace partmark
