#include "core/circuit.hpp"

#include <algorithm>

namespace partmark {

bool circuit::may_send(steady_time t, std::size_t in_flight) const {
  if (not_before_ && t < *not_before_) return false;
  if (!open_) return true;
  return in_flight == 0 && t >= next_probe_;
}

std::optional<steady_time> circuit::next_chance(steady_time t) const {
  std::optional<steady_time> at;
  if (not_before_ && t < *not_before_) at = *not_before_;
  if (open_ && t < next_probe_) at = at ? std::max(*at, next_probe_) : next_probe_;
  return at;
}

circuit_change circuit::ended(const verdict& v, steady_time t) {
  // Of several calls under way each may have been told a time: the latest holds.
  if (v.not_before && (!not_before_ || *not_before_ < t + *v.not_before)) not_before_ = t + *v.not_before;
  const bool trouble = v.endpoint_trouble || v.kind == verdict_kind::unauthorized;
  if (!trouble) {
    // A call lost with a kept-alive connection says nothing about the endpoint's health either way.
    if (v.retry_at_once) return circuit_change::none;
    failures_ = 0;
    unauthorized_ = false;
    if (!open_) return circuit_change::none;
    open_ = false;
    return circuit_change::closed;
  }
  ++failures_;
  const bool was_unauthorized = unauthorized_;
  unauthorized_ = v.kind == verdict_kind::unauthorized;
  if (open_) {
    // What ends before the probe's time was under way when the circuit opened: it is no failed probe.
    if (t >= next_probe_) {
      gap_ = std::min(settings_.probe_every, gap_ * 2);
      next_probe_ = t + gap_;
    }
    return unauthorized_ && !was_unauthorized ? circuit_change::opened : circuit_change::none;
  }
  if (failures_ < settings_.open_after && !unauthorized_) return circuit_change::none;
  open_ = true;
  gap_ = std::min(settings_.probe_every, settings_.probe_initial);
  next_probe_ = t + gap_;
  return circuit_change::opened;
}

void circuit::probe_now(steady_time t) {
  not_before_.reset();
  if (open_) next_probe_ = t;
}

}  // namespace partmark
