// One open SQLite database file. Owned by whoever opened it, used by one thread; its statements and transactions must be gone before it
// (asserted). Errors name the file, SQLite's text and, where it helps, what to do: busy, no_space, io, corrupt, permission, not_found,
// invalid.
#pragma once

#include "core/clock.hpp"
#include "core/result.hpp"
#include "sqlite/statement.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct sqlite3;

namespace partmark::sqlite {

enum class open_mode : std::uint8_t {
  read_only,
  read_write,         // errc::permission when the file can only be read (SQLite alone would open it read-only without a word)
  read_write_create,  // a new file gets 0666 minus the umask: who needs another mode makes the file empty first
};

enum class synchronous : std::uint8_t { off, normal, full };

class connection {
 public:
  // `path` is a plain path, never a URI. `busy_timeout` is how long a call may block on another process's lock; 0: not at all.
  // The file's content is not looked at: a file that is no database is found by the first statement.
  [[nodiscard]] static result<connection> open(const std::string& path, open_mode mode, milliseconds busy_timeout);

  connection(connection&&) noexcept = default;
  connection& operator=(connection&& other) noexcept;
  ~connection() = default;

  // One statement; the text is not needed afterwards. corrupt: it names a table or column that this file doesn't have.
  [[nodiscard]] result<statement> prepare(std::string_view sql);

  // Any number of statements without parameters; rows are dropped.
  result<void> execute(const std::string& sql);

  // First column of the first row: nullopt where there is no row or it is NULL. For pragmas and counts; prepare what runs often.
  [[nodiscard]] result<std::optional<std::int64_t>> query_int64(std::string_view sql);
  [[nodiscard]] result<std::optional<std::string>> query_text(std::string_view sql);

  // Turns the file to WAL for good. Cannot be done in a transaction. busy when another connection is still reading or writing after
  // `patience`: the busy timeout doesn't cover all of it.
  result<void> use_wal(milliseconds patience = milliseconds(0));
  result<void> set_synchronous(synchronous level);
  result<void> set_busy_timeout(milliseconds timeout);

  // Refuses every write through this connection from now on (or no longer).
  result<void> set_query_only(bool on);

  // Leaves -wal and -shm behind when the last connection closes, so that readers without write permission on the directory can open the
  // file.
  result<void> set_persistent_wal(bool on);

  // Off: closing never writes to the file nor deletes its log, even as the last connection. For readers of a file that others own or may
  // replace.
  void set_checkpoint_on_close(bool on);

  // SQLite checkpoints after a commit that leaves a long log. From here on it does not, and its owner does: log_frames() tells how long the
  // log was after this connection's last commit.
  void take_over_checkpoints();
  [[nodiscard]] int log_frames() const { return log_frames_ ? *log_frames_ : 0; }

  // Brings what it can of the log into the file, and syncs both, without waiting for anyone: what others still read, or write meanwhile,
  // stays in the log. busy: another checkpoint is under way.
  result<void> checkpoint();

  // fsyncs the write-ahead log as it is now, whoever wrote it. Nothing to do (and no error) where no log is open.
  result<void> sync_wal();

  // Gives back the memory of pages that are not in use: after much work.
  void release_memory();

  // Another value than last time: another connection committed since. Compare only values of the same connection.
  [[nodiscard]] result<std::int64_t> data_version();

  [[nodiscard]] std::int64_t last_insert_rowid() const;
  [[nodiscard]] std::int64_t changes() const;  // rows changed by the last INSERT, UPDATE or DELETE
  [[nodiscard]] bool in_transaction() const;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  friend class transaction;
  friend class row_function;
  // Parsing such a statement anew takes as long as running it.
  struct often_run {
    std::optional<statement> data_version;
    std::optional<statement> begin;
    std::optional<statement> begin_immediate;
    std::optional<statement> commit;
  };
  using often_run_statement = std::optional<statement> often_run::*;
  result<statement*> often(often_run_statement which, std::string_view sql);
  // One that answers no row. `doing` it fails, says the error.
  result<void> run_often(often_run_statement which, std::string_view sql, std::string_view doing);

  struct closer {
    void operator()(sqlite3* db) const;
  };
  connection(std::unique_ptr<sqlite3, closer> handle, std::string path) : path_(std::move(path)), handle_(std::move(handle)) {}

  std::string path_;                 // as given to open()
  std::unique_ptr<int> log_frames_;  // before handle_, which writes to it
  std::unique_ptr<sqlite3, closer> handle_;
  std::unique_ptr<often_run> often_run_;  // after handle_: destroyed before it; null until one is run
};

}  // namespace partmark::sqlite
