#include "daemon/loop_settings.hpp"

namespace partmark {

std::optional<plan_shape> configured_shape(const config::plan_settings& p) {
  if (p.kind == plan_kind::full_refresh) return plan_shape{plan_kind::full_refresh, granularity::day};
  if (p.granularity) return plan_shape{plan_kind::partitioned, *p.granularity};
  return std::nullopt;
}

std::string url_text(const config::endpoint_url& url) {
  return (url.tls ? "https://" : "http://") + url.host + ":" + std::to_string(url.port) + url.base_path;
}

loop_settings loop_settings_of(const config::settings& s) {
  loop_settings out;
  for (const auto& e : s.endpoints)
    out.endpoints.push_back(
        {e.name, e.tenant_id, static_cast<std::size_t>(e.max_in_flight), e.settle_time, e.verify_plans, url_text(e.url)});
  for (const auto& p : s.plans)
    out.plans.push_back(
        {p.uuid, p.name, p.endpoint, configured_shape(p), p.run_type.value_or(""), p.kind == plan_kind::partitioned && !p.granularity});
  for (const auto& t : s.tables) out.tables.push_back({t.name, t.endpoint});
  out.poll_interval = s.journal.poll_interval;
  out.linger = s.delivery.linger;
  out.ranges_max = static_cast<std::size_t>(s.delivery.max_ranges_per_request);
  out.reprobe_held = s.delivery.reprobe_held;
  out.partitions_max = s.journal.max_partitions_per_record;
  out.retry = {s.retry.initial, s.retry.max, s.retry.multiplier};
  out.circuit = {static_cast<unsigned>(s.circuit.open_after), s.circuit.probe_every, s.retry.initial};
  out.drift_every = s.drift.check_every;
  out.hold_ambiguous_triggers = s.triggers.on_ambiguous == config::ambiguous_trigger::hold;
  return out;
}

}  // namespace partmark
