// What a start and a reload change: which endpoints there are, who belongs to which, and until when who waits.
#include "reconcile/courier.hpp"

#include <algorithm>

namespace partmark {

void courier::configure(now t) {
  endpoints_.configure(t);
  for (std::size_t i = 0; i < endpoints_.all().size(); ++i) {
    endpoint_state& e = endpoints_.at(i);
    const caller who = static_cast<caller>(i) | table_bit | drift_bit;
    e.waiting.drop(who);
    if (!e.removed && plan_checks_.begin(i, e.settings)) e.waiting.set(who, t.steady);
  }
}

void courier::move(plan_state& plan, std::size_t endpoint, now t, state_changes& batch) {
  schedule& waiting = endpoints_.at(plan.endpoint).waiting;
  waiting.drop(plan.id);
  const caller drift = plan.id | drift_bit;
  drift_.moved(plan, !waiting.due(drift));
  waiting.drop(drift);
  plan.endpoint = static_cast<std::uint16_t>(endpoint);
  plan.row_changed = true;
  ledger_changes changes;
  plan.book.resync(changes);
  append(batch, plan, changes);
  batch.durable = true;  // as for every resync
  // What the other platform thought of its calls says nothing about this one.
  plan.failures = 0;
  plan.rejections = 0;
  plan.lost_at_once = false;
  if (plan.affairs) {
    plan_affairs& affairs = plan.affairs.use();
    affairs.inside.clear();
    if (affairs.under_way) affairs.under_way->elsewhere = true;
  }
  forget_drift(plan.id);
  touched(plan, t, batch);
}

void courier::move_table(table_id id, std::size_t endpoint, now t) {
  table_state& table = triggers_.at(id);
  if (table.endpoint == endpoint) return;
  endpoints_.at(table.endpoint).waiting.drop(id | table_bit);
  table.endpoint = endpoint;
  touched_table(id, t);
}

void courier::wait_anew(std::optional<milliseconds> longest_backoff, now t, state_changes& batch) {
  if (longest_backoff)
    for (endpoint_state& e : endpoints_.all()) e.waiting.bring_forward(t.steady + *longest_backoff);
  for (plan_state& plan : plans_) {
    auto& waiting = endpoints_.at(plan.endpoint).waiting;
    if (plan.failures == 0 && plan.lingering_since && waiting.due(plan.id))
      waiting.set(plan.id, std::max(t.steady, *plan.lingering_since + settings_.linger));
    outcome_.shorten_reprobes(plan, t, batch);
    touched(plan, t, batch);
  }
  for (table_id id = 0; id < triggers_.tables().size(); ++id) {
    const table_state& table = triggers_.at(id);
    auto& waiting = endpoints_.at(table.endpoint).waiting;
    const auto due = waiting.due(id | table_bit);
    if (due && table.failures == 0) waiting.set(id | table_bit, std::min(*due, t.steady + settings_.linger));
  }
}

}  // namespace partmark
