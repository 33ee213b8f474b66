// A catch-up reads the next slice in pieces, on a second thread during the fold of this one and then on both: what arrives must be what a
// plain read gives.
#include "unit/journal/journal_fixture.hpp"

#include <filesystem>
#include <span>
#include <stdexcept>

namespace partmark {
namespace {

using testing::acting_sink;
using testing::insert_day;
using testing::keeping_sink;
using testing::open_as_job;

// Understands what it can, as a fold does, and notes each row as it comes.
struct understanding_sink final : journal::plan_sink {
  std::vector<std::string> rows;
  std::int64_t partitions_max = 1000;

  void row(const completion_row& r) override { rows.push_back(std::to_string(r.seq) + " " + std::string(r.plan) + " as it is"); }
  [[nodiscard]] bool understand(const completion_row& r, understood_row& into) const override {
    const auto decoded = decode(r, partitions_max);
    if (!decoded) return false;
    into = {r.seq, r.plan, r.run_type.value_or(""), r.job.value_or(""), *decoded, static_cast<std::uint32_t>(r.seq)};
    return true;
  }
  void understood(std::span<const understood_row> some) override {
    for (const understood_row& r : some) {
      EXPECT_EQ(r.note, r.seq);
      rows.push_back(std::to_string(r.seq) + " " + std::string(r.plan) + " of " +
                     partition_label(granularity::day, r.what.partitions.first) + ", " + std::string(r.run_type) + ", " +
                     std::string(r.job));
    }
  }
};

struct catching_up : testing::journal_fixture {
  sqlite_journal reader{path};
  journal_position at;

  void insert(int count) {
    auto job = open_as_job(path);
    job.execute("BEGIN").value();
    for (int i = 0; i < count; ++i) insert_day(job, "plan-" + std::to_string(i));
    job.execute("COMMIT").value();
  }

  // A turn of the loop, as far as the journal sees it.
  result<journal_slice> read(std::size_t limit, journal::plan_sink& sink) {
    const auto look = reader.look(at);
    if (!look) return look.error();
    if (*look == journal_look::unchanged && !more) return journal_slice{.cursor = at.plans};
    auto slice = reader.read_plans(at.plans, limit, sink);
    if (!slice) return slice;
    at.uuid = reader.uuid();
    at.plans = slice->cursor;
    more = slice->full;
    return slice;
  }
  void read_to_end(std::size_t limit, journal::plan_sink& sink) {
    do {
      read(limit, sink).value();
    } while (more);
  }

  void replace_by(const std::string& other) {
    std::filesystem::remove(path + "-wal");
    std::filesystem::remove(path + "-shm");
    std::filesystem::rename(other, path);
  }
  void start_over() {
    at = {};
    more = true;
  }

