// What a marking request tells the remote, read from its bytes by the simulator's strict reader. Any thread.
#pragma once

#include "can_simulator/wire_call.hpp"
#include "core/call.hpp"
#include "core/exchange.hpp"

#include <optional>
#include <string>

namespace partmark::testing {

struct told {
  std::string plan;
  std::string run_type;
  std::optional<granularity> unit;  // nothing: a full refresh
  call what;
};

// Adds the headers that the real sender adds.
[[nodiscard]] http_request with_headers(http_request request);

// contract_broken when the request is not what CAN_API.md asks, or no marking call.
[[nodiscard]] told told_by(const wire_call& call);

}  // namespace partmark::testing
