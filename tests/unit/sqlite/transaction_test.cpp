#include "sqlite/transaction.hpp"

#include "sqlite/connection.hpp"
#include "unit/sqlite/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <thread>

namespace partmark::sqlite {
namespace {

struct sqlite_transaction : ::testing::Test {
  testing::temporary_folder folder;
  connection db = connection::open(folder.file("a.db"), open_mode::read_write_create, milliseconds(0)).value();

  void SetUp() override {
    db.use_wal().value();
    db.execute("CREATE TABLE t(a UNIQUE)").value();
  }
  std::int64_t count() { return db.query_int64("SELECT count(*) FROM t").value().value(); }
};

TEST_F(sqlite_transaction, what_is_committed_stays_and_what_is_not_is_rolled_back) {
  {
    auto scope = transaction::begin(db, transaction_kind::immediate).value();
    db.execute("INSERT INTO t VALUES (1)").value();
    scope.commit().value();
  }
  {
    auto scope = transaction::begin(db, transaction_kind::deferred).value();
    db.execute("INSERT INTO t VALUES (2)").value();
    EXPECT_EQ(count(), 2);
  }
  EXPECT_FALSE(db.in_transaction());
  EXPECT_EQ(count(), 1);
}

TEST_F(sqlite_transaction, a_refused_statement_leaves_the_earlier_ones_to_be_committed) {
  auto scope = transaction::begin(db, transaction_kind::immediate).value();
  db.execute("INSERT INTO t VALUES (1)").value();
  EXPECT_EQ(db.execute("INSERT INTO t VALUES (1)").error().code, errc::invalid);
  db.execute("INSERT INTO t VALUES (2)").value();
  scope.commit().value();
  EXPECT_EQ(count(), 2);
}

TEST_F(sqlite_transaction, an_error_that_rolled_back_by_itself_does_no_harm_at_the_end_of_the_scope) {
  auto scope = transaction::begin(db, transaction_kind::immediate).value();
  EXPECT_FALSE(db.execute("INSERT OR ROLLBACK INTO t VALUES (1), (1)"));
  EXPECT_FALSE(db.in_transaction());
  EXPECT_EQ(scope.commit().error().code, errc::io) << "nothing was committed, and the caller hears of it";
}

TEST_F(sqlite_transaction, a_writer_waits_for_another_as_long_as_it_was_told) {
  auto other = connection::open(db.path(), open_mode::read_write, milliseconds(20)).value();
  std::optional<transaction> scope = transaction::begin(db, transaction_kind::immediate).value();
  EXPECT_EQ(transaction::begin(other, transaction_kind::immediate).error().code, errc::busy);

  other.set_busy_timeout(milliseconds(60'000)).value();
  std::atomic<bool> about_to_wait = false;
  std::thread holder([&] {
    about_to_wait.wait(false);
    std::this_thread::sleep_for(milliseconds(5));  // mostly the other waits by then; if not, nothing is tested, and nothing fails
    scope.reset();
  });
  about_to_wait = true;
  about_to_wait.notify_one();
  EXPECT_TRUE(transaction::begin(other, transaction_kind::immediate));
  holder.join();
}

TEST_F(sqlite_transaction, the_second_writer_is_busy_at_its_begin) {
  auto other = connection::open(db.path(), open_mode::read_write, milliseconds(0)).value();
  auto scope = transaction::begin(db, transaction_kind::immediate).value();
  const auto second = transaction::begin(other, transaction_kind::immediate);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, errc::busy);
  transaction::begin(other, transaction_kind::deferred).value();
}

TEST_F(sqlite_transaction, deferred_reads_agree_with_one_another) {
  auto other = connection::open(db.path(), open_mode::read_write, milliseconds(0)).value();
  auto scope = transaction::begin(db, transaction_kind::deferred).value();
  EXPECT_EQ(count(), 0);
  other.execute("INSERT INTO t VALUES (1)").value();
  EXPECT_EQ(count(), 0);
  scope.commit().value();
  EXPECT_EQ(count(), 1);
}

}  // namespace
}  // namespace partmark::sqlite
