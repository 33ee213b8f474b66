#include "reconcile/courier.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace partmark {
namespace {

attempt_row attempt(const plan_state& plan, const call& said, const verdict& v, now t) {
  attempt_row row;
  row.plan = plan.id;
  row.number = plan.attempts;
  row.call_id = plan.under_way()->call_id;
  row.kind = said.kind;
  row.claims.assign(said.claims.begin(),
                    said.claims.begin() + static_cast<std::ptrdiff_t>(std::min(said.claims.size(), attempt_claims_kept)));
  row.partitions = said.partitions();
  row.sent_at = plan.under_way()->sent.system;
  row.took = std::chrono::duration_cast<milliseconds>(t.steady - plan.under_way()->sent.steady);
  row.ended = v;
  return row;
}

}  // namespace

courier::courier(plan_table& plans, const loop_settings& settings, remote& out, events& log, random_source& random)
    : plans_(plans),
      settings_(settings),
      out_(out),
      call_ended_(log),
      endpoints_(settings, log),
      outcome_(settings, log, random),
      triggers_(settings, log, random),
      drift_(log),
      plan_checks_(settings, log) {}

void courier::restore(std::uint64_t last_call_id, hold_id last_hold, const std::vector<std::string>& paused) {
  last_call_id_ = last_call_id;
  outcome_.restore_last_hold(last_hold);
  endpoints_.restore_paused(paused);
}

void courier::touched(plan_state& plan, now t, state_changes& batch) {
  const plan_id id = plan.id;
  outcome_.drop_empty_holds(plan, batch);

  const bool owes = plan.book.owes();
  if (owes != plan.owes) plans_.owing += owes ? 1U : static_cast<std::size_t>(-1);
  plan.owes = owes;
  const bool holding = !plan.book.held().empty();
  if (holding != plan.holding) plans_.holding += holding ? 1U : static_cast<std::size_t>(-1);
  plan.holding = holding;

  if (owes != plan.pending_since.has_value()) {
    plan.pending_since = owes ? std::optional(t.system) : std::nullopt;
    plan.progressed = true;
  }
  if ((plan.row_changed || plan.progressed) && !plan.is_new) batch.plans.emplace_back(row_of(plan), !plan.row_changed);
  plan.row_changed = plan.progressed = false;

  if (const auto settles = plan.book.next_settle())
    settling_.set(id, *settles);
  else
    settling_.drop(id);
  std::optional<steady_time> next_try;
  for (const auto& [hold, at] : plan.affairs->reprobe_at)
    if (!next_try || at < *next_try) next_try = at;
  if (next_try)
    reprobing_.set(id, *next_try);
  else
    reprobing_.drop(id);

  if (plan.book.pending().empty()) plan.lingering_since.reset();
  plan.drop_affairs();
  auto& waiting = endpoints_.at(plan.endpoint).waiting;
  if (plan.under_way() || plan.affairs->refold_to || plan.refolding() || plan.book.pending().empty())
    waiting.drop(id);
  else if (!waiting.due(id))
    waiting.set(id, plan.lingering_since ? std::max(t.steady, *plan.lingering_since + settings_.linger) : t.steady);
}

void courier::touched_table(table_id id, now t) {
  const table_state& table = triggers_.at(id);
  auto& waiting = endpoints_.at(table.endpoint).waiting;
  const caller who = id | table_bit;
  if (table.queue.in_flight() || !table.owes)
    waiting.drop(who);
  else if (!waiting.due(who))
    waiting.set(who, t.steady + settings_.linger);
}

void courier::ended(std::uint64_t call_id, const call_answer& answer, now t, state_changes& batch) {
  const auto found = flights_.find(call_id);
  assert(found != flights_.end());
  const under_way call = found->second;
  flights_.erase(found);

  const verdict& v = answer.ended;
  endpoints_.ended(call.endpoint, v, call.sent, t);
  const bool outdated = endpoints_.at(call.endpoint).outdates(call.sent, v);
  call_ended_.write(endpoints_.at(call.endpoint).settings.name, call.who, v, t.steady - call.sent);

  switch (kind_of(call.who)) {
    case caller_kind::plan:
      return plan_ended(plans_.at(call.who), endpoints_.at(call.endpoint).settings.settle_time, v, outdated, t, batch);
    case caller_kind::drift:
      return drift_page_ended(plans_.at(number_of(call.who)), answer, t, batch);
    case caller_kind::table:
      return trigger_ended(number_of(call.who), v, outdated, t, batch);
    case caller_kind::plan_check:
      if (const auto gap = plan_checks_.ended(call.endpoint, answer)) endpoints_.at(call.endpoint).waiting.set(call.who, t.steady + *gap);
  }
}

