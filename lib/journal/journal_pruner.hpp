// Drops folded history from the journal (DESIGN §4.1): always a prefix of a table's numbers, in steps so small that writers and the daemon
// hardly notice, each whole or not at all. What may go is the caller's to say: it knows how far the state has come. Owned by `partmark
// prune`, on its thread; every step may block up to 30 s on other writers.
#pragma once

#include "core/clock.hpp"
#include "core/result.hpp"
#include "journal/journal_table.hpp"
#include "sqlite/connection.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace partmark {

// Which records are old: recorded before `before`. A time that cannot be read, or that has not come yet at `now`, says nothing: such a
// record is as old as the next one that says something.
struct prune_age {
  system_time before;
  system_time now;
};

struct prune_reach {
  std::int64_t through = 0;  // every record up to here is old; 0: none is
  std::int64_t rows = 0;     // so many of them were looked at
  bool more = false;         // there may be more behind them
};

struct journal_space {
  std::int64_t file_bytes = 0;
  std::int64_t unused_bytes = 0;  // of it
  bool shrinks = false;           // unused pages can be given back: not where an older partmark made the file
};

class journal_pruner {
 public:
  // not_found: there is no journal; corrupt, newer_version, permission, io, busy.
  [[nodiscard]] static result<std::unique_ptr<journal_pruner>> open(const std::string& path);

  journal_pruner(const journal_pruner&) = delete;
  journal_pruner& operator=(const journal_pruner&) = delete;

  // The old records with after < seq < keep_from, from the lowest on, until one is too young or about `rows_max` were seen. Only reads.
  [[nodiscard]] result<prune_reach> old_records(journal_table_kind table, std::int64_t after, std::int64_t keep_from, const prune_age& age,
                                                std::int64_t rows_max);

  // Deletes the records up to `through` in one transaction with the note that they were pruned, and answers how many there were. identity:
  // the journal's uuid is not `uuid`. A power cut may undo it as a whole.
  result<std::int64_t> drop(journal_table_kind table, std::int64_t through, const std::string& uuid);

  // Gives up to `pages` unused pages back to the file system, and answers how many are left to give.
  result<std::int64_t> give_back(std::int64_t pages);
  // Brings what is committed from the write-ahead log into the file, beside readers and writers. No step above does that by itself.
  result<void> checkpoint();
  // Ends the write-ahead log, so that the file shows its new size at once, where nobody reads just now.
  result<void> settle();

  // The lowest number that is left; 0: no record is.
  [[nodiscard]] result<std::int64_t> first_seq(journal_table_kind table);
  [[nodiscard]] result<std::int64_t> pruned_through(journal_table_kind table);
  [[nodiscard]] result<journal_space> space();

 private:
  explicit journal_pruner(sqlite::connection db) : db_(std::move(db)) {}

  sqlite::connection db_;
};

}  // namespace partmark
