// What may happen to a journal, or to a reader, in the middle of a catch-up on two threads: no row is missed, doubled or made up.
#include "unit/journal/journal_fixture.hpp"

#include <algorithm>
#include <atomic>
#include <functional>
#include <random>
#include <span>
#include <stdexcept>
#include <thread>
#include <utility>

namespace partmark {
namespace {

using testing::insert_day;
using testing::open_as_job;
using row_list = std::vector<std::pair<std::int64_t, std::string>>;

struct noting_sink final : journal::plan_sink {
  row_list rows;
  std::function<void()> on_rows = [] {};
  std::function<void()> on_understand = [] {};  // on either thread

  void row(const completion_row& r) override {
    rows.emplace_back(r.seq, std::string(r.plan));
    on_rows();
  }
  [[nodiscard]] bool understand(const completion_row& r, understood_row& into) const override {
    on_understand();
    const auto decoded = decode(r, 1000);
    if (!decoded) return false;
    into = {r.seq, r.plan, "", "", *decoded, 0};
    return true;
  }
  void understood(std::span<const understood_row> some) override {
    for (const auto& r : some) rows.emplace_back(r.seq, std::string(r.plan));
    on_rows();
  }
  [[nodiscard]] std::ptrdiff_t of(const std::string& plan) const {
    return std::count_if(rows.begin(), rows.end(), [&](const auto& r) { return r.second == plan; });
  }
};

struct catch_up_hazards : testing::journal_fixture {
  static constexpr std::size_t limit = 64;
  sqlite_journal reader{path};
  journal_position at;
  noting_sink sink;
  bool more = true;

  void fill(int count, const std::string& plan) {
    auto job = open_as_job(path);
    job.execute("BEGIN").value();
    for (int i = 0; i < count; ++i) insert_day(job, plan);
    job.execute("COMMIT").value();
  }

  // A turn of the loop, as far as the journal sees it. False: there is nothing more to do, or nothing can be done.
  bool turn() {
    const auto look = reader.look(at);
    if (!look || (*look == journal_look::unchanged && !more)) return false;
    const auto slice = reader.read_plans(at.plans, limit, sink);
    if (!slice) return false;
    at.uuid = reader.uuid();
    at.plans = slice->cursor;
    more = slice->full;
    return true;
  }
  void turn_to_the_end() {
    while (turn()) continue;
  }

  // 300 rows, and `count` before them that a copy has too.
  void fill_beyond_a_copy_of(int count) {
    make_journal();
    fill(count, "both");
    fill(300, "old");
    copied_ = count;
  }
  // What a copy that is restored into the file leaves: the same file, log and uuid, and what was committed since the copy is gone.
  void restore() const {
    const std::string last = std::to_string(copied_);
    open_as_job(path)
        .execute("BEGIN; DROP TRIGGER plan_completion_delete; DELETE FROM plan_completion WHERE seq > " + last +
                 "; UPDATE sqlite_sequence SET seq = " + last + " WHERE name = 'plan_completion'; COMMIT")
        .value();
  }

