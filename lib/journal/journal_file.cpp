#include "journal/journal_file.hpp"

#include "journal/schema.hpp"
#include "sqlite/transaction.hpp"

#include <filesystem>
#include <system_error>

namespace partmark {
namespace {

constexpr milliseconds never_block{0};

// Reading a WAL database takes write access to its -shm file. Without it (somebody's shell) SQLite can still read as long as the daemon or
// a job has it open.
result<sqlite::connection> open_for_reading(const std::string& path) {
  auto db = sqlite::connection::open(path, sqlite::open_mode::read_write, never_block);
  if (!db && db.error().code == errc::permission) db = sqlite::connection::open(path, sqlite::open_mode::read_only, never_block);
  return db;
}

}  // namespace

error identity_error(const std::string& path, const std::string& found) {
  return error{errc::identity,
               path + ": not the journal that was folded: " + found +
                   ". Put the right file back, or, if it was replaced on purpose, accept it with `partmark state adopt-journal`"};
}

result<std::unique_ptr<journal_file>> journal_file::open(const std::string& path) {
  const auto before = identify(path);
  if (!before) return before.error();
  if (!*before) return error{errc::not_found, path + ": it is gone again"};

  auto db = open_for_reading(path);
  if (!db) return db.error();
  // The file belongs to the jobs: never write to it, and never checkpoint or delete a log that may not be this file's any more.
  db->set_checkpoint_on_close(false);
  if (auto set = db->set_query_only(true); !set) return set.error();
  const auto stage = examine_journal(*db);
  if (!stage) return stage.error();
  if (*stage == journal_stage::unfinished) return std::unique_ptr<journal_file>();

  auto file = prepare(std::move(*db));
  if (!file) return file.error();
  if (auto same = (*file)->remember_ids(**before); !same) return same.error();
  return file;
}

result<std::unique_ptr<journal_file>> journal_file::prepare(sqlite::connection db) {
  auto plans = journal_table::prepare(db, journal_table_kind::plans);
  if (!plans) return not_a_journal(db, plans.error());
  auto tables = journal_table::prepare(db, journal_table_kind::tables);
  if (!tables) return not_a_journal(db, tables.error());
  auto identity = db.prepare("SELECT uuid, plans_pruned_through, tables_pruned_through FROM journal_identity");
  if (!identity) return not_a_journal(db, identity.error());
  return std::unique_ptr<journal_file>(new journal_file(std::move(db), std::move(*plans), std::move(*tables), std::move(*identity)));
}

result<void> journal_file::remember_ids(file_id before) {
  std::error_code failed;
  const auto real_path = std::filesystem::canonical(db_.path(), failed);
  const auto after = identify(db_.path());
  if (!after) return after.error();
  if (failed || *after != before) return error{errc::busy, db_.path() + ": it was replaced while it was being opened, look again"};
  id_ = before;
  wal_path_ = real_path.string() + "-wal";
  shm_path_ = real_path.string() + "-shm";
  const auto beside = log_ids();
  if (!beside) return beside.error();
  log_ids_ = *beside;
  return {};
}

result<bool> journal_file::still_there() const {
  const auto id = identify(db_.path());
  if (!id) return id.error();
  if (*id != id_) return false;
  // A log or its index removed under an open database (a backup copied over the file, somebody who tidies up) would show this connection
  // an old state for ever.
  const auto beside = log_ids();
  if (!beside) return beside.error();
  return *beside == log_ids_;
}

result<journal_file::ids_of_log> journal_file::log_ids() const {
  const auto log = identify(wal_path_);
  if (!log) return log.error();
  const auto index = identify(shm_path_);
  if (!index) return index.error();
  return ids_of_log{*log, *index};
}

result<std::int64_t> journal_file::plans_pruned_through() {
  auto identity = identity_.query();
  const auto row = identity.step();
  if (!row) return row.error();
  return *row ? identity.int64(1) : 0;
}

result<void> journal_file::verify(const journal_position& folded) {
  auto scope = sqlite::transaction::begin(db_, sqlite::transaction_kind::deferred);
  if (!scope) return scope.error();
  std::int64_t plans_pruned = 0;
  std::int64_t tables_pruned = 0;
  {
    auto identity = identity_.query();
    const auto row = identity.step();
    if (!row) return row.error();
    if (!*row || identity.text(0).empty()) return error{errc::corrupt, db_.path() + ": damaged: journal_identity has no uuid"};
    uuid_ = identity.text(0);
    plans_pruned = identity.int64(1);
    tables_pruned = identity.int64(2);
  }
  if (folded.uuid.empty()) return {};
  if (uuid_ != folded.uuid) return identity_error(db_.path(), "its uuid is " + uuid_ + ", " + folded.uuid + " was expected");
  if (auto same = verify_cursor(plans_, "plan_completion", folded.plans, plans_pruned); !same) return same;
  return verify_cursor(tables_, "table_completion", folded.tables, tables_pruned);
}

result<void> journal_file::verify_cursor(journal_table& table, const char* name, const journal_cursor& folded,
                                         std::int64_t pruned_through) {
  if (folded.folded_seq == 0) return {};
  const auto last = table.last_seq();
  if (!last) return last.error();
  const std::string upto = std::to_string(folded.folded_seq);
  if (*last < folded.folded_seq)
    return identity_error(db_.path(), std::string(name) + " ends at seq " + std::to_string(*last) + ", but was folded up to seq " + upto);
  if (pruned_through > folded.folded_seq)
    return identity_error(
        db_.path(), std::string(name) + " is pruned through seq " + std::to_string(pruned_through) + ", but was folded up to seq " + upto);
  if (folded.anchor_seq == 0) return {};
  const auto hash = table.hash_of(folded.anchor_seq);
  if (!hash) return hash.error();
  const std::string anchor = std::string(name) + " seq " + std::to_string(folded.anchor_seq);
  if (!*hash) return identity_error(db_.path(), anchor + " was folded and is missing");
  if (**hash != folded.anchor_hash) return identity_error(db_.path(), anchor + " is another record than the one that was folded");
  return {};
}

}  // namespace partmark
