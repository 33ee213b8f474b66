#include "journal/journal_pruner.hpp"

#include "unit/journal/journal_fixture.hpp"

#include <limits>

namespace partmark {
namespace {

using testing::open_as_job;

constexpr std::int64_t all = std::numeric_limits<std::int64_t>::max();
constexpr auto plans = journal_table_kind::plans;
constexpr auto tables = journal_table_kind::tables;

// 2025-10-20T00:00:00Z
constexpr system_time at{std::chrono::sys_days{std::chrono::year{2025} / 10 / 20}};
constexpr prune_age before_that_day{at, at + std::chrono::days(90)};

struct pruning_a_journal : testing::journal_fixture {
  std::unique_ptr<journal_pruner> pruner;

  void SetUp() override {
    make_journal();
    pruner = journal_pruner::open(path).value();
  }

  std::int64_t record(const std::string& recorded_at) {
    auto job = open_as_job(path);
    job.execute(
           "INSERT INTO plan_completion(plan, granularity, first, outcome, recorded_at) VALUES ('p', 'DAY', '2025-10-20', 'success', '" +
           recorded_at + "')")
        .value();
    return job.last_insert_rowid();
  }
  std::int64_t old() { return record("2025-10-19T23:59:59.999Z"); }
  std::int64_t young() { return record("2025-10-20T00:00:00.000Z"); }
  std::int64_t number(const std::string& sql) { return open_as_job(path).query_int64(sql).value().value(); }
  std::string uuid() { return open_as_job(path).query_text("SELECT uuid FROM journal_identity").value().value(); }
  prune_reach reach(std::int64_t after = 0, std::int64_t keep_from = all, std::int64_t rows_max = 1000) {
    return pruner->old_records(plans, after, keep_from, before_that_day, rows_max).value();
  }
};

TEST_F(pruning_a_journal, a_record_is_old_to_the_millisecond) {
  old();
  EXPECT_EQ(reach().through, 1);
  young();
  old();
  EXPECT_EQ(reach().through, 1) << "a record behind a younger one stays: only a prefix may go";
  EXPECT_FALSE(reach().more);
}

TEST_F(pruning_a_journal, nothing_is_old_in_an_empty_journal_or_a_young_one) {
  EXPECT_EQ(reach().through, 0);
  young();
  EXPECT_EQ(reach().through, 0);
  EXPECT_EQ(reach().rows, 0);
}

TEST_F(pruning_a_journal, the_row_at_the_cursor_and_all_behind_it_stay) {
  for (int i = 0; i < 5; ++i) old();
  EXPECT_EQ(reach(0, 4).through, 3);
  EXPECT_EQ(reach(3, 4).through, 0);
}

TEST_F(pruning_a_journal, a_look_is_bounded_and_goes_on_where_it_ended) {
  for (int i = 0; i < 7; ++i) old();
  const prune_reach first = reach(0, all, 3);
  EXPECT_EQ(first.through, 3);
  EXPECT_EQ(first.rows, 3);
  EXPECT_TRUE(first.more);
  EXPECT_EQ(reach(3, all, 3).through, 6);
  EXPECT_EQ(reach(6, all, 3).through, 7);
  EXPECT_FALSE(reach(6, all, 3).more);
}

TEST_F(pruning_a_journal, a_time_that_says_nothing_is_as_old_as_the_next_that_does) {
  for (const char* nonsense : {"yesterday", "now", "2460000", "9999-12-31T00:00:00Z", "2025-99-01", "", "2025"}) {
    const bool is_empty = *nonsense == '\0';
    if (!is_empty) record(nonsense);
  }
  EXPECT_EQ(reach().through, 0);
  EXPECT_EQ(old(), 7);
  EXPECT_EQ(reach().through, 7);
  record("no time");
  EXPECT_EQ(reach().through, 7);
  young();
  EXPECT_EQ(reach().through, 7);
}

TEST_F(pruning_a_journal, other_ways_to_write_a_time_are_read_too) {
  record("2025-10-19 23:59:59");
  record("2025-10-20T01:59:59+02:00");
  record("2025-10-19");
  EXPECT_EQ(reach().through, 3);
  record("2025-10-19T23:00:00-02:00");
  EXPECT_EQ(reach().through, 3);
}

TEST_F(pruning_a_journal, what_is_dropped_is_gone_and_noted_and_numbers_go_on) {
  for (int i = 0; i < 5; ++i) old();
  EXPECT_EQ(pruner->drop(plans, 3, uuid()).value(), 3);
  EXPECT_EQ(number("SELECT min(seq) FROM plan_completion"), 4);
  EXPECT_EQ(pruner->pruned_through(plans).value(), 3);
  EXPECT_EQ(pruner->pruned_through(tables).value(), 0);
  EXPECT_EQ(pruner->first_seq(plans).value(), 4);
  EXPECT_EQ(pruner->drop(plans, 2, uuid()).value(), 0) << "again, by another pruner that came later";
  EXPECT_EQ(pruner->pruned_through(plans).value(), 3) << "what was noted does not come back";
  EXPECT_EQ(old(), 6);
}

TEST_F(pruning_a_journal, tables_have_their_own_numbers) {
  auto job = open_as_job(path);
  for (int i = 0; i < 4; ++i)
    job.execute(
           "INSERT INTO table_completion(table_name, partition, outcome, recorded_at)"
           " VALUES ('s.`c.d`.t', '2025-10-20', 'success', '2025-10-01')")
        .value();
  EXPECT_EQ(pruner->old_records(tables, 0, 4, before_that_day, 1000).value().through, 3);
  EXPECT_EQ(pruner->drop(tables, 3, uuid()).value(), 3);
  EXPECT_EQ(number("SELECT count(*) FROM table_completion"), 1);
  EXPECT_EQ(pruner->pruned_through(tables).value(), 3);
}

TEST_F(pruning_a_journal, another_journal_is_left_alone) {
  for (int i = 0; i < 3; ++i) old();
  EXPECT_EQ(pruner->drop(plans, 2, "other").error().code, errc::identity);
  EXPECT_EQ(number("SELECT count(*) FROM plan_completion"), 3);
  EXPECT_EQ(pruner->pruned_through(plans).value(), 0);
}

TEST_F(pruning_a_journal, a_reader_keeps_its_view_and_is_not_in_the_way) {
  for (int i = 0; i < 3; ++i) old();
  auto reader = open_as_job(path);
  reader.execute("BEGIN").value();
  EXPECT_EQ(reader.query_int64("SELECT count(*) FROM plan_completion").value(), 3);
  EXPECT_EQ(pruner->drop(plans, 2, uuid()).value(), 2);
  pruner->settle().value();
  EXPECT_EQ(reader.query_int64("SELECT count(*) FROM plan_completion").value(), 3);
  reader.execute("COMMIT").value();
  EXPECT_EQ(reader.query_int64("SELECT count(*) FROM plan_completion").value(), 1);
}

TEST_F(pruning_a_journal, the_file_becomes_smaller_step_by_step) {
  auto job = open_as_job(path);
  job.execute(
         "WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)"
         " INSERT INTO plan_completion(plan, granularity, first, outcome, dedupe_key, recorded_at)"
         " SELECT 'p', 'DAY', '2025-10-20', 'success', hex(randomblob(12)), '2025-10-01' FROM n")
      .value();
  pruner->drop(plans, 19999, uuid()).value();
  const journal_space full = pruner->space().value();
  EXPECT_TRUE(full.shrinks);
  EXPECT_GT(full.unused_bytes, full.file_bytes / 2);
  std::int64_t left = full.unused_bytes / 4096;
  EXPECT_EQ(pruner->give_back(10).value(), left - 10);
  while (left > 0) left = pruner->give_back(100).value();
  pruner->settle().value();
  const journal_space empty = pruner->space().value();
  EXPECT_EQ(empty.unused_bytes, 0);
  EXPECT_LT(empty.file_bytes, full.file_bytes / 10);
  EXPECT_EQ(static_cast<std::int64_t>(std::filesystem::file_size(path)), empty.file_bytes);
  EXPECT_EQ(job.query_text("PRAGMA integrity_check").value(), "ok");
}

TEST_F(pruning_a_journal, a_file_of_an_older_partmark_says_that_it_cannot_shrink) {
  open_as_job(path).execute("PRAGMA auto_vacuum = NONE; VACUUM").value();
  for (int i = 0; i < 3; ++i) old();
  pruner = journal_pruner::open(path).value();
  EXPECT_FALSE(pruner->space().value().shrinks);
  EXPECT_EQ(pruner->drop(plans, 2, uuid()).value(), 2);
  pruner->give_back(10).value();
  // As docs/operations.md has it.
  pruner.reset();
  open_as_job(path).execute("PRAGMA auto_vacuum = INCREMENTAL; VACUUM").value();
  pruner = journal_pruner::open(path).value();
  EXPECT_TRUE(pruner->space().value().shrinks);
  EXPECT_EQ(old(), 4) << "numbers go on";
}

TEST(opening_a_journal_to_prune, what_is_no_journal_is_refused) {
  testing::temporary_folder folder;
  EXPECT_EQ(journal_pruner::open(folder.file("none.db")).error().code, errc::not_found);
  const std::string other = folder.file("other.db");
  {
    sqlite::connection::open(other, sqlite::open_mode::read_write_create, milliseconds(0)).value().execute("CREATE TABLE a(b)").value();
  }
  EXPECT_EQ(journal_pruner::open(other).error().code, errc::corrupt);
}

}  // namespace
}  // namespace partmark
