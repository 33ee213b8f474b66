// Carries the simulator's calls over HTTP/1.1 on 127.0.0.1, and the faults that only a socket can show. Owned by main; all on the
// io_context's one thread.
#pragma once

#include "can_simulator/simulator.hpp"

#include <cstdint>
#include <memory>

namespace boost::asio {
class io_context;
}

namespace partmark::testing {

class simulator_server {
 public:
  // Listens at once; throws when it cannot. Port 0: any free one.
  simulator_server(boost::asio::io_context& io, simulator& core, std::uint16_t port);
  ~simulator_server();
  simulator_server(const simulator_server&) = delete;
  simulator_server& operator=(const simulator_server&) = delete;

  [[nodiscard]] std::uint16_t port() const;

 private:
  struct state;
  std::shared_ptr<state> state_;
};

}  // namespace partmark::testing
