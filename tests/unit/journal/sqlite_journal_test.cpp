#include "journal/sqlite_journal.hpp"

#include "sqlite/transaction.hpp"
#include "unit/journal/journal_fixture.hpp"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

namespace partmark {
namespace {

using testing::insert_day;
using testing::keeping_sink;
using testing::open_as_job;
using testing::read_all;

struct reading_a_journal : testing::journal_fixture {
  sqlite_journal reader{path};

  journal_look look(const journal_position& folded = {}) { return reader.look(folded).value(); }
};

TEST_F(reading_a_journal, it_is_absent_until_it_is_made_with_its_schema) {
  EXPECT_EQ(look(), journal_look::absent);
  std::ofstream(path).close();
  EXPECT_EQ(look(), journal_look::absent) << "an empty file: init is at it";
  make_journal();
  EXPECT_EQ(look(), journal_look::changed);
  EXPECT_EQ(reader.uuid().size(), 32);
}

TEST_F(reading_a_journal, it_is_absent_in_a_directory_that_is_not_there) {
  sqlite_journal elsewhere(folder.file("no/such/journal.db"));
  EXPECT_EQ(elsewhere.look({}).value(), journal_look::absent);
}

TEST_F(reading_a_journal, it_is_absent_while_a_shell_is_still_making_it) {
  auto shell = sqlite::connection::open(path, sqlite::open_mode::read_write_create, milliseconds(0)).value();
  shell.execute("PRAGMA application_id = 1886678379; CREATE TABLE journal_identity(uuid)").value();
  EXPECT_EQ(look(), journal_look::absent);
}

TEST_F(reading_a_journal, it_has_changed_after_a_commit_and_only_then) {
  make_journal();
  auto job = open_as_job(path);
  EXPECT_EQ(look(), journal_look::changed);
  EXPECT_EQ(look(), journal_look::unchanged);
  insert_day(job, "p");
  EXPECT_EQ(look(), journal_look::changed);
  EXPECT_EQ(look(), journal_look::unchanged);
  job.execute("BEGIN").value();
  insert_day(job, "p");
  EXPECT_EQ(look(), journal_look::unchanged) << "not committed yet";
  job.execute("COMMIT").value();
  EXPECT_EQ(look(), journal_look::changed);
}

TEST_F(reading_a_journal, every_column_that_is_folded_arrives) {
  make_journal();
  auto job = open_as_job(path);
  job.execute(
         "INSERT INTO plan_completion(plan, granularity, first, last, outcome, run_type, job, dedupe_key, recorded_at)"
         " VALUES ('p', 'DAY', '2025-10-20', '2025-10-22', 'failed', 'MANUAL', 'nightly', 'k', '2025-10-23T00:00:00.000Z');"
         "INSERT INTO plan_completion(plan, outcome) VALUES ('q', 'success');"
         "INSERT INTO table_completion(table_name, partition, outcome, job, recorded_at)"
         " VALUES ('s.`c.d`.t', '2025-10-20', 'success', 'hourly', '2025-10-23T00:00:00.000Z')")
      .value();
  look();
  keeping_sink sink;
  read_all(reader, {}, 10, &sink);
  ASSERT_EQ(sink.rows.size(), 3);
  EXPECT_EQ(sink.rows[0].seq, 1);
  EXPECT_EQ(sink.rows[0].plan, "p");
  EXPECT_EQ(sink.rows[0].granularity, "DAY");
  EXPECT_EQ(sink.rows[0].first, "2025-10-20");
  EXPECT_EQ(sink.rows[0].last, "2025-10-22");
  EXPECT_EQ(sink.rows[0].outcome, "failed");
  EXPECT_EQ(sink.rows[0].run_type, "MANUAL");
  EXPECT_EQ(sink.rows[0].job, "nightly");
  EXPECT_EQ(sink.rows[1].seq, 2);
  EXPECT_EQ(sink.rows[1].granularity, std::nullopt);
  EXPECT_EQ(sink.rows[1].first, std::nullopt);
  EXPECT_EQ(sink.rows[1].run_type, std::nullopt);
  EXPECT_EQ(sink.rows[2].plan, "s.`c.d`.t");
  EXPECT_EQ(sink.rows[2].first, "2025-10-20");
  EXPECT_EQ(sink.rows[2].outcome, "success");
  EXPECT_EQ(sink.rows[2].job, "hourly");
  EXPECT_EQ(sink.rows[2].recorded_at, "2025-10-23T00:00:00.000Z");
}

TEST_F(reading_a_journal, slices_of_any_size_give_every_row_once_and_in_order) {
  make_journal();
  auto job = open_as_job(path);
  for (int i = 0; i < 10; ++i) insert_day(job, "p" + std::to_string(i));
  look();
  for (const std::size_t limit : {1U, 3U, 5U, 10U, 11U, 1000U}) {
    keeping_sink sink;
    journal_position position;
    std::size_t slices = 0;
    for (bool more = true; more; ++slices) {
      const auto slice = reader.read_plans(position.plans, limit, sink).value();
      EXPECT_EQ(slice.full, slice.rows == limit);
      EXPECT_LE(slice.rows, limit);
      position.plans = slice.cursor;
      more = slice.full;
    }
    ASSERT_EQ(sink.rows.size(), 10) << limit;
    for (int i = 0; i < 10; ++i) EXPECT_EQ(sink.rows[static_cast<std::size_t>(i)].plan, "p" + std::to_string(i));
    EXPECT_EQ(position.plans.folded_seq, 10);
    EXPECT_EQ(position.plans.anchor_seq, 10);
    EXPECT_EQ(slices, 10 / limit + 1);
  }
}

TEST_F(reading_a_journal, numbers_burned_by_ignored_inserts_count_as_folded) {
  make_journal();
  auto job = open_as_job(path);
  const std::string insert = "INSERT OR IGNORE INTO plan_completion(plan, outcome, dedupe_key) VALUES ('p', 'success', 'k')";
  job.execute(insert).value();
  look();
  journal_position position = read_all(reader, {});
  job.execute(insert).value();
  job.execute(insert).value();
  const std::int64_t last = job.query_int64("SELECT seq FROM sqlite_sequence WHERE name = 'plan_completion'").value().value();
  ASSERT_EQ(last, 3);
  EXPECT_EQ(look(position), journal_look::changed);
  const journal_position after = read_all(reader, position);
  EXPECT_EQ(after.plans.folded_seq, last);
  EXPECT_EQ(after.plans.anchor_seq, 1) << "the last row that was really there";
  EXPECT_EQ(after.plans.anchor_hash, position.plans.anchor_hash);
  insert_day(job, "q");
  keeping_sink sink;
  EXPECT_EQ(look(after), journal_look::changed);
  EXPECT_EQ(read_all(reader, after, 10, &sink).plans.folded_seq, 4);
  EXPECT_EQ(sink.rows.size(), 1);
}

// Somebody's tool copied the rows, and not SQLite's own table of the last numbers.
TEST_F(reading_a_journal, rows_of_a_journal_without_its_last_number_are_read) {
  make_journal();
  auto job = open_as_job(path);
  insert_day(job, "p");
  job.execute("DELETE FROM sqlite_sequence").value();
  EXPECT_EQ(look(), journal_look::changed);
  keeping_sink sink;
  EXPECT_EQ(read_all(reader, {}, 1000, &sink).plans.folded_seq, 1);
  EXPECT_EQ(sink.rows.size(), 1U);
}

TEST_F(reading_a_journal, a_sink_sees_one_snapshot_and_the_cursor_belongs_to_it) {
  make_journal();
  auto job = open_as_job(path);
  insert_day(job, "p");
  look();
  struct inserting_sink final : journal::plan_sink {
    sqlite::connection& job;
    int rows = 0;
    explicit inserting_sink(sqlite::connection& j) : job(j) {}
    void row(const completion_row&) override {
      if (++rows == 1) insert_day(job, "while it is read");
    }
  } sink(job);
  const auto slice = reader.read_plans({}, 10, sink).value();
  EXPECT_EQ(sink.rows, 1);
  EXPECT_EQ(slice.cursor.folded_seq, 1) << "the second record is still to be read";
}

TEST_F(reading_a_journal, nothing_is_held_open_between_calls) {
  make_journal();
  auto job = open_as_job(path);
  for (int i = 0; i < 5; ++i) insert_day(job, "p");
  look();
  keeping_sink sink;
  reader.read_plans({}, 2, sink).value();
  reader.read_again(0, 4, 2, [](std::int64_t, std::string_view) { return true; }, sink).value();
  EXPECT_EQ(job.query_int64("PRAGMA wal_checkpoint(TRUNCATE)").value(), 0) << "a reader held the log";
  EXPECT_EQ(std::filesystem::file_size(path + "-wal"), 0);
}

TEST_F(reading_a_journal, what_is_wanted_once_more_comes_with_bounds_on_what_is_looked_at) {
  make_journal();
  auto job = open_as_job(path);
  for (int i = 1; i <= 12; ++i) insert_day(job, i % 3 == 0 ? "mine" : "other");
  look();
  keeping_sink sink;
  std::vector<std::int64_t> asked;
  const auto mine = [&](std::int64_t seq, std::string_view plan) {
    asked.push_back(seq);
    return plan == "mine";
  };
  std::int64_t after = 1;
  int slices = 0;
  for (bool more = true; more; ++slices) {
    const auto slice = reader.read_again(after, 10, 4, mine, sink).value();
    after = slice.cursor.folded_seq;
    more = slice.full;
  }
  EXPECT_EQ(after, 10);
  EXPECT_EQ(slices, 3);
  EXPECT_EQ(asked, (std::vector<std::int64_t>{2, 3, 4, 5, 6, 7, 8, 9, 10}));
  ASSERT_EQ(sink.rows.size(), 3);
  EXPECT_EQ(sink.rows[0].seq, 3);
  EXPECT_EQ(sink.rows[2].seq, 9);
}

TEST_F(reading_a_journal, syncing_is_fine_open_or_not) {
  reader.sync().value();
  make_journal();
  look();
  reader.sync().value();
}

TEST_F(reading_a_journal, it_is_read_while_a_writer_is_in_the_middle_of_a_transaction) {
  make_journal();
  auto job = open_as_job(path);
  insert_day(job, "p");
  auto scope = sqlite::transaction::begin(job, sqlite::transaction_kind::immediate).value();
  insert_day(job, "q");
  look();
  keeping_sink sink;
  EXPECT_EQ(reader.read_plans({}, 10, sink).value().rows, 1);
}

// A person of the group looks while the daemon has the journal open, with the right to read and no more.
TEST_F(reading_a_journal, reading_rights_are_enough_while_somebody_has_it_open) {
  make_journal();
  auto job = open_as_job(path);
  insert_day(job, "p");
  ::chmod(folder.path().c_str(), 0755);
  for (const std::string& file : {path, path + "-wal", path + "-shm"}) ::chmod(file.c_str(), 0644);
  const pid_t child = ::fork();
  if (child == 0) {
    if (::geteuid() == 0 && (::setgid(65534) != 0 || ::setuid(65534) != 0)) ::_exit(99);
    sqlite_journal own(path);
    const auto seen = own.look({});
    keeping_sink sink;
    ::_exit(seen && own.read_plans({}, 10, sink) && sink.rows.size() == 1 ? 0 : 1);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
}

TEST_F(reading_a_journal, a_reader_that_closes_last_leaves_the_file_as_the_jobs_left_it) {
  make_journal();
  {
    sqlite_journal last(path);
    {
      auto job = open_as_job(path);
      insert_day(job, "p");
      last.look({}).value();
    }
  }
  EXPECT_GT(std::filesystem::file_size(path + "-wal"), 0);
  EXPECT_EQ(open_as_job(path).query_int64("SELECT count(*) FROM plan_completion").value(), 1);
}

}  // namespace
}  // namespace partmark
