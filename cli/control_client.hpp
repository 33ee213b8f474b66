// Reaches the running daemon through its Unix socket. Used by the commands that change things; one thread.
#pragma once

#include "core/clock.hpp"
#include "core/result.hpp"
#include "reconcile/control.hpp"

#include <optional>
#include <string>

namespace partmark {

// Sends one command and waits for its answer; `told` hears of the progress that the command asks for. nullopt: nobody listens at `socket`,
// so the daemon is not running (or has no socket). permission: the caller is not in the daemon's group. io: the connection broke, and the
// command may have been carried out. busy: nothing came for `patience`; the answer of drift, which asks the platform, is waited for without
// an end.
[[nodiscard]] result<std::optional<control_reply>> ask_daemon(const std::string& socket, const control_command& command,
                                                              const control_told& told = {},
                                                              milliseconds patience = std::chrono::seconds(30));

// Whether a daemon listens at `socket`; nullopt: this user may not know. Sends nothing and waits for nothing.
[[nodiscard]] std::optional<bool> daemon_listens(const std::string& socket);

}  // namespace partmark
