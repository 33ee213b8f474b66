// The regular drift checks (`drift.check_every`): when the next round through all plans is due, across reloads and restarts, and what a
// round came to. Decides; the loop begins the checks. Owned by the loop; one thread.
#pragma once

#include "core/clock.hpp"
#include "reconcile/drift_checks.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

namespace partmark {

class drift_rounds {
 public:
  // What a round came to, once each of its checks has ended.
  struct summary {
    std::size_t plans = 0;
    std::size_t failed = 0;  // could not be compared
    std::string trouble;     // of the last of them
  };

  // A start, or a reload: one round each `every`; nullopt: none. Reloads more frequent than that do not put a round off.
  void configure(std::optional<milliseconds> every, now t);
  // After configure(), at a start: the last round that compared anything began then, in a former run.
  void restore(std::optional<system_time> last, now t);

  [[nodiscard]] std::optional<steady_time> next() const { return next_; }

  // True: a round is due, and begins. One that has not ended yet is given up: its checks go on, and count no more.
  bool begin(now t);
  // Another plan is checked in the present round, which ended() is told of; not one that waits for its endpoint's pause to end.
  void expect() { ++left_; }
  [[nodiscard]] unsigned present() const { return round_; }
  void ended(unsigned round, const drift_outcome& outcome);

  // Once after each round. Where nothing could be compared, the next one does not wait for a whole period.
  std::optional<summary> finish(now t);

  // What restore() is to be given by the next run, where that has changed.
  [[nodiscard]] std::optional<system_time> take_last() { return std::exchange(changed_last_, std::nullopt); }

 private:
  std::optional<milliseconds> every_;
  std::optional<steady_time> next_;
  std::optional<system_time> changed_last_;

  bool under_way_ = false;
  unsigned round_ = 0;
  system_time began_;
  std::size_t left_ = 0;
  summary so_far_;
};

}  // namespace partmark
