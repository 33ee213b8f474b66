// Whether partmarkd runs, and whether a command reaches it: two questions, for its socket may be lost, or named otherwise in the
// configuration that it was started with. Used by `status`; asks nothing of the daemon.
#pragma once

#include "config/settings.hpp"

#include <optional>

namespace partmark {

// nullopt: this user may not know.
struct daemon_presence {
  std::optional<bool> running;
  std::optional<bool> reachable;  // somebody listens at control.socket
  std::optional<int> process;     // of one that runs and is not reachable
};

[[nodiscard]] daemon_presence find_daemon(const config::settings& settings);

}  // namespace partmark
