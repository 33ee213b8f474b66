// The prepared reads of one of the journal's two tables. Owned by the open journal file, destroyed before its connection; the loop's
// thread.
#pragma once

#include "core/result.hpp"
#include "sqlite/connection.hpp"
#include "sqlite/row_function.hpp"
#include "sqlite/statement.hpp"

#include <cstdint>
#include <optional>

namespace partmark {

// Column numbers: the order of the table, which is also the order of the content hash. scan() of plans ends with job: what is not
// folded is not read.
namespace plan_column {
enum : int { seq, plan, granularity, first, last, outcome, run_type, job, dedupe_key, recorded_at };
}
namespace table_column {
enum : int { seq, table_name, partition, outcome, job, dedupe_key, recorded_at };
}

enum class journal_table_kind : std::uint8_t { plans, tables };

class journal_table {
 public:
  // corrupt: the file has no such table.
  [[nodiscard]] static result<journal_table> prepare(sqlite::connection& file, journal_table_kind kind);

  // Rows with seq > after, ascending, one after the other to take(const sqlite::argument_row&), until it answers true or there are no more.
  // Much cheaper a row than stepping.
  template <class Take>
  result<void> scan(std::int64_t after, Take take) {
    auto running = scan_.query(after);
    const auto done = scanned_.step(running, std::move(take));
    return done ? result<void>() : result<void>(done.error());
  }

  // The highest number ever given (sqlite_sequence), also where the row was ignored or pruned; 0: none yet.
  [[nodiscard]] result<std::int64_t> last_seq();

  // content_hash of a row; nullopt: no such row.
  [[nodiscard]] result<std::optional<std::uint64_t>> hash_of(std::int64_t seq);

 private:
  journal_table(sqlite::row_function scanned, sqlite::statement scan, sqlite::statement row, sqlite::statement last_seq, int columns)
      : scanned_(std::move(scanned)), scan_(std::move(scan)), row_(std::move(row)), last_seq_(std::move(last_seq)), columns_(columns) {}

  sqlite::row_function scanned_;  // first: it outlives its statement
  sqlite::statement scan_;
  sqlite::statement row_;
  sqlite::statement last_seq_;
  int columns_;
};

}  // namespace partmark
