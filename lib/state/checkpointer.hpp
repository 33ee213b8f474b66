// Checkpoints state.db on a thread of its own, over a connection of its own: the two syncs of a checkpoint take milliseconds, and the loop,
// which asks for it, must not wait for a disk. Owned by sqlite_state; asked on the loop's thread.
#pragma once

#include "core/result.hpp"
#include "sqlite/connection.hpp"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace partmark {

class checkpointer {
 public:
  // The file must be there, in WAL mode. Errors of connection::open; busy: no thread is to be had.
  [[nodiscard]] static result<std::unique_ptr<checkpointer>> start(const std::string& path);

  // Waits for a checkpoint that is under way.
  ~checkpointer();
  checkpointer(const checkpointer&) = delete;
  checkpointer& operator=(const checkpointer&) = delete;

  // Begins a checkpoint. Not while it is busy(). What it cannot do, a full disk or a reader in its way, stays in the log for the next.
  void begin();
  [[nodiscard]] bool busy() const;

 private:
  explicit checkpointer(sqlite::connection file) : file_(std::move(file)) {}

  void run();

  sqlite::connection file_;  // the thread's alone
  mutable std::mutex mutex_;
  std::condition_variable wanted_;
  bool busy_ = false;   // guarded
  bool ended_ = false;  // guarded
  std::thread thread_;
};

}  // namespace partmark
