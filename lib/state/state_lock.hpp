// The right to write a state.db: held by the daemon as long as it runs, by a command for as long as it takes. One holder at a time on a
// machine; a holder that dies, however, lets go (the kernel sees to it). Owned by whoever writes; one thread.
#pragma once

#include "core/result.hpp"
#include "state/state_files.hpp"

#include <optional>
#include <string>

namespace partmark {

class state_lock {
 public:
  // Takes PATH.lock, made 0600 when it is not there; never waits. busy: the message names the holder's process and what to do. not_found:
  // the directory is not there; permission, no_space, io. The file stays when the lock goes: removing it would let two in.
  [[nodiscard]] static result<state_lock> acquire(const std::string& state_path);

  // The process that holds it, looked up in /proc/locks: to take it for a moment could keep a daemon out that starts just then, and a user
  // who may only read could not. nullopt: none that is visible here. permission, io: it cannot be known, also where the file system tells
  // users another device than it tells the kernel (btrfs).
  [[nodiscard]] static result<std::optional<int>> holder(const std::string& state_path);

 private:
  explicit state_lock(open_file file) : file_(std::move(file)) {}

  open_file file_;
};

}  // namespace partmark
