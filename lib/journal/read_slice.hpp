// One bounded read of a journal table: what both the direct read and the one ahead are made of. Private to lib/journal.
#pragma once

#include "journal/journal_file.hpp"
#include "sqlite/transaction.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>

namespace partmark {

// As journal_table::scan, by the primary key of a real table, which also ends at the row it was told to. Whoever put a view in its place
// gets no say: corrupt.
template <class Take>
result<void> scan_in_order(journal_file& file, journal_table& table, std::int64_t after, Take take) {
  std::int64_t before = after;
  bool in_order = true;
  bool ended = false;
  const auto done = table.scan(after, [&](const sqlite::argument_row& row) {
    const std::int64_t seq = row.int64(plan_column::seq);
    in_order = in_order && !ended && seq > before;
    if (!in_order) return true;
    before = seq;
    ended = take(row);
    return ended;
  });
  if (!done) return done.error();
  if (!in_order) return error{errc::corrupt, file.db().path() + ": not a journal: its records do not come in the order of seq"};
  return {};
}

// deliver(const sqlite::argument_row&) gets each row. The rows and the table's last number come from one snapshot: a number given later
// must not count as folded.
template <class Deliver>
result<journal_slice> read_slice(journal_file& file, journal_table& table, const journal_cursor& from, std::size_t limit, Deliver deliver) {
  auto scope = sqlite::transaction::begin(file.db(), sqlite::transaction_kind::deferred);
  if (!scope) return scope.error();
  const auto last = table.last_seq();
  if (!last) return last.error();
  if (*last < from.folded_seq)
    return identity_error(file.db().path(),
                          "it ends at seq " + std::to_string(*last) + ", but was folded up to seq " + std::to_string(from.folded_seq));
  // A commit to the other table, mostly. Of a journal that was never read the rows are looked at, whatever its sqlite_sequence says.
  if (from.folded_seq > 0 && *last == from.folded_seq) return journal_slice{.cursor = from};
  // Here too: since the look a copy may have been restored into the file.
  const auto anchor = from.anchor_seq > 0 ? table.hash_of(from.anchor_seq) : std::optional(from.anchor_hash);
  if (!anchor) return anchor.error();
  if (*anchor != from.anchor_hash)
    return identity_error(file.db().path(), "seq " + std::to_string(from.anchor_seq) + " is not the record that was folded");

  journal_slice slice{.cursor = from};
  std::int64_t row_seq = 0;
  const auto done = scan_in_order(file, table, from.folded_seq, [&](const sqlite::argument_row& row) {
    row_seq = row.int64(plan_column::seq);
    deliver(row);
    return ++slice.rows == limit;
  });
  if (!done) return done.error();
  slice.full = slice.rows == limit;
  slice.cursor.folded_seq = slice.full ? row_seq : std::max(*last, row_seq);
  if (slice.rows == 0) return slice;
  const auto hash = table.hash_of(row_seq);
  if (!hash) return hash.error();
  if (!*hash) return error{errc::corrupt, file.db().path() + ": not a journal: seq " + std::to_string(row_seq) + " is not found again"};
  slice.cursor.anchor_seq = row_seq;
  slice.cursor.anchor_hash = hash->value();
  return slice;
}

}  // namespace partmark
