#include "sqlite/connection.hpp"

#include "sqlite/failure.hpp"
#include "unit/sqlite/temporary_folder.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>

namespace partmark::sqlite {
namespace {

struct sqlite_connection : ::testing::Test {
  testing::temporary_folder folder;
  std::string path = folder.file("a.db");

  result<connection> open(open_mode mode) { return connection::open(path, mode, milliseconds(0)); }
};

TEST_F(sqlite_connection, a_missing_file_is_not_found_unless_it_may_be_made) {
  EXPECT_EQ(open(open_mode::read_only).error().code, errc::not_found);
  EXPECT_EQ(open(open_mode::read_write).error().code, errc::not_found);
  EXPECT_NE(open(open_mode::read_write).error().message.find(path), std::string::npos);
  open(open_mode::read_write_create).value().execute("CREATE TABLE t(a)").value();
  open(open_mode::read_only).value();
}

TEST_F(sqlite_connection, a_path_that_would_be_a_private_database_is_refused) {
  EXPECT_EQ(connection::open("", open_mode::read_write_create, milliseconds(0)).error().code, errc::invalid);
  EXPECT_EQ(connection::open(":memory:", open_mode::read_write_create, milliseconds(0)).error().code, errc::invalid);
}

TEST_F(sqlite_connection, a_path_like_a_uri_is_a_plain_path) {
  const auto previous = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  connection::open("file:x?mode=memory", open_mode::read_write_create, milliseconds(0)).value().execute("CREATE TABLE t(a)").value();
  EXPECT_TRUE(std::filesystem::exists(folder.file("file:x?mode=memory")));
  std::filesystem::current_path(previous);
}

TEST_F(sqlite_connection, a_file_that_is_no_database_is_corrupt) {
  std::ofstream(path) << std::string(4096, 'x');
  auto db = open(open_mode::read_write);
  ASSERT_TRUE(db) << db.error().message;
  const auto read = db->query_int64("SELECT count(*) FROM sqlite_master");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, errc::corrupt);
}

TEST_F(sqlite_connection, a_missing_table_is_corrupt) {
  auto db = open(open_mode::read_write_create).value();
  EXPECT_EQ(db.prepare("SELECT a FROM nowhere").error().code, errc::corrupt);
}

TEST_F(sqlite_connection, query_only_refuses_writes_until_it_is_off) {
  auto db = open(open_mode::read_write_create).value();
  db.execute("CREATE TABLE t(a)").value();
  db.set_query_only(true).value();
  EXPECT_EQ(db.execute("INSERT INTO t VALUES (1)").error().code, errc::permission);
  db.set_query_only(false).value();
  db.execute("INSERT INTO t VALUES (1)").value();
}

TEST_F(sqlite_connection, data_version_changes_with_another_connections_commit_only) {
  auto db = open(open_mode::read_write_create).value();
  db.use_wal().value();
  db.execute("CREATE TABLE t(a)").value();
  const auto before = db.data_version().value();
  db.execute("INSERT INTO t VALUES (1)").value();
  EXPECT_EQ(db.data_version().value(), before);
  auto other = open(open_mode::read_write).value();
  other.execute("INSERT INTO t VALUES (2)").value();
  EXPECT_NE(db.data_version().value(), before);
}

TEST_F(sqlite_connection, the_log_outlives_the_last_connection_only_when_persistent) {
  const std::string wal = path + "-wal";
  for (const bool persistent : {false, true}) {
    {
      auto db = open(open_mode::read_write_create).value();
      db.use_wal().value();
      db.set_persistent_wal(persistent).value();
      db.execute("CREATE TABLE IF NOT EXISTS t(a); INSERT INTO t VALUES (1)").value();
      EXPECT_TRUE(std::filesystem::exists(wal));
    }
    EXPECT_EQ(std::filesystem::exists(wal), persistent);
  }
}

TEST_F(sqlite_connection, a_reader_that_must_not_checkpoint_leaves_the_log_at_its_close) {
  {
    auto db = open(open_mode::read_write_create).value();
    db.use_wal().value();
    db.execute("CREATE TABLE t(a)").value();
    auto reader = open(open_mode::read_write).value();
    reader.set_checkpoint_on_close(false);
    ASSERT_EQ(reader.query_int64("SELECT count(*) FROM t").value(), 0);
    db = std::move(reader);  // the reader is the last to close
  }
  EXPECT_GT(std::filesystem::file_size(path + "-wal"), 0);
}

TEST_F(sqlite_connection, syncing_the_log_works_with_and_without_one) {
  auto db = open(open_mode::read_write_create).value();
  db.sync_wal().value();
  db.use_wal().value();
  db.execute("CREATE TABLE t(a); INSERT INTO t VALUES (1)").value();
  db.set_synchronous(synchronous::normal).value();
  EXPECT_EQ(db.query_int64("PRAGMA synchronous").value(), 1);
  db.sync_wal().value();
}

TEST_F(sqlite_connection, turning_to_wal_in_use_is_busy) {
  auto db = open(open_mode::read_write_create).value();
  db.execute("CREATE TABLE t(a)").value();
  auto other = open(open_mode::read_write).value();
  other.execute("BEGIN; SELECT * FROM t").value();
  EXPECT_EQ(db.use_wal().error().code, errc::busy);
  EXPECT_EQ(db.use_wal(milliseconds(20)).error().code, errc::busy) << "its patience ends";
  other.execute("COMMIT").value();
  db.use_wal().value();
}

TEST_F(sqlite_connection, a_connection_can_be_replaced_by_assignment) {
  auto db = open(open_mode::read_write_create).value();
  db.data_version().value();
  path = folder.file("b.db");
  db = open(open_mode::read_write_create).value();
  EXPECT_EQ(db.path(), path);
  db.data_version().value();
}

// Root may do everything, so the user nobody tries.
int code_as_nobody(const std::string& path, open_mode mode) {
  const pid_t child = ::fork();
  if (child == 0) {
    if (::geteuid() == 0 && (::setgid(65534) != 0 || ::setuid(65534) != 0)) ::_exit(99);
    auto db = connection::open(path, mode, milliseconds(0));
    if (!db) ::_exit(static_cast<int>(db.error().code));
    const auto read = db->query_int64("SELECT count(*) FROM sqlite_master");
    ::_exit(read ? 50 : static_cast<int>(read.error().code));
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST_F(sqlite_connection, access_denied_is_permission_also_where_sqlite_would_settle_for_reading) {
  open(open_mode::read_write_create).value().execute("CREATE TABLE t(a)").value();
  ::chmod(folder.path().c_str(), 0755);
  ::chmod(path.c_str(), 0444);
  EXPECT_EQ(code_as_nobody(path, open_mode::read_only), 50);
  EXPECT_EQ(code_as_nobody(path, open_mode::read_write), static_cast<int>(errc::permission));
  ::chmod(path.c_str(), 0000);
  EXPECT_EQ(code_as_nobody(path, open_mode::read_only), static_cast<int>(errc::permission));
  ::chmod(folder.path().c_str(), 0700);
  EXPECT_EQ(code_as_nobody(path, open_mode::read_only), static_cast<int>(errc::permission));
}

TEST(sqlite_failure, result_codes_map_to_what_the_caller_should_do) {
  struct {
    int code;
    int system_errno;
    errc expected;
  } const rows[] = {
      {SQLITE_BUSY, 0, errc::busy},
      {SQLITE_BUSY_SNAPSHOT, 0, errc::busy},
      {SQLITE_LOCKED_SHAREDCACHE, 0, errc::busy},
      {SQLITE_PROTOCOL, 0, errc::busy},
      {SQLITE_FULL, 0, errc::no_space},
      {SQLITE_IOERR_WRITE, EDQUOT, errc::no_space},
      {SQLITE_IOERR_SHMSIZE, ENOSPC, errc::no_space},
      {SQLITE_IOERR_READ, EIO, errc::io},
      {SQLITE_IOERR_FSYNC, 0, errc::io},
      {SQLITE_CORRUPT_VTAB, 0, errc::corrupt},
      {SQLITE_NOTADB, 0, errc::corrupt},
      {SQLITE_CANTOPEN, ENOENT, errc::not_found},
      {SQLITE_CANTOPEN, EACCES, errc::permission},
      {SQLITE_CANTOPEN, EMFILE, errc::io},
      {SQLITE_READONLY_DIRECTORY, 0, errc::permission},
      {SQLITE_READONLY_DBMOVED, 0, errc::not_found},
      {SQLITE_PERM, 0, errc::permission},
      {SQLITE_CONSTRAINT_CHECK, 0, errc::invalid},
      {SQLITE_CONSTRAINT_TRIGGER, 0, errc::invalid},
      {SQLITE_MISMATCH, 0, errc::invalid},
      {SQLITE_NOMEM, 0, errc::io},
  };
  for (const auto& row : rows) EXPECT_EQ(classify(row.code, row.system_errno), row.expected) << row.code;
}

}  // namespace
}  // namespace partmark::sqlite
