#include "sqlite/statement.hpp"

#include "sqlite/connection.hpp"
#include "unit/sqlite/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <thread>

namespace partmark::sqlite {
namespace {

struct sqlite_statement : ::testing::Test {
  testing::temporary_folder folder;
  connection db = connection::open(folder.file("a.db"), open_mode::read_write_create, milliseconds(0)).value();

  void SetUp() override { db.execute("CREATE TABLE t(a, b)").value(); }
  std::int64_t count() { return db.query_int64("SELECT count(*) FROM t").value().value(); }
};

TEST_F(sqlite_statement, every_kind_of_value_comes_back_as_it_went_in) {
  auto insert = db.prepare("INSERT INTO t(a, b) VALUES (?, ?)").value();
  insert.run(std::numeric_limits<std::int64_t>::min(), "text").value();
  insert.run(std::uint64_t{0xffff'ffff'ffff'fffe}, std::string("a\0b", 3)).value();
  insert.run(std::nullopt, std::optional<std::string_view>()).value();
  insert.run(std::optional<std::int64_t>(7), std::optional<std::string>("x")).value();
  insert.run(true, std::string_view()).value();

  auto select = db.prepare("SELECT a, b FROM t ORDER BY rowid").value();
  auto rows = select.query();
  ASSERT_TRUE(rows.step().value());
  EXPECT_EQ(rows.int64(0), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(rows.text(1), "text");
  EXPECT_EQ(rows.type(0), column_type::integer);
  EXPECT_EQ(rows.type(1), column_type::text);
  ASSERT_TRUE(rows.step().value());
  EXPECT_EQ(static_cast<std::uint64_t>(rows.int64(0)), 0xffff'ffff'ffff'fffe);
  EXPECT_EQ(rows.text(1), std::string_view("a\0b", 3));
  ASSERT_TRUE(rows.step().value());
  EXPECT_EQ(rows.optional_int64(0), std::nullopt);
  EXPECT_EQ(rows.optional_text(1), std::nullopt);
  EXPECT_EQ(rows.type(0), column_type::null);
  EXPECT_EQ(rows.int64(0), 0);
  EXPECT_EQ(rows.text(1), "");
  ASSERT_TRUE(rows.step().value());
  EXPECT_EQ(rows.optional_int64(0), 7);
  EXPECT_EQ(rows.optional_text(1), "x");
  ASSERT_TRUE(rows.step().value());
  EXPECT_EQ(rows.int64(0), 1);
  EXPECT_EQ(rows.type(1), column_type::text) << "an empty text is not NULL";
  EXPECT_FALSE(rows.step().value());
}

TEST_F(sqlite_statement, a_use_forgets_its_binds_and_its_read_at_its_end) {
  db.use_wal().value();
  db.execute("INSERT INTO t VALUES (1, 1), (2, 2)").value();
  auto select = db.prepare("SELECT a FROM t ORDER BY a").value();
  {
    auto rows = select.query();
    ASSERT_TRUE(rows.step().value());
  }
  // A read still open would keep the log from being emptied.
  auto other = connection::open(db.path(), open_mode::read_write, milliseconds(0)).value();
  other.execute("INSERT INTO t VALUES (3, 3)").value();
  EXPECT_EQ(other.query_int64("PRAGMA wal_checkpoint(TRUNCATE)").value(), 0);
  auto rows = select.query();
  ASSERT_TRUE(rows.step().value());
  EXPECT_EQ(rows.int64(0), 1) << "starts from the first row again";
}

TEST_F(sqlite_statement, a_refused_write_is_invalid_and_names_file_and_reason) {
  db.execute("CREATE TABLE c(x CHECK (x <> 'bad'))").value();
  auto insert = db.prepare("INSERT INTO c(x) VALUES (?)").value();
  const auto refused = insert.run("bad");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::invalid);
  EXPECT_NE(refused.error().message.find(db.path()), std::string::npos) << refused.error().message;
  EXPECT_NE(refused.error().message.find("CHECK constraint failed"), std::string::npos) << refused.error().message;
  insert.run("good").value();
}

TEST_F(sqlite_statement, a_locked_file_is_busy_at_once_without_a_timeout) {
  auto other = connection::open(db.path(), open_mode::read_write, milliseconds(0)).value();
  other.execute("BEGIN IMMEDIATE").value();
  auto insert = db.prepare("INSERT INTO t(a, b) VALUES (?, ?)").value();
  EXPECT_EQ(insert.run(1, 2).error().code, errc::busy);
  other.execute("COMMIT").value();
  insert.run(1, 2).value();
  EXPECT_EQ(count(), 1);
}

TEST_F(sqlite_statement, a_statement_stays_usable_when_its_connection_is_moved) {
  std::optional<connection> moved;
  auto insert = db.prepare("INSERT INTO t(a, b) VALUES (?, ?)").value();
  moved.emplace(std::move(db));
  insert.run(1, 2).value();
  EXPECT_EQ(moved->query_int64("SELECT count(*) FROM t").value(), 1);
  EXPECT_EQ(moved->changes(), 1);
  EXPECT_EQ(moved->last_insert_rowid(), 1);
}

}  // namespace
}  // namespace partmark::sqlite
