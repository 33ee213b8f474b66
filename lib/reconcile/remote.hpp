// Port: carries calls to an endpoint. The adapter in daemon/ adds the credential and the headers; the simulation has its own. One thread:
// the loop's.
#pragma once

#include "core/answer.hpp"
#include "core/exchange.hpp"

#include <cstdint>
#include <string>

namespace partmark {

class remote {
 public:
  virtual ~remote() = default;

  // Starts one exchange with the endpoint of that name. Its end comes back through loop::ended(call_id, …) exactly once, never from inside
  // send(): read as can::read_answer() does for a call of this type, its verdict without what only the sender knows to be secret (DESIGN
  // §6.8).
  virtual void send(std::uint64_t call_id, const std::string& endpoint, call_type type, http_request request) = 0;

  // After the last send() of a turn, before which none of them has to leave.
  virtual void flush() {}
};

}  // namespace partmark
