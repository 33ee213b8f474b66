// The state port on a real file, state.db. Owned by the daemon (or a command that changes things), which holds the state_lock meanwhile;
// used on the loop's thread. After open() it never blocks on another process.
#pragma once

#include "core/result.hpp"
#include "reconcile/state.hpp"
#include "sqlite/connection.hpp"
#include "state/checkpointer.hpp"
#include "state/state_statements.hpp"

#include <memory>
#include <string>

namespace partmark {

class sqlite_state final : public state {
 public:
  // Makes the file (0640, whatever the umask) in a directory that must exist, or brings its schema up to date; waits up to 5 s for
  // others that hold it; ends the exchange of a rebuild that was cut off. Power cuts may take the latest commits, never their order or
  // wholeness. not_found: the directory is not there.
  // exists: the file is some other database, left alone. newer_version, corrupt, permission, no_space, io, busy.
  [[nodiscard]] static result<std::unique_ptr<sqlite_state>> open(const std::string& path);

  // All that is stored, as of now. last_call_id is at least every id that was ever committed. corrupt: the rows contradict one another;
  // `partmark state check` says more.
  [[nodiscard]] result<stored_state> load();
  // With plans, marks and pending given to `rows`.
  [[nodiscard]] result<stored_state> load(stored_rows& rows);

  // What is not asked to be durable, and tells of no boot, may be lost with the power. invalid: a row that the schema refuses, a
  // programmer's mistake.
  result<void> commit(const state_changes& changes) override;

  // From here on checkpoints happen on a thread of their own. checkpointer::start's errors: they stay with the commits, as before.
  result<void> checkpoint_beside();

  // Makes everything committed survive a power cut: before records that it rests upon are pruned from the journal.
  result<void> make_durable();

  // Gives back what reading or writing much took.
  void release_memory() { file_.release_memory(); }

  // Ends the store with everything in the one file, without a log beside it, to be moved elsewhere. busy: someone reads it.
  static result<void> close_whole(std::unique_ptr<sqlite_state> store);

 private:
  sqlite_state(sqlite::connection file, state_statements statements) : file_(std::move(file)), statements_(std::move(statements)) {}

  result<void> commit_durably_or_not(const state_changes& changes);
  result<void> commit_batch(const state_changes& changes);
  void tend_log();

  sqlite::connection file_;
  state_statements statements_;                 // after file_: destroyed before it
  std::unique_ptr<checkpointer> checkpointer_;  // absent: SQLite checkpoints in a commit
  bool checkpoint_begun_ = false;               // of the log as it grows now
};

}  // namespace partmark
