// The simulator without its sockets: the model, the fault script, what is kept in files, and the control calls under /_control/. Owned by
// main; one thread.
#pragma once

#include "can_simulator/can_model.hpp"
#include "can_simulator/fault_script.hpp"
#include "core/result.hpp"

#include <boost/json/value.hpp>
#include <cstdint>
#include <deque>
#include <fstream>
#include <string>

namespace partmark::testing {

class simulator {
 public:
  struct files {
    std::string state;   // empty: nothing survives the process
    std::string record;  // empty: requests are only counted
  };

  // Takes back what `state` holds, if it exists; throws when it cannot be read or `record` cannot be opened.
  explicit simulator(files where);

  // {"settings": {…}, "plans": […], "faults": […]}, each optional. errc::invalid names what is wrong.
  result<void> run_script(const boost::json::value& script);

  // One request from its arrival to its answer.
  struct course {
    can_model::checked_call checked;
    fault does;
  };
  [[nodiscard]] course arrived(const http_request& request, std::int64_t at_ms);
  // The effect, kept in the state file before this returns, and the answer as the fault wants it.
  http_reply take_effect(const course& c, std::int64_t at_ms);
  // The effect of a call whose reply was lost long ago.
  void take_late_effect(const course& c, std::int64_t at_ms);

  void two_in_flight(const std::string& plan) { model_.note_violation(plan + ": two calls in flight at once"); }

  [[nodiscard]] static bool is_control(const http_request& request) { return request.target.starts_with("/_control/"); }
  http_reply control(const http_request& request);

 private:
  result<void> apply_settings(const boost::json::object& o);
  result<void> apply_plan(const boost::json::object& o);
  [[nodiscard]] boost::json::value state_json() const;
  void log(const http_request& request, const course& c, std::int64_t at_ms);
  void keep_state() const;

  files files_;
  std::ofstream record_;
  can_model model_;
  fault_script script_;
  std::deque<boost::json::value> log_;  // the newest requests
  std::int64_t requests_ = 0;
};

}  // namespace partmark::testing