  bool more = true;
};

TEST_F(catching_up, slices_arrive_whole_and_in_order_whatever_their_size) {
  make_journal();
  insert(100);
  keeping_sink whole;
  read_to_end(1000, whole);
  ASSERT_EQ(whole.rows.size(), 100);
  const journal_cursor end = at.plans;
  for (const std::size_t limit : {1U, 2U, 3U, 7U, 33U, 50U, 99U, 100U, 101U}) {
    start_over();
    keeping_sink sliced;
    read_to_end(limit, sliced);
    ASSERT_EQ(sliced.rows.size(), 100) << "slices of " << limit;
    for (std::size_t i = 0; i < 100; ++i) {
      EXPECT_EQ(sliced.rows[i].seq, whole.rows[i].seq);
      EXPECT_EQ(sliced.rows[i].plan, whole.rows[i].plan);
      EXPECT_EQ(sliced.rows[i].first, whole.rows[i].first);
      EXPECT_EQ(sliced.rows[i].last, whole.rows[i].last);
      EXPECT_EQ(sliced.rows[i].outcome, whole.rows[i].outcome);
      EXPECT_EQ(sliced.rows[i].run_type, whole.rows[i].run_type);
    }
    EXPECT_EQ(at.plans, end);
  }
}

TEST_F(catching_up, more_text_than_a_block_takes_arrives) {
  make_journal();
  const auto text_of = [](std::size_t i) { return std::string(1000, static_cast<char>('a' + i % 26)); };
  auto job = open_as_job(path);
  for (std::size_t i = 0; i < 400; ++i)
    job.execute("INSERT INTO plan_completion(plan, outcome, job) VALUES ('p', 'success', '" + text_of(i) + "')").value();
  keeping_sink sink;
  read_to_end(100, sink);
  ASSERT_EQ(sink.rows.size(), 400);
  for (std::size_t i = 0; i < 400; ++i) EXPECT_EQ(sink.rows[i].job, text_of(i));
}

// The last slice may have been read ahead before the commit and be asked for after the look that saw it.
TEST_F(catching_up, a_record_committed_meanwhile_is_neither_missed_nor_seen_twice) {
  for (int records = 1; records <= 12; ++records) {
    SCOPED_TRACE(records);
    std::filesystem::remove_all(path);
    std::filesystem::remove_all(path + "-wal");
    std::filesystem::remove_all(path + "-shm");
    start_over();
    make_journal();
    insert(records);
    auto job = open_as_job(path);
    int inserted = records;
    std::vector<std::int64_t> seen;
    acting_sink sink;
    sink.act = [&](const completion_row& r) {
      seen.push_back(r.seq);
      if (inserted < 30 && r.seq % 2 == 0) insert_day(job, "late-" + std::to_string(++inserted));
    };
    for (int turn = 0; turn < 40; ++turn) read(3, sink).value();
    ASSERT_EQ(seen.size(), static_cast<std::size_t>(inserted));
    for (std::size_t i = 0; i < seen.size(); ++i) EXPECT_EQ(seen[i], static_cast<std::int64_t>(i) + 1);
  }
}

TEST_F(catching_up, what_a_row_says_comes_with_it_and_what_says_nothing_comes_in_its_place) {
  make_journal();
  auto job = open_as_job(path);
  std::vector<std::string> expected;
  for (int i = 1; i <= 20; ++i) {
    const bool odd = i % 3 == 0;  // passes the journal's CHECKs, and is no date
    const std::string day = odd ? "2025-02-30" : "2025-02-" + std::to_string(i + 9 > 28 ? 28 : i + 9);
    const std::string n = std::to_string(i);
    job.execute("INSERT INTO plan_completion(plan, granularity, first, outcome, run_type, job) VALUES ('p" + n + "', 'DAY', '" + day +
                "', 'success', 'run " + n + "', " + (i % 2 == 0 ? "NULL" : "'job " + n + "'") + ")")
        .value();
    expected.push_back(n + " p" + n + (odd || i <= 5 ? " as it is" : " of " + day + ", run " + n + ", " + (i % 2 == 0 ? "" : "job " + n)));
  }
  understanding_sink sink;
  read_to_end(5, sink);
  EXPECT_EQ(sink.rows, expected) << "the first slice is given as it is read";
}

// Ahead is read by numbers, and there may be 9e18 of them between two rows.
TEST_F(catching_up, numbers_without_rows_cost_no_turns) {
  make_journal();
  insert(12);
  const auto jump_to = [&](const std::string& seq) {
    auto job = open_as_job(path);
    job.execute("UPDATE sqlite_sequence SET seq = " + seq + " WHERE name = 'plan_completion'").value();
  };
  jump_to("1000000000000");
  insert(12);
  jump_to("9223372036854775800");
  insert(7);
  keeping_sink sink;
  int turns = 0;
  do {
    read(4, sink).value();
  } while (more && ++turns < 100);
  EXPECT_LT(turns, 20);
  ASSERT_EQ(sink.rows.size(), 31);
  EXPECT_EQ(sink.rows[12].seq, 1'000'000'000'001);
  EXPECT_EQ(sink.rows[30].seq, 9'223'372'036'854'775'807);
  EXPECT_EQ(at.plans.folded_seq, 9'223'372'036'854'775'807);
}

TEST_F(catching_up, a_pruned_start_and_rows_gone_here_and_there_are_passed) {
  make_journal();
  insert(60);
  {
    auto owner = open_as_job(path);
    owner.execute("DROP TRIGGER plan_completion_delete").value();
    owner.execute("DELETE FROM plan_completion WHERE seq <= 10 OR seq % 7 = 0 OR seq BETWEEN 30 AND 47").value();
  }
  keeping_sink plain;
  read_to_end(1000, plain);
  const journal_cursor end = at.plans;
  for (const std::size_t limit : {1U, 2U, 5U, 8U, 20U}) {
    start_over();
    keeping_sink sliced;
    read_to_end(limit, sliced);
    ASSERT_EQ(sliced.rows.size(), plain.rows.size()) << "slices of " << limit;
    for (std::size_t i = 0; i < plain.rows.size(); ++i) EXPECT_EQ(sliced.rows[i].seq, plain.rows[i].seq);
    EXPECT_EQ(at.plans, end);
  }
}

TEST_F(catching_up, a_refold_from_the_start_reads_from_the_start) {
  make_journal();
  insert(20);
  keeping_sink sink;
  for (int i = 0; i < 3; ++i) read(4, sink).value();
  start_over();
  keeping_sink again;
  read_to_end(4, again);
  ASSERT_EQ(again.rows.size(), 20);
  EXPECT_EQ(again.rows.front().seq, 1);
}

TEST_F(catching_up, another_slice_size_is_heeded) {
  make_journal();
  insert(20);
  keeping_sink sink;
  for (int i = 0; i < 3; ++i) read(4, sink).value();
  EXPECT_EQ(read(1, sink).value().rows, 1);
  EXPECT_EQ(read(5, sink).value().rows, 5);
  EXPECT_EQ(sink.rows.size(), 18);
}

// A reload that lowers journal.max_partitions_per_record counts for all that is not folded yet.
TEST_F(catching_up, what_was_understood_ahead_is_understood_anew_when_the_sink_says_so) {
  make_journal();
  insert(20);
  understanding_sink sink;
  for (int i = 0; i < 2; ++i) read(4, sink).value();
  EXPECT_NE(sink.rows.back().find(" of "), std::string::npos) << "read ahead: " << sink.rows.back();
  sink.partitions_max = 0;
  reader.understand_anew();
  read_to_end(4, sink);
  ASSERT_EQ(sink.rows.size(), 20U);
  for (std::size_t i = 8; i < 20; ++i) EXPECT_TRUE(sink.rows[i].ends_with("as it is")) << sink.rows[i];
}

TEST_F(catching_up, nothing_of_a_journal_that_was_replaced_arrives) {
  make_journal();
  insert(20);
  keeping_sink sink;
  for (int i = 0; i < 3; ++i) read(4, sink).value();
  const std::string other = folder.file("other.db");
  init_journal(other).value();
  replace_by(other);
  const auto refused = read(4, sink);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::identity);
  EXPECT_EQ(sink.rows.size(), 12);
}

TEST_F(catching_up, a_restored_copy_is_read_anew) {
  make_journal();
  insert(12);
  const std::string copy = folder.file("copy.db");
  open_as_job(path).execute("VACUUM INTO '" + copy + "'").value();
  insert(8);
  keeping_sink sink;
  for (int i = 0; i < 3; ++i) read(4, sink).value();
  {
    auto job = open_as_job(copy);
    for (int i = 0; i < 8; ++i) insert_day(job, "restored");
  }
  replace_by(copy);
  read_to_end(4, sink);
  ASSERT_EQ(sink.rows.size(), 20);
  for (std::size_t i = 12; i < 20; ++i) EXPECT_EQ(sink.rows[i].plan, "restored");
}

// The second thread opens the path, which may lead elsewhere since the look.
TEST_F(catching_up, rows_of_a_journal_put_in_its_place_meanwhile_are_not_mixed_in) {
  make_journal();
  insert(20);
  const std::string other = folder.file("other.db");
  init_journal(other).value();
  {
    auto job = open_as_job(other);
    for (int i = 0; i < 20; ++i) insert_day(job, "stranger");
  }
  keeping_sink sink;
  reader.look(at).value();
  replace_by(other);
  for (int turn = 0; turn < 5; ++turn) at.plans = reader.read_plans(at.plans, 4, sink).value().cursor;
  ASSERT_EQ(sink.rows.size(), 20);
  for (std::size_t i = 0; i < 20; ++i) EXPECT_EQ(sink.rows[i].plan, "plan-" + std::to_string(i));
}

TEST_F(catching_up, what_a_sink_throws_comes_out_and_the_next_read_goes_on) {
  make_journal();
  insert(20);
  keeping_sink kept;
  for (int i = 0; i < 2; ++i) read(4, kept).value();
  acting_sink throwing;
  throwing.act = [](const completion_row&) { throw std::runtime_error("no room"); };
  EXPECT_THROW(static_cast<void>(read(4, throwing)), std::runtime_error);
  read_to_end(4, kept);
  ASSERT_EQ(kept.rows.size(), 20);
  for (std::size_t i = 0; i < 20; ++i) EXPECT_EQ(kept.rows[i].seq, static_cast<std::int64_t>(i) + 1);
}

}  // namespace
}  // namespace partmark
