// The file itself: its mode, its log, what it is taken for.
#include "sqlite_state_fixture.hpp"

#include "sql/state_migrations.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <string>

namespace partmark {
namespace {

using namespace partmark::testing;

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

// As version 1 wrote it, with a row for each claim.
TEST_F(sqlite_state_test, a_file_of_version_1_is_brought_up_to_date_with_its_calls) {
  {
    auto old = sqlite::connection::open(path, sqlite::open_mode::read_write_create, milliseconds(0)).value();
    old.execute(std::string(sql::state_migrations[0].sql)).value();
    old.execute(
           "INSERT INTO plan (id, uuid, kind, granularity, run_type, pending_since, refold_until, attempts)"
           " VALUES (0, 'p', 'partitioned', 'DAY', '', 1700000000000, 0, 18);"
           "UPDATE progress SET last_call_id = 41;"
           "INSERT INTO intent VALUES (0, 41, 'update', 7);"
           "INSERT INTO intent_range VALUES (0, 1, 10, 12, 0), (0, 0, -5, -4, 1);"
           "INSERT INTO attempt VALUES (0, 1, 40, 'clear', 2, 5, 6, 'accepted', 0, 0, NULL, 200, '', '', 't');"
           "INSERT INTO attempt_range VALUES (0, 1, 0, 1, 2, 2)")
        .value();
  }
  EXPECT_EQ(state_reader::open(path).error().code, errc::invalid);
  const auto all = loaded(*opened(path));
  EXPECT_EQ(all.plans.at(0).attempts, 18U);
  EXPECT_EQ(all.plans.at(0).pending_since, at_ms(1'700'000'000'000));
  EXPECT_EQ(all.plans.at(0).endpoint, "") << "it was not said";
  ASSERT_EQ(all.intents.size(), 1U);
  EXPECT_EQ(all.intents[0].claims.claims, (std::vector<claim>{{{-5, -4}, mark::failed}, {{10, 12}, mark::success}}));
  const auto kept = reader_of(path).plan("p").value().attempts;
  ASSERT_EQ(kept.size(), 1U);
  EXPECT_EQ(kept[0].claims, (std::vector<claim>{{{1, 2}, mark::cleared}}));
  EXPECT_EQ(reader_of(path).check().value(), std::vector<std::string>());
}

TEST_F(sqlite_state_test, a_newer_partmarks_file_is_left_alone) {
  {
    ASSERT_TRUE(opened(path)->commit(everything()));
  }
  execute("PRAGMA user_version = 6");
  EXPECT_EQ(sqlite_state::open(path).error().code, errc::newer_version);
  EXPECT_EQ(state_reader::open(path).error().code, errc::newer_version);
  EXPECT_EQ(count("PRAGMA user_version"), 6);
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
  execute("UPDATE mark_run SET plan_id = -1 WHERE plan_id = 7");
  EXPECT_EQ(store->load().error().code, errc::corrupt);
}

// Not only a contradiction: looking at the neighbours of such a run would overflow.
TEST_F(sqlite_state_test, runs_beyond_what_a_plan_can_have_are_not_loaded) {
  auto store = opened(path);
  ASSERT_TRUE(store->commit(everything()));
  for (const std::string table : {"mark_run", "pending_run", "limbo_run", "held_run"}) {
    execute("INSERT INTO " + table + " VALUES (0, 100, 9223372036854775807, 1)");
    EXPECT_EQ(store->load().error().code, errc::corrupt) << table;
    execute("DELETE FROM " + table + " WHERE first = 100");
    execute("INSERT INTO " + table + " VALUES (0, -9223372036854775807 - 1, -8999999999, 1)");
    EXPECT_EQ(store->load().error().code, errc::corrupt) << table;
    execute("DELETE FROM " + table + " WHERE first < -8999999999");
  }
  EXPECT_TRUE(store->load());
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