void courier::trigger_ended(table_id id, const verdict& v, bool outdated, now t, state_changes& batch) {
  const steady_time due = triggers_.ended(id, v, outdated, t, batch);
  const table_state& table = triggers_.at(id);
  if (table.owes) endpoints_.at(table.endpoint).waiting.set(id | table_bit, due);
  touched_table(id, t);
}

void courier::drift_page_ended(plan_state& plan, const call_answer& answer, now t, state_changes& batch) {
  const bool more = drift_.ended(plan, answer, t.system, batch);
  if (more) endpoints_.at(plan.endpoint).waiting.set(plan.id | drift_bit, t.steady);
  touched(plan, t, batch);
}

void courier::check_drift(plan_state& plan, bool repair, now t, drift_handler done, drift_page_handler paged) {
  endpoint_state& e = endpoints_.at(plan.endpoint);
  // Who asks must not wait for as long as it is paused, and not know why.
  if (e.paused && done) {
    const std::string& name = e.settings.name;
    return done({plan.name(), std::nullopt, "endpoint " + name + " is paused: `partmark resume " + name + "` first", false},
                plan.book.shape().unit);
  }
  if (drift_.begin(plan, repair, std::move(done), std::move(paged))) e.waiting.set(plan.id | drift_bit, t.steady);
}

void courier::check_drift_when_it_may(plan_state& plan, now t, drift_handler done) {
  if (drift_.begin(plan, false, std::move(done))) endpoints_.at(plan.endpoint).waiting.set(plan.id | drift_bit, t.steady);
}

void courier::plan_ended(plan_state& plan, milliseconds settle_time, const verdict& v, bool outdated, now t, state_changes& batch) {
  batch.attempts.push_back(attempt(plan, *plan.book.in_flight(), v, t));
  ++plan.attempts;
  plan.progressed = true;
  batch.intents_ended.push_back(plan.id);
  if (v.kind == verdict_kind::accepted)
    for (const claim& c : plan.book.in_flight()->claims) drift_.findings().accepted(plan.id, c.at);
  const bool elsewhere = plan.under_way()->elsewhere;
  const steady_time due =
      elsewhere ? outcome_.ended_elsewhere(plan, v, settle_time, t, batch) : outcome_.ended(plan, v, outdated, settle_time, t, batch);
  if (!plan.book.pending().empty()) endpoints_.at(plan.endpoint).waiting.set(plan.id, due);
  touched(plan, t, batch);
}

void courier::expire(now t, state_changes& batch) {
  while (const auto id = settling_.pop_due(t.steady)) {
    plan_state& plan = plans_.at(*id);
    ledger_changes changes;
    plan.book.settle(t.steady, changes);
    append(batch, plan, changes);
    touched(plan, t, batch);
  }
  while (const auto id = reprobing_.pop_due(t.steady)) {
    plan_state& plan = plans_.at(*id);
    std::vector<hold_id> ripe;
    for (const auto& [hold, at] : plan.affairs->reprobe_at)
      if (at <= t.steady) ripe.push_back(hold);
    for (const hold_id hold : ripe) outcome_.reprobe(plan, hold, batch);
    touched(plan, t, batch);
  }
  for (const table_id table : triggers_.expire(t, batch)) touched_table(table, t);
}

bool courier::retry_held_triggers(std::string_view table, retry_by who, now t, state_changes& batch) {
  if (!triggers_.retry_held(table, who, t, batch)) return false;
  touched_table(*triggers_.find(table), t);
  return true;
}

std::optional<steady_time> courier::next_time(now t) const {
  std::optional<steady_time> next;
  const auto consider = [&](std::optional<steady_time> at) {
    if (at && (!next || *at < *next)) next = at;
  };
  consider(settling_.next_due());
  consider(reprobing_.next_due());
  consider(triggers_.next_expiry());
  for (const auto& e : endpoints_.all()) consider(e.next_time(t.steady));
  return next;
}

void courier::retry_held(plan_state& plan, now t, state_changes& batch) {
  std::vector<hold_id> all;
  for (const auto& [hold, row] : plan.affairs->holds)
    if (plan.book.holds(hold)) all.push_back(hold);
  for (const hold_id hold : all) outcome_.reprobe(plan, hold, batch);
  if (!all.empty()) endpoints_.at(plan.endpoint).waiting.drop(plan.id);  // a backoff does not outlast a person's wish
  touched(plan, t, batch);
}

bool courier::pause(std::string_view endpoint, bool paused, now t, state_changes& batch) {
  bool found = false;
  for (std::size_t i = 0; i < endpoints_.all().size(); ++i) {
    const endpoint_state& e = endpoints_.at(i);
    if (!endpoint.empty() && e.settings.name != endpoint) continue;
    // Of one that is not configured any more only a pause is left, to be ended.
    if (e.removed && (paused || !e.paused)) continue;
    found = true;
    if (endpoints_.pause(i, paused, t)) batch.paused.emplace_back(e.settings.name, paused);
  }
  return found;
}

}  // namespace partmark
