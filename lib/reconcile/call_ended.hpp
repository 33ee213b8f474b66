// The event that every call ends with, whatever it was for: what metrics are made of. Owned by the courier; one thread.
#pragma once

#include "core/clock.hpp"
#include "core/verdict.hpp"
#include "reconcile/endpoint_board.hpp"
#include "reconcile/events.hpp"

#include <string>

namespace partmark {

class call_ended_log {
 public:
  explicit call_ended_log(events& log);
  void write(const std::string& endpoint, caller who, const verdict& v, steady_time::duration took);

 private:
  events& log_;
  event ended_;  // filled anew each time, so that its memory is made once
};

}  // namespace partmark
