#include "journal/journal_pruner.hpp"

#include "journal/journal_file.hpp"
#include "journal/schema.hpp"
#include "sqlite/transaction.hpp"

#include <algorithm>
#include <utility>

namespace partmark {
namespace {

constexpr milliseconds patience{30000};
constexpr milliseconds settle_patience{200};
// Jobs may write local time where UTC was asked for.
constexpr std::chrono::hours clocks_differ_max{24};

struct prune_texts {
  const char* rows;
  const char* drop;
  const char* note;
  const char* first_seq;
  const char* pruned_through;
};

// The time in milliseconds, or NULL where it cannot be read. 'now' and plain numbers are times to SQLite too, hence the pattern.
constexpr prune_texts plans{
    "SELECT seq, CASE WHEN recorded_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*' "
    "THEN CAST(round((julianday(recorded_at) - 2440587.5) * 86400000) AS INTEGER) END"
    " FROM plan_completion WHERE seq > ? AND seq < ? ORDER BY seq",
    "DELETE FROM plan_completion WHERE seq <= ?",
    "UPDATE journal_identity SET plans_pruned_through = max(plans_pruned_through, ?) WHERE uuid = ?",
    "SELECT min(seq) FROM plan_completion",
    "SELECT plans_pruned_through FROM journal_identity",
};

constexpr prune_texts tables{
    "SELECT seq, CASE WHEN recorded_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*' "
    "THEN CAST(round((julianday(recorded_at) - 2440587.5) * 86400000) AS INTEGER) END"
    " FROM table_completion WHERE seq > ? AND seq < ? ORDER BY seq",
    "DELETE FROM table_completion WHERE seq <= ?",
    "UPDATE journal_identity SET tables_pruned_through = max(tables_pruned_through, ?) WHERE uuid = ?",
    "SELECT min(seq) FROM table_completion",
    "SELECT tables_pruned_through FROM journal_identity",
};

const prune_texts& texts_of(journal_table_kind table) { return table == journal_table_kind::plans ? plans : tables; }

result<std::int64_t> number(sqlite::connection& db, const char* sql) {
  const auto found = db.query_int64(sql);
  if (!found) return found.error();
  return found->value_or(0);
}

}  // namespace

result<std::unique_ptr<journal_pruner>> journal_pruner::open(const std::string& path) {
  const auto none = error{errc::not_found, path + ": there is no journal, so there is nothing to prune"};
  auto db = sqlite::connection::open(path, sqlite::open_mode::read_write, patience);
  if (!db) return db.error().code == errc::not_found ? none : db.error();
  // A prune that a power cut undoes is done again: no step has to wait for the disk.
  if (auto set = db->set_synchronous(sqlite::synchronous::normal); !set) return set.error();
  // Its fsyncs would count as time in which others wait, and they don't: see checkpoint().
  if (auto set = db->execute("PRAGMA wal_autocheckpoint = 0"); !set) return set.error();
  const auto stage = examine_journal(*db);
  if (!stage) return stage.error();
  if (*stage == journal_stage::unfinished) return none;
  for (const prune_texts* texts : {&plans, &tables})
    if (const auto known = db->prepare(texts->rows); !known) return not_a_journal(*db, known.error());
  return std::unique_ptr<journal_pruner>(new journal_pruner(std::move(*db)));
}

result<prune_reach> journal_pruner::old_records(journal_table_kind table, std::int64_t after, std::int64_t keep_from, const prune_age& age,
                                                std::int64_t rows_max) {
  auto statement = db_.prepare(texts_of(table).rows);
  if (!statement) return statement.error();
  const std::int64_t before = age.before.time_since_epoch().count();
  const std::int64_t latest = (age.now + clocks_differ_max).time_since_epoch().count();
  auto rows = statement->query(after, keep_from);
  prune_reach reach;
  std::int64_t seen = 0;
  for (;;) {
    const auto row = rows.step();
    if (!row) return row.error();
    if (!*row) return reach;
    ++seen;
    const auto recorded = rows.optional_int64(1);
    if (!recorded || *recorded > latest) continue;
    if (*recorded >= before) return reach;
    reach.through = rows.int64(0);
    reach.rows = seen;
    if (seen >= rows_max) break;
  }
  reach.more = true;
  return reach;
}

result<std::int64_t> journal_pruner::drop(journal_table_kind table, std::int64_t through, const std::string& uuid) {
  auto note = db_.prepare(texts_of(table).note);
  if (!note) return note.error();
  auto drop = db_.prepare(texts_of(table).drop);
  if (!drop) return drop.error();
  auto scope = sqlite::transaction::begin(db_, sqlite::transaction_kind::immediate);
  if (!scope) return scope.error();
  if (auto noted = note->run(through, uuid); !noted) return noted.error();
  if (db_.changes() != 1) return identity_error(db_.path(), "its uuid is not " + uuid);
  if (auto dropped = drop->run(through); !dropped) return dropped.error();
  const std::int64_t count = db_.changes();
  if (auto done = scope->commit(); !done) return done.error();
  return count;
}

result<std::int64_t> journal_pruner::give_back(std::int64_t pages) {
  if (auto done = db_.execute("PRAGMA incremental_vacuum(" + std::to_string(pages) + ")"); !done) return done.error();
  return number(db_, "PRAGMA freelist_count");
}

result<void> journal_pruner::checkpoint() { return db_.execute("PRAGMA wal_checkpoint(PASSIVE)"); }

result<void> journal_pruner::settle() {
  if (auto set = db_.set_busy_timeout(settle_patience); !set) return set;
  const auto done = db_.execute("PRAGMA wal_checkpoint(TRUNCATE)");
  if (auto set = db_.set_busy_timeout(patience); !set) return set;
  if (!done && done.error().code == errc::busy) return {};
  return done;
}

result<std::int64_t> journal_pruner::first_seq(journal_table_kind table) { return number(db_, texts_of(table).first_seq); }

result<std::int64_t> journal_pruner::pruned_through(journal_table_kind table) { return number(db_, texts_of(table).pruned_through); }

result<journal_space> journal_pruner::space() {
  const auto page = number(db_, "PRAGMA page_size");
  const auto pages = page ? number(db_, "PRAGMA page_count") : page;
  const auto unused = pages ? number(db_, "PRAGMA freelist_count") : pages;
  const auto vacuum = unused ? number(db_, "PRAGMA auto_vacuum") : unused;
  if (!vacuum) return vacuum.error();
  return journal_space{*pages * *page, *unused * *page, *vacuum != 0};
}

}  // namespace partmark
