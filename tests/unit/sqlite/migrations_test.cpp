#include "sqlite/migrations.hpp"

#include "sqlite/connection.hpp"
#include "unit/sqlite/temporary_folder.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

namespace partmark::sqlite {
namespace {

constexpr std::array<migration, 3> scripts{
    migration{"001_initial", "PRAGMA journal_mode = WAL; CREATE TABLE t(a); PRAGMA user_version = 1;"},
    migration{"002_more", "ALTER TABLE t ADD COLUMN b; INSERT INTO t VALUES (1, 2);"},
    migration{"003_broken", "CREATE TABLE u(a); INSERT INTO nowhere VALUES (1);"},
};

struct sqlite_migrations : ::testing::Test {
  testing::temporary_folder folder;
  connection db = open();

  connection open() { return connection::open(folder.file("a.db"), open_mode::read_write_create, milliseconds(10000)).value(); }
  void SetUp() override { db.use_wal().value(); }
};

TEST_F(sqlite_migrations, every_missing_script_runs_once_in_order) {
  migrate(db, std::span(scripts).first(1)).value();
  EXPECT_EQ(schema_version(db).value(), 1);
  migrate(db, std::span(scripts).first(2)).value();
  migrate(db, std::span(scripts).first(2)).value();
  EXPECT_EQ(schema_version(db).value(), 2);
  EXPECT_EQ(db.query_int64("SELECT count(*) FROM t").value(), 1);
}

TEST_F(sqlite_migrations, a_script_that_fails_leaves_the_file_as_it_was) {
  migrate(db, std::span(scripts).first(1)).value();
  const auto failed = migrate(db, scripts);
  ASSERT_FALSE(failed);
  EXPECT_NE(failed.error().message.find("003_broken"), std::string::npos) << failed.error().message;
  EXPECT_EQ(schema_version(db).value(), 1);
  EXPECT_EQ(db.query_int64("SELECT count(*) FROM sqlite_master WHERE name = 'u'").value(), 0);
  EXPECT_EQ(db.query_int64("SELECT count(*) FROM t").value(), 0);
  EXPECT_FALSE(db.in_transaction());
}

TEST_F(sqlite_migrations, a_file_from_a_newer_program_is_left_alone) {
  db.execute("PRAGMA user_version = 3").value();
  const auto refused = migrate(db, std::span(scripts).first(2));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::newer_version);
  EXPECT_EQ(db.query_int64("SELECT count(*) FROM sqlite_master").value(), 0);
}

TEST_F(sqlite_migrations, processes_that_migrate_at_once_all_succeed) {
  std::array<pid_t, 4> children{};
  for (pid_t& child : children) {
    child = ::fork();
    if (child == 0) {
      auto own = open();
      ::_exit(migrate(own, std::span(scripts).first(2)) ? 0 : 1);
    }
  }
  for (const pid_t child : children) {
    int status = -1;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }
  EXPECT_EQ(db.query_int64("SELECT count(*) FROM t").value(), 1);
}

}  // namespace
}  // namespace partmark::sqlite
