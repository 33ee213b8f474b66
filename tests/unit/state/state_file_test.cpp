// The file itself: its mode, its log, what it is taken for.
#include "sqlite_state_fixture.hpp"

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
