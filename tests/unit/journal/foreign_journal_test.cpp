// Files that are no journal, or one by other means: an error that says so, or text as it is; never a crash.
#include "unit/journal/journal_fixture.hpp"

#include <fstream>
#include <utility>

namespace partmark {
namespace {

using testing::acting_sink;
using testing::keeping_sink;
using testing::open_as_job;
using testing::read_all;

struct reading_another_file : testing::journal_fixture {
  sqlite_journal reader{path};

  journal_look look(const journal_position& folded = {}) { return reader.look(folded).value(); }
};

TEST_F(reading_another_file, what_is_no_journal_is_corrupt_and_says_so) {
  std::ofstream(path) << std::string(8192, 'x');
  EXPECT_EQ(reader.look({}).error().code, errc::corrupt);
  std::filesystem::remove(path);
  auto other = sqlite::connection::open(path, sqlite::open_mode::read_write_create, milliseconds(0)).value();
  other.execute("CREATE TABLE accounts(a)").value();
  const auto refused = reader.look({});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::corrupt);
  EXPECT_NE(refused.error().message.find("not a partmark journal"), std::string::npos) << refused.error().message;
}

TEST_F(reading_another_file, a_directory_in_its_place_is_an_error) {
  std::filesystem::create_directory(path);
  EXPECT_EQ(reader.look({}).error().code, errc::invalid);
}

TEST_F(reading_another_file, a_newer_schema_is_refused) {
  make_journal();
  open_as_job(path).execute("PRAGMA user_version = 2").value();
  EXPECT_EQ(reader.look({}).error().code, errc::newer_version);
}

// Of a view SQLite sorts the rows, and so offers all of them, whatever it was answered before.
struct reading_a_view : reading_another_file {
  void make_view(const std::string& rows) {
    auto foreign = sqlite::connection::open(path, sqlite::open_mode::read_write_create, milliseconds(0)).value();
    foreign
        .execute(
            "CREATE TABLE rows(seq, plan, granularity, first, last, outcome, run_type, job, dedupe_key, recorded_at);"
            "CREATE VIEW plan_completion AS SELECT * FROM rows;"
            "CREATE TABLE table_completion(seq INTEGER PRIMARY KEY AUTOINCREMENT, table_name, partition, outcome, job, dedupe_key, "
            "recorded_at);"
            "CREATE TABLE journal_identity(uuid, plans_pruned_through, tables_pruned_through);"
            "INSERT INTO journal_identity VALUES ('u', 0, 0);"
            "INSERT INTO sqlite_sequence VALUES ('plan_completion', 200);"
            "INSERT INTO rows(seq, plan, outcome) VALUES " +
            rows)
        .value();
  }
  void expect_refused(std::size_t limit, std::size_t given) {
    ASSERT_EQ(look(), journal_look::changed);
    keeping_sink sink;
    const auto slice = reader.read_plans({}, limit, sink);
    ASSERT_FALSE(slice);
    EXPECT_EQ(slice.error().code, errc::corrupt);
    EXPECT_EQ(sink.rows.size(), given);
  }
};

TEST_F(reading_a_view, records_that_do_not_come_in_order_are_refused) {
  make_view("(2, 'p', 'success'), (1, 'q', 'success')");
  expect_refused(10, 1);
}

TEST_F(reading_a_view, a_row_that_comes_late_is_not_forgotten_over_the_next_one) {
  make_view("(5, 'p', 'success'), (3, 'p', 'failed'), (6, 'p', 'success')");
  expect_refused(10, 1);
}

// Added when the first slice has been read: a plain read would meet it there.
TEST_F(reading_a_view, a_row_that_comes_late_in_what_is_read_ahead_is_not_forgotten_either) {
  std::string rows = "(1, 'p', 'success')";
  for (int seq = 2; seq <= 64; ++seq) rows += ", (" + std::to_string(seq) + ", 'p', 'success')";
  make_view(rows);
  auto foreign = open_as_job(path);
  foreign.execute("PRAGMA journal_mode = WAL").value();
  acting_sink sink;
  sink.act = [&, added = false](const completion_row&) mutable {
    if (std::exchange(added, true)) return;
    foreign.execute("INSERT INTO rows(seq, plan, outcome) VALUES (67, 'p', 'success'), (66, 'p', 'failed'), (68, 'p', 'success')").value();
  };
  ASSERT_EQ(look(), journal_look::changed);
  auto slice = reader.read_plans({}, 64, sink);
  while (slice && slice->full) slice = reader.read_plans(slice->cursor, 64, sink);
  ASSERT_FALSE(slice);
  EXPECT_EQ(slice.error().code, errc::corrupt);
}

TEST_F(reading_a_view, a_slice_has_no_more_rows_than_were_asked_for) {
  make_view("(1, 'p', 'success'), (2, 'p', 'failed'), (3, 'p', 'success')");
  expect_refused(2, 2);
}

// As a refold reads it.
TEST_F(reading_a_view, records_that_do_not_come_in_order_are_refused_the_second_time_too) {
  make_view("(2, 'p', 'success'), (1, 'p', 'failed'), (3, 'p', 'success')");
  ASSERT_EQ(look(), journal_look::changed);
  const auto all = [](std::int64_t, std::string_view) { return true; };
  for (const std::int64_t until : {2, 3})
    for (const std::size_t limit : {1U, 10U}) {
      keeping_sink sink;
      const auto slice = reader.read_again(0, until, limit, all, sink);
      ASSERT_FALSE(slice) << until << ' ' << limit;
      EXPECT_EQ(slice.error().code, errc::corrupt);
    }
}

TEST_F(reading_a_view, a_row_that_is_not_found_by_its_number_is_an_error) {
  make_view("('1', 'p', 'success')");
  expect_refused(10, 1);
}

TEST_F(reading_another_file, values_of_any_type_are_passed_on_as_text) {
  auto foreign = sqlite::connection::open(path, sqlite::open_mode::read_write_create, milliseconds(0)).value();
  foreign
      .execute(
          "CREATE TABLE plan_completion(seq INTEGER PRIMARY KEY AUTOINCREMENT, plan, granularity, first, last, outcome, run_type, job, "
          "dedupe_key, recorded_at);"
          "CREATE TABLE table_completion(seq INTEGER PRIMARY KEY AUTOINCREMENT, table_name, partition, outcome, job, dedupe_key, "
          "recorded_at);"
          "CREATE TABLE journal_identity(uuid, plans_pruned_through, tables_pruned_through);"
          "INSERT INTO journal_identity VALUES ('u', NULL, 'x');"
          "INSERT INTO plan_completion VALUES (5, NULL, 1, 2.5, x'00ff', NULL, 3, x'', 4, NULL);"
          "INSERT INTO table_completion VALUES (7, x'ff', NULL, 1, 2, 3, 4)")
      .value();
  ASSERT_EQ(look(), journal_look::changed);
  keeping_sink sink;
  const auto position = read_all(reader, {}, 10, &sink);
  ASSERT_EQ(sink.rows.size(), 2);
  EXPECT_EQ(sink.rows[0].plan, "");
  EXPECT_EQ(sink.rows[0].granularity, "1");
  EXPECT_EQ(sink.rows[0].first, "2.5");
  EXPECT_EQ(sink.rows[0].last, std::string("\0\xff", 2));
  EXPECT_EQ(sink.rows[0].job, "");
  EXPECT_EQ(sink.rows[1].plan, "\xff");
  EXPECT_EQ(sink.rows[1].first, "");
  EXPECT_EQ(position.tables.folded_seq, 7);
  foreign.execute("INSERT INTO plan_completion(plan) VALUES ('q')").value();
  EXPECT_EQ(look(position), journal_look::changed) << "its anchor matches";
}

}  // namespace
}  // namespace partmark
