// Rows of state.db as values, for everyone who reads it: the store at start, the reader, the check. Columns come in the order of the
// constants here. For lib/state; one thread.
#pragma once

#include "core/result.hpp"
#include "reconcile/state.hpp"
#include "sqlite/connection.hpp"
#include "sqlite/row_function.hpp"
#include "sqlite/statement.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace partmark::state_rows {

// Of plan_rows.
inline constexpr std::string_view plan_columns =
    "id, uuid, kind, granularity, run_type, pending_since, refold_next, refold_until, attempts, endpoint";
inline constexpr std::string_view plan_rows = "plan LEFT JOIN plan_progress ON plan_id = id ";
inline constexpr std::string_view hold_columns = "id, plan_id, http_status, code, message, trace_id, since, next_try, tries";
inline constexpr std::string_view rejected_columns = "seq, table_name, plan, reason, at";
inline constexpr std::string_view intent_columns = "plan_id, call_id, kind, at, claims";
inline constexpr std::string_view attempt_columns =
    "place >> 4, call_id, kind, partitions, sent_at, took, verdict, endpoint_trouble, retry_at_once, not_before, http_status, code,"
    " message, trace_id, claims";
inline constexpr std::string_view trigger_columns =
    "table_name, date, status, sequel, http_status, code, message, trace_id, since, next_try, tries";
inline constexpr std::string_view position_columns =
    "journal_uuid, plan_folded_seq, plan_anchor_seq, plan_anchor_hash, table_folded_seq, table_anchor_seq, table_anchor_hash";

// Where the plan's ended call of this number, from 0, is kept: its place in the table attempt.
[[nodiscard]] constexpr std::int64_t attempt_place(plan_id plan, std::uint32_t number) {
  return std::int64_t{plan} * attempts_kept + number % attempts_kept;
}

// The current row. False: it has a value that means nothing.
[[nodiscard]] bool read(const sqlite::statement::use& row, plan_row& into);
[[nodiscard]] bool read(const sqlite::argument_row& row, plan_row& into);
[[nodiscard]] bool read(const sqlite::statement::use& row, hold_row& into);
[[nodiscard]] bool read(const sqlite::statement::use& row, rejected_row& into);
[[nodiscard]] bool read(const sqlite::statement::use& row, intent_row& into);
[[nodiscard]] bool read(const sqlite::statement::use& row, attempt_row& into);  // without its number
[[nodiscard]] bool read(const sqlite::statement::use& row, trigger_row& into);
[[nodiscard]] bool read(const sqlite::statement::use& row, journal_position& into);

inline constexpr std::string_view contradiction = "has a row that contradicts the rest";

// errc::corrupt, naming the file and the table, with what to do.
[[nodiscard]] error corrupt(const std::string& path, std::string_view table, std::string_view what);

// Runs `rows` to its end, f(rows) for each row, until one answers false: that row, of `table`, is corrupt.
template <class F>
result<void> each(const sqlite::connection& file, std::string_view table, sqlite::statement::use rows, F f) {
  for (;;) {
    const auto more = rows.step();
    if (!more) return more.error();
    if (!*more) return {};
    if (!f(std::as_const(rows))) return corrupt(file.path(), table, contradiction);
  }
}

// The same for a statement that is used once. `binds` must outlive the call.
template <class F, class... Binds>
result<void> each_of(sqlite::connection& file, std::string_view table, const std::string& sql, F f, const Binds&... binds) {
  auto prepared = file.prepare(sql);
  if (!prepared) return prepared.error();
  return each(file, table, prepared->query(binds...), f);
}

// "SELECT `columns` FROM `from`".
[[nodiscard]] std::string select(std::string_view columns, std::string_view from);

}  // namespace partmark::state_rows