 private:
  int copied_ = 0;
};

TEST_F(catch_up_hazards, a_copy_restored_in_place_is_read_from_where_it_agrees) {
  fill_beyond_a_copy_of(100);
  ASSERT_TRUE(turn());
  restore();
  fill(350, "new");
  turn_to_the_end();
  EXPECT_EQ(sink.of("both"), 100);
  EXPECT_EQ(sink.of("old"), 0);
  EXPECT_EQ(sink.of("new"), 350);
}

TEST_F(catch_up_hazards, of_a_copy_restored_in_place_that_is_shorter_nothing_is_made_up) {
  fill_beyond_a_copy_of(100);
  ASSERT_TRUE(turn());
  restore();
  turn_to_the_end();
  EXPECT_EQ(sink.of("both"), 100);
  EXPECT_EQ(sink.of("old"), 0);
}

TEST_F(catch_up_hazards, a_copy_restored_between_the_two_threads_snapshots_is_not_mixed_in) {
  if (std::thread::hardware_concurrency() < 2) GTEST_SKIP() << "one core: nothing is read ahead";
  fill_beyond_a_copy_of(130);
  ASSERT_TRUE(turn());
  const auto loops_thread = std::this_thread::get_id();
  std::atomic<bool> second_reads = false;
  std::atomic<int> loop_read = 0;  // of the sixteen pieces of four rows all but the second thread's first, after the restore
  std::atomic<bool> restored = false;
  sink.on_understand = [&] {
    if (std::this_thread::get_id() == loops_thread) {
      ++loop_read;
      return;
    }
    second_reads = true;
    while (loop_read < 60) std::this_thread::yield();
  };
  sink.on_rows = [&] {
    if (restored) return;
    while (!second_reads) std::this_thread::yield();
    restore();
    fill(350, "new");
    restored = true;
  };
  turn_to_the_end();
  EXPECT_TRUE(restored);
  EXPECT_EQ(sink.of("both"), 130);
  EXPECT_EQ(sink.of("old"), 0);
  EXPECT_EQ(sink.of("new"), 350);
}

// The look found what it expected.
TEST_F(catch_up_hazards, a_copy_restored_between_the_look_and_the_read_is_another_journal) {
  fill_beyond_a_copy_of(10);
  turn_to_the_end();
  ASSERT_EQ(sink.rows.size(), 310);
  fill(1, "old");
  reader.look(at).value();
  restore();
  fill(350, "new");
  const auto refused = reader.read_plans(at.plans, limit, sink);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::identity);
  EXPECT_EQ(sink.rows.size(), 310);
}

TEST_F(catch_up_hazards, what_is_thrown_on_either_thread_comes_out_and_leaves_nothing_open) {
  make_journal();
  fill(400, "p");
  auto job = open_as_job(path);
  for (int n = 0; n < 130; ++n) {
    sqlite_journal fresh(path);
    journal_cursor from;
    fresh.look({}).value();
    sink.rows.clear();
    std::atomic<int> until_thrown = n;
    sink.on_understand = [&] {
      if (until_thrown-- == 0) throw std::runtime_error("no room");
    };
    int thrown = 0;
    for (bool unread = true; unread;) {
      try {
        const auto slice = fresh.read_plans(from, limit, sink).value();
        from = slice.cursor;
        unread = slice.full;
      } catch (const std::runtime_error&) {
        ++thrown;
        std::erase_if(sink.rows, [&](const auto& r) { return r.first > from.folded_seq; });  // as if they were never stored
      }
      ASSERT_EQ(job.query_int64("PRAGMA wal_checkpoint(TRUNCATE)").value(), 0) << "a read transaction is open";
    }
    EXPECT_EQ(thrown, 1);
    ASSERT_EQ(sink.rows.size(), 400);
  }
}

// Transactions rolled back, inserts ignored, dates that are none, checkpoints, while it is read in slices of any size.
TEST_F(catch_up_hazards, everything_that_many_writers_commit_arrives_once) {
  make_journal();
  std::atomic<int> writing = 3;
  const auto write = [&](unsigned seed) {
    auto job = open_as_job(path);
    std::minstd_rand dice(seed + 1);
    for (int i = 0; i < 60; ++i) {
      job.execute("BEGIN IMMEDIATE").value();
      for (auto k = dice() % 120; k > 0; --k) {
        const std::string key = dice() % 2 == 0 ? "'k" + std::to_string(dice() % 1500) + "'" : "NULL";
        const std::string day = dice() % 10 == 0 ? "2025-02-30" : "2025-10-20";
        job.execute("INSERT OR IGNORE INTO plan_completion(plan, granularity, first, outcome, dedupe_key) VALUES ('p" + std::to_string(k) +
                    "', 'DAY', '" + day + "', 'success', " + key + ")")
            .value();
      }
      job.execute(dice() % 7 == 0 ? "ROLLBACK" : "COMMIT").value();
    }
    --writing;
  };
  std::vector<std::thread> writers;
  for (unsigned seed = 0; seed < 3; ++seed) writers.emplace_back(write, seed);
  std::minstd_rand dice(7);
  journal_cursor from;
  for (bool unread = true; writing > 0 || unread;) {
    if (!reader.look({})) continue;
    const auto slice = reader.read_plans(from, std::size_t{1} << dice() % 9, sink);
    if (!slice) {
      if (!sink.rows.empty()) from.folded_seq = std::max(from.folded_seq, sink.rows.back().first);
      continue;
    }
    from = slice->cursor;
    unread = slice->full || writing > 0;
  }
  for (auto& w : writers) w.join();
  while (reader.read_plans(from, 100, sink).value().rows > 0) from.folded_seq = sink.rows.back().first;
  row_list expected;
  auto job = open_as_job(path);
  auto all = job.prepare("SELECT seq, plan FROM plan_completion ORDER BY seq").value();
  for (auto row = all.query(); row.step().value();) expected.emplace_back(row.int64(0), std::string(row.text(1)));
  EXPECT_EQ(sink.rows, expected);
}

}  // namespace
}  // namespace partmark
