// Runs the daemon's own reconciliation loop without a daemon: it reads the stored state and the journal, and what it would send is caught,
// taken for accepted and written down. Nothing is sent and nothing is stored. For `preview`; one thread.
#pragma once

#include "config/settings.hpp"
#include "core/exchange.hpp"
#include "core/result.hpp"
#include "reconcile/state.hpp"

#include <optional>
#include <string>
#include <vector>

namespace partmark {

struct rehearsed_call {
  std::string endpoint;
  http_request request;
};

struct rehearsal {
  std::vector<rehearsed_call> calls;  // in the order in which they would go out
  std::optional<std::string> notice;  // why nothing can go out, if so
};

// From `stored`, with whatever the journal has beyond it. Waits some seconds where another process holds the journal. identity, corrupt,
// newer_version, permission, io, busy.
[[nodiscard]] result<rehearsal> rehearse(const config::settings& settings, stored_state stored);

}  // namespace partmark
