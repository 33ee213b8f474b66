// How an endpoint does, as metrics and the status page show it. A value; any thread.
#pragma once

#include <cstddef>
#include <string>

namespace partmark {

struct endpoint_view {
  std::string name;
  std::string url;
  bool circuit_open = false;
  bool unauthorized = false;
  bool paused = false;
  std::size_t in_flight = 0;
  std::size_t in_flight_max = 0;
};

}  // namespace partmark
