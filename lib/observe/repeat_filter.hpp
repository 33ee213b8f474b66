// What is said again and again is counted instead: an endpoint that is down for a day, ten thousand plans that are refused alike. Decides
// which events become lines of the log, and when a summary does; whatever counts events gets them all. Owned by the daemon's board; its
// thread. Time comes in; no I/O.
#pragma once

#include "core/clock.hpp"
#include "reconcile/events.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace partmark {

class repeat_filter {
 public:
  static constexpr std::int64_t in_full = 20;    // lines of one kind, before the others are counted
  static constexpr std::size_t kinds_max = 256;  // beyond it other reasons are counted together
  static constexpr std::chrono::minutes first_summary{1};
  static constexpr std::chrono::hours summary_every_max{1};  // the time between two summaries doubles up to this

  // Whether `e` is to be logged: true for whatever is no repeated failure. A kind is the event's name, its `endpoint` and its `reason`: a
  // new reason is always said.
  [[nodiscard]] bool passes(const event& e, std::string_view endpoint, now t);

  // What is due to be said at `t` of what was not; a kind that was silent for the time of a summary is forgotten, and said in full again.
  [[nodiscard]] std::vector<event> summaries(now t);
  // All that is left to say, at the end.
  [[nodiscard]] std::vector<event> rest();

  [[nodiscard]] std::size_t kinds() const { return kinds_.size(); }

 private:
  using kind = std::tuple<std::string, std::string, std::string>;  // name, endpoint, reason
  struct tally {
    severity level = severity::warning;
    std::int64_t said = 0;
    std::int64_t counted = 0;  // since the last summary
    bool quiet = true;         // none came since the last summary
    system_time since;         // the first that was only counted since the last summary
    steady_time due;
    steady_time::duration every = first_summary;
  };

  [[nodiscard]] static event summary_of(const kind& what, tally& of);

  std::map<kind, tally> kinds_;
};

}  // namespace partmark
