// One open journal database: the connection, its prepared reads, and the check that it is the journal that was folded (DESIGN §4.1,
// identity). Owned by sqlite_journal, replaced when the path names another file. The loop's thread; never blocks.
#pragma once

#include "core/result.hpp"
#include "journal/file_id.hpp"
#include "journal/journal_table.hpp"
#include "reconcile/journal.hpp"
#include "sqlite/connection.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace partmark {

class journal_file {
 public:
  // Null: the file is not a journal yet (empty, or being made). corrupt, newer_version, busy, io, permission, not_found (gone again).
  [[nodiscard]] static result<std::unique_ptr<journal_file>> open(const std::string& path);

  journal_file(const journal_file&) = delete;
  journal_file& operator=(const journal_file&) = delete;

  // False when the path, its log or the log's index is another file now than the one that is open here.
  [[nodiscard]] result<bool> still_there() const;

  // Whether the other one has open what is open here, its log too.
  [[nodiscard]] bool is_same_file(const journal_file& other) const { return id_ == other.id_ && log_ids_ == other.log_ids_; }

  // errc::identity when this is not the journal that `folded` speaks of, with what was found and what was expected. Reads uuid() anew.
  result<void> verify(const journal_position& folded);

  [[nodiscard]] const std::string& uuid() const { return uuid_; }
  [[nodiscard]] result<std::int64_t> plans_pruned_through();
  [[nodiscard]] sqlite::connection& db() { return db_; }
  [[nodiscard]] const std::string& wal_path() const { return wal_path_; }
  [[nodiscard]] journal_table& plans() { return plans_; }
  [[nodiscard]] journal_table& tables() { return tables_; }

 private:
  journal_file(sqlite::connection db, journal_table plans, journal_table tables, sqlite::statement identity)
      : db_(std::move(db)), plans_(std::move(plans)), tables_(std::move(tables)), identity_(std::move(identity)) {}

  [[nodiscard]] static result<std::unique_ptr<journal_file>> prepare(sqlite::connection db);
  result<void> remember_ids(file_id before);
  using ids_of_log = std::pair<std::optional<file_id>, std::optional<file_id>>;  // -wal and -shm; nullopt: there is none
  [[nodiscard]] result<ids_of_log> log_ids() const;
  result<void> verify_cursor(journal_table& table, const char* name, const journal_cursor& folded, std::int64_t pruned_through);

  sqlite::connection db_;  // first: destroyed after its statements
  journal_table plans_;
  journal_table tables_;
  sqlite::statement identity_;
  std::string uuid_;
  std::string wal_path_;
  std::string shm_path_;
  file_id id_;
  ids_of_log log_ids_;
};

// errc::identity: "<path>: <found>", and how to accept it.
[[nodiscard]] error identity_error(const std::string& path, const std::string& found);

}  // namespace partmark
