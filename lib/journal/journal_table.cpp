#include "journal/journal_table.hpp"

#include "journal/content_hash.hpp"

#include <string>

namespace partmark {
namespace {

struct table_texts {
  const char* function;
  const char* scan;
  const char* row;
  const char* last_seq;
  int columns;  // that the content hash covers
  int read;     // that a fold reads
};

constexpr table_texts plans{
    "fold_plan_row",
    "SELECT 1 FROM plan_completion WHERE seq > ? AND fold_plan_row(seq, plan, granularity, first, last, outcome, run_type, job)"
    " ORDER BY seq LIMIT 1",
    "SELECT seq, plan, granularity, first, last, outcome, run_type, job, dedupe_key, recorded_at FROM plan_completion WHERE seq = ?",
    "SELECT seq FROM sqlite_sequence WHERE name = 'plan_completion'",
    plan_column::recorded_at + 1,
    plan_column::job + 1,
};

constexpr table_texts tables{
    "fold_table_row",
    "SELECT 1 FROM table_completion WHERE seq > ? AND fold_table_row(seq, table_name, partition, outcome, job, dedupe_key, recorded_at)"
    " ORDER BY seq LIMIT 1",
    "SELECT seq, table_name, partition, outcome, job, dedupe_key, recorded_at FROM table_completion WHERE seq = ?",
    "SELECT seq FROM sqlite_sequence WHERE name = 'table_completion'",
    table_column::recorded_at + 1,
    table_column::recorded_at + 1,
};

}  // namespace

result<journal_table> journal_table::prepare(sqlite::connection& file, journal_table_kind kind) {
  const table_texts& texts = kind == journal_table_kind::plans ? plans : tables;
  auto scanned = sqlite::row_function::add(file, texts.function, texts.read);
  if (!scanned) return scanned.error();
  auto scan = file.prepare(texts.scan);
  if (!scan) return scan.error();
  auto row = file.prepare(texts.row);
  if (!row) return row.error();
  auto last_seq = file.prepare(texts.last_seq);
  if (!last_seq) return last_seq.error();
  return journal_table(std::move(*scanned), std::move(*scan), std::move(*row), std::move(*last_seq), texts.columns);
}

result<std::int64_t> journal_table::last_seq() {
  auto found = last_seq_.query();
  const auto row = found.step();
  if (!row) return row.error();
  return *row ? found.int64(0) : 0;
}

result<std::optional<std::uint64_t>> journal_table::hash_of(std::int64_t seq) {
  auto found = row_.query(seq);
  const auto row = found.step();
  if (!row) return row.error();
  if (!*row) return std::optional<std::uint64_t>();
  content_hash hash;
  hash.add(seq);
  for (int column = 1; column < columns_; ++column) hash.add(found.optional_text(column));
  return std::optional<std::uint64_t>(hash.value());
}

}  // namespace partmark
