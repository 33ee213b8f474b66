#include "reconcile/endpoint_board.hpp"

#include "reconcile/event_names.hpp"

#include <algorithm>

namespace partmark {

std::optional<caller> endpoint_state::next_caller(steady_time t) {
  if (paused || removed || in_flight >= settings.max_in_flight || !health.may_send(t, in_flight)) return std::nullopt;
  return health.is_open() ? waiting.pop_first() : waiting.pop_due(t);
}

std::optional<steady_time> endpoint_state::next_time(steady_time t) const {
  if (paused || removed || waiting.empty() || in_flight >= settings.max_in_flight) return std::nullopt;
  if (health.is_open() && in_flight > 0) return std::nullopt;  // the probe's answer comes first
  const auto due = health.is_open() ? std::optional(t) : waiting.next_due();
  const auto chance = health.next_chance(t);
  return chance && due ? std::max(*chance, *due) : due;
}

void endpoint_board::configure(now t) {
  for (auto& e : endpoints_) e.removed = true;
  for (const auto& wanted : settings_.endpoints) {
    const auto known = std::find_if(endpoints_.begin(), endpoints_.end(), [&](const auto& e) { return e.settings.name == wanted.name; });
    if (known == endpoints_.end()) {
      endpoints_.push_back({wanted, circuit(settings_.circuit), {}});
      continue;
    }
    // What was refused elsewhere, or told to wait there, waits for nothing any more.
    if (known->settings.url != wanted.url) {
      known->waiting.bring_forward(t.steady);
      known->moved = t.steady;
    }
    known->reloaded = t.steady;
    known->settings = wanted;
    known->removed = false;
    known->health.configure(settings_.circuit);
    known->health.probe_now(t.steady);
  }
}

std::size_t endpoint_board::named(std::string_view name) const {
  const std::string_view wanted = name.empty() ? std::string_view(settings_.endpoints.front().name) : name;
  for (std::size_t i = 0; i < endpoints_.size(); ++i)
    if (endpoints_[i].settings.name == wanted && !endpoints_[i].removed) return i;
  return named({});
}

void endpoint_board::ended(std::size_t index, const verdict& v, steady_time sent, now t) {
  endpoint_state& e = endpoints_[index];
  --e.in_flight;
  count(v);
  if (e.outdates(sent, v)) return;
  const circuit_change change = e.health.ended(v, t.steady);
  log_circuit(e, change, v);
  if (change == circuit_change::closed) e.waiting.bring_forward(t.steady);
}

void endpoint_board::count(const verdict& v) {
  switch (v.kind) {
    case verdict_kind::accepted:
      ++counters_.accepted;
      break;
    case verdict_kind::retry:
      ++counters_.retried;
      break;
    case verdict_kind::rejected:
      ++counters_.rejected;
      break;
    case verdict_kind::unauthorized:
      ++counters_.unauthorized;
      break;
    case verdict_kind::ambiguous:
      ++counters_.ambiguous;
      break;
  }
}

void endpoint_board::log_circuit(const endpoint_state& e, circuit_change change, const verdict& v) const {
  if (change == circuit_change::none) return;
  const std::vector<event_field> fields{
      {"endpoint", e.settings.name}, {"status", static_cast<std::int64_t>(v.http_status)}, {"reason", v.message}};
  if (change == circuit_change::closed)
    log_.emit({severity::info, event_name::endpoint_circuit_closed, "endpoint " + e.settings.name + " answers again", fields});
  else if (e.health.is_unauthorized())
    log_.emit({severity::error, event_name::endpoint_unauthorized,
               "endpoint " + e.settings.name + " refuses the credential: " + v.message + "; correct auth in the configuration and reload",
               fields});
  else
    log_.emit({severity::error, event_name::endpoint_circuit_opened,
               "endpoint " + e.settings.name + " is in trouble: " + v.message + "; it is probed until it answers", fields});
}

std::size_t endpoint_board::remembered(const std::string& name) {
  const auto known = std::find_if(endpoints_.begin(), endpoints_.end(), [&](const auto& e) { return e.settings.name == name; });
  const auto index = static_cast<std::size_t>(known - endpoints_.begin());
  if (known == endpoints_.end()) {
    endpoints_.push_back({{}, circuit(settings_.circuit), {}});
    endpoints_.back().settings.name = name;
    endpoints_.back().removed = true;
  }
  return index;
}

void endpoint_board::restore_paused(const std::vector<std::string>& names) {
  for (const std::string& name : names) endpoints_[remembered(name)].paused = true;
}

bool endpoint_board::pause(std::size_t index, bool paused, now t) {
  endpoint_state& e = endpoints_[index];
  if (e.paused == paused) return false;
  e.paused = paused;
  if (!paused) e.health.probe_now(t.steady);
  log_.emit({severity::warning,
             paused ? event_name::endpoint_paused : event_name::endpoint_resumed,
             "endpoint " + e.settings.name + (paused ? " is paused: nothing is sent to it until `partmark resume`" : " goes on"),
             {{"endpoint", e.settings.name}}});
  return true;
}

}  // namespace partmark
