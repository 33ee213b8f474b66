// Which requests go wrong, and how: rules that a test writes as JSON, seeded, so that a run can be repeated. Pure; owned by the simulator
// or by an in-process simulation; one thread. README.md describes the JSON.
#pragma once

#include "can_simulator/wire_call.hpp"
#include "core/result.hpp"

#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace partmark::testing {

enum class reply_ending {
  whole,
  then_closed,  // a whole reply, and the connection closed without saying so
  reset,        // RST in place of a reply
  mid_header,   // FIN inside the header
  mid_body,     // FIN inside the body
  never,        // no reply; the connection stays open
};

enum class effect {
  now,
  none,
  late,  // after late_ms, whatever became of the connection
};

// What happens to one request instead of a plain answer.
struct fault {
  std::string name = "none";
  std::int64_t delay_ms = 0;        // before it takes effect
  std::int64_t reply_delay_ms = 0;  // between effect and reply
  effect applies = effect::now;
  std::int64_t late_ms = 0;
  reply_ending ends = reply_ending::whole;
  std::int64_t drip_ms = 0;         // between two bytes of the reply
  std::optional<http_reply> reply;  // in place of the true one
  std::int64_t padding_bytes = 0;   // appended to the reply's body
  bool lies = false;                // success without effect
};

class fault_script {
 public:
  // One rule; errc::invalid names what is wrong with it. Rules are asked in order, the first that fires decides.
  result<void> add(const boost::json::value& rule);
  void clear() { rules_.clear(); }

  // The fault of this call, if any; counts towards `nth` and `count`, and draws from the rule's generator.
  [[nodiscard]] std::optional<fault> pick(const wire_call& call);

  // For each rule its name, how often it matched and fired.
  [[nodiscard]] boost::json::value to_json() const;

 private:
  struct rule {
    std::string path;  // part of the call's name; empty: any
    std::string plan;
    std::string first = "0000", last = "9999-99";  // texts that compare with a range's starts
    bool touches = false;                          // only calls with a range that meets first..last
    std::int64_t nth = 0;                          // 0: every one
    std::int64_t after = 0;                        // the first that may fire comes after so many matches
    std::int64_t count = -1;                       // fires left; negative: no limit
    double probability = 1.0;
    std::mt19937_64 random;
    fault does;
    std::int64_t matched = 0;
    std::int64_t fired = 0;

    [[nodiscard]] bool matches(const wire_call& call) const;
  };

  std::vector<rule> rules_;
};

}  // namespace partmark::testing
