#include "reconcile/drift_rounds.hpp"

#include <algorithm>
#include <utility>

namespace partmark {
namespace {

// A machine that was switched on a moment ago may have no network yet.
constexpr std::chrono::minutes after_a_failure{10};

}  // namespace

void drift_rounds::configure(std::optional<milliseconds> every, now t) {
  every_ = every;
  if (!every_) {
    next_.reset();
  } else if (next_) {
    next_ = std::min(*next_, t.steady + *every_);
  } else {
    next_ = t.steady + *every_;
    changed_last_ = t.system;
  }
}

void drift_rounds::restore(std::optional<system_time> last, now t) {
  if (!next_ || !last) return;
  changed_last_.reset();
  // The system's clock was put back since. Kept, that time would put the round off at each start.
  if (*last > t.system) changed_last_ = last = t.system;
  next_ = t.steady + std::max(*every_ - (t.system - *last), milliseconds(0));
}

bool drift_rounds::begin(now t) {
  if (!next_ || t.steady < *next_) return false;
  next_ = t.steady + *every_;
  under_way_ = true;
  ++round_;
  began_ = t.system;
  left_ = 0;
  so_far_ = {};
  return true;
}

void drift_rounds::ended(unsigned round, const drift_outcome& outcome) {
  if (round != round_) return;
  --left_;
  ++so_far_.plans;
  if (outcome.report) return;
  ++so_far_.failed;
  so_far_.trouble = outcome.trouble;
}

std::optional<drift_rounds::summary> drift_rounds::finish(now t) {
  if (!under_way_ || left_ > 0) return std::nullopt;
  under_way_ = false;
  if (so_far_.failed < so_far_.plans)
    changed_last_ = began_;
  else if (next_ && so_far_.plans > 0)
    next_ = std::min(*next_, t.steady + after_a_failure);
  return std::exchange(so_far_, {});
}

}  // namespace partmark
