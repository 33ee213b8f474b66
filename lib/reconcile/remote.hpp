// Port: carries calls to an endpoint. The adapter in daemon/ adds the credential and the headers; the simulation has its own. One thread:
// the loop's.
#pragma once

#include "core/exchange.hpp"
#include "core/verdict.hpp"

#include <cstdint>
#include <string>

namespace partmark {

class remote {
 public:
  virtual ~remote() = default;

  // Starts one exchange with the endpoint of that name. Its end comes back through loop::ended(call_id, …) exactly once, never from inside
  // send().
  virtual void send(std::uint64_t call_id, const std::string& endpoint, http_request request) = 0;

  // Takes what only the sender knows to be secret out of what the remote said, before it is logged or stored (DESIGN §6.8).
  virtual void conceal(const std::string& /*endpoint*/, verdict& /*v*/) const {}
};

}  // namespace partmark
