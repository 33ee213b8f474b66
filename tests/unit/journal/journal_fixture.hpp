// A journal in a folder of its own, written by plain SQL as a job would, and sinks that keep what the reader gives.
#pragma once

#include "journal/init_journal.hpp"
#include "journal/sqlite_journal.hpp"
#include "sqlite/connection.hpp"
#include "unit/sqlite/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace partmark::testing {

struct kept_row {
  std::int64_t seq;
  std::string plan;  // or the table's name
  std::optional<std::string> granularity;
  std::optional<std::string> first;  // or the table's partition
  std::optional<std::string> last;
  std::string outcome;
  std::optional<std::string> run_type;
  std::optional<std::string> job;
  std::string recorded_at;  // of a table
};

inline std::optional<std::string> kept(const std::optional<std::string_view>& text) {
  return text ? std::optional<std::string>(std::string(*text)) : std::nullopt;
}

struct keeping_sink final : journal::plan_sink, journal::table_sink {
  std::vector<kept_row> rows;

  void row(const completion_row& r) override {
    rows.push_back({r.seq,
                    std::string(r.plan),
                    kept(r.granularity),
                    kept(r.first),
                    kept(r.last),
                    std::string(r.outcome),
                    kept(r.run_type),
                    kept(r.job),
                    {}});
  }
  void row(const table_row& r) override {
    rows.push_back({r.seq,
                    std::string(r.table_name),
                    {},
                    std::string(r.partition),
                    {},
                    std::string(r.outcome),
                    {},
                    kept(r.job),
                    std::string(r.recorded_at)});
  }
};

struct acting_sink final : journal::plan_sink {
  std::function<void(const completion_row&)> act;

  void row(const completion_row& r) override { act(r); }
};

inline sqlite::connection open_as_job(const std::string& path) {
  auto db = sqlite::connection::open(path, sqlite::open_mode::read_write, milliseconds(30000)).value();
  db.set_synchronous(sqlite::synchronous::off).value();  // no power is cut here
  return db;
}

inline void insert_day(sqlite::connection& db, const std::string& plan, const std::string& outcome = "success") {
  db.execute("INSERT INTO plan_completion(plan, granularity, first, outcome) VALUES ('" + plan + "', 'DAY', '2025-10-20', '" + outcome +
             "')")
      .value();
}

struct journal_fixture : ::testing::Test {
  temporary_folder folder;
  std::string path = folder.file("journal.db");

  void make_journal() { init_journal(path).value(); }
};

// Reads both tables to their ends, as the loop does, and says where it came to.
inline journal_position read_all(sqlite_journal& reader, journal_position from, std::size_t limit = 1000, keeping_sink* sink = nullptr) {
  keeping_sink dropped;
  if (sink == nullptr) sink = &dropped;
  from.uuid = reader.uuid();
  for (bool more = true; more;) {
    const journal_slice slice = reader.read_plans(from.plans, limit, *sink).value();
    from.plans = slice.cursor;
    more = slice.full;
  }
  for (bool more = true; more;) {
    const journal_slice slice = reader.read_tables(from.tables, limit, *sink).value();
    from.tables = slice.cursor;
    more = slice.full;
  }
  return from;
}

}  // namespace partmark::testing
