#include "reconcile/outcome.hpp"

#include "reconcile/event_names.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace partmark {
namespace {

// A platform answers a database hiccup with a rejection too: so many are retried before partitions are suspected.
constexpr unsigned rejections_retried = 3;

constexpr milliseconds first_reprobe{std::chrono::minutes(1)};

// What makes two refusals alike. Messages often carry a number of their own, so only what names the kind of refusal counts.
std::string signature(const verdict& v) { return std::to_string(v.http_status) + '/' + v.code; }

std::string reason(const verdict& v) {
  std::string text = v.message.empty() ? "refused without a message" : v.message;
  if (!v.code.empty()) text += " (code " + v.code + ")";
  return text;
}

std::vector<event_field> fields(const plan_state& plan, const verdict& v) {
  return {{"plan", plan.name()},
          {"status", static_cast<std::int64_t>(v.http_status)},
          {"code", v.code},
          {"reason", v.message},
          {"trace_id", v.trace_id}};
}

event acceptance() {
  const std::string text;
  const std::int64_t number = 0;
  return {severity::info,
          event_name::push_accepted,
          {},
          {{"plan", text},
           {"partitions", number},
           {"ranges", number},
           {"tries", number},
           {"ms", number},
           {"lag_ms", number},
           {"trace_id", text}}};
}

// Whether a current piece of an isolation has nothing left to send.
bool piece_is_done(const plan_state& plan) { return !plan.book.next_call(1, &plan.affairs->inside.current().at); }

}  // namespace

outcome::outcome(const loop_settings& settings, events& log, random_source& random)
    : settings_(settings), log_(log), random_(random), acceptance_(acceptance()) {}

steady_time outcome::ended(plan_state& plan, const verdict& v, bool outdated, milliseconds settle_time, now t, state_changes& batch) {
  assert(plan.under_way() && plan.book.in_flight());
  ledger_changes changes;
  const bool again_at_once = v.retry_at_once && !plan.lost_at_once;
  plan.lost_at_once = v.retry_at_once;
  switch (v.kind) {
    case verdict_kind::accepted:
      accepted(plan, v, t, batch);
      break;
    case verdict_kind::rejected:
      rejected(plan, v, t, batch);
      break;
    case verdict_kind::retry:
    case verdict_kind::unauthorized:
      plan.book.refused();
      break;
    case verdict_kind::ambiguous:
      plan.book.ambiguous(t.steady + settle_time, changes);
      append(batch, plan, changes);
      break;
  }
  while (plan.affairs->inside.active() && piece_is_done(plan)) plan.affairs.use().inside.done();
  drop_empty_holds(plan, batch);
  plan.affairs.use().under_way.reset();
  if (v.kind == verdict_kind::accepted) return next_after_success(plan, t);
  const bool held_now = v.kind == verdict_kind::rejected && plan.rejections == 0;
  if (again_at_once || held_now) return t.steady;
  milliseconds delay = backoff_delay(settings_.retry, plan.failures++, random_);
  if (v.not_before) delay = std::max(delay, *v.not_before);
  if (outdated) delay = milliseconds(0);
  log_failure(plan, v, delay);
  return t.steady + delay;
}

steady_time outcome::ended_elsewhere(plan_state& plan, const verdict& v, milliseconds settle_time, now t, state_changes& batch) {
  assert(plan.under_way() && plan.book.in_flight() && !plan.affairs->inside.active());
  ledger_changes changes;
  if (v.kind == verdict_kind::accepted)
    plan.book.accepted(changes);  // all of it was made pending again when the plan moved
  else if (v.kind == verdict_kind::ambiguous)
    plan.book.ambiguous(t.steady + settle_time, changes);
  else
    plan.book.refused();
  append(batch, plan, changes);
  drop_empty_holds(plan, batch);
  plan.affairs.use().under_way.reset();
  return next_after_success(plan, t);
}

steady_time outcome::next_after_success(const plan_state& plan, now t) const {
  return plan.lingering_since ? std::max(t.steady, *plan.lingering_since + settings_.linger) : t.steady;
}

void outcome::log_acceptance(const plan_state& plan, const verdict& v, now t) {
  if (!log_.wants(severity::info)) return;
  const call& said = *plan.book.in_flight();
  const auto since = [t](steady_time then) { return std::chrono::duration_cast<milliseconds>(t.steady - then).count(); };
  event& e = acceptance_;
  e.message.assign("plan ").append(plan.uuid()).append(": ").append(std::to_string(said.partitions())).append(" partitions marked");
  event_refill next(e);
  next.text(plan.uuid());
  next.number(said.partitions());
  next.number(static_cast<std::int64_t>(said.claims.size()));
  next.number(std::int64_t{plan.failures} + 1);
  next.number(since(plan.under_way()->sent.steady));
  next.number(since(plan.waiting_since.value_or(t.steady)));
  next.text(v.trace_id);
  log_.emit(e);
}

void outcome::accepted(plan_state& plan, const verdict& v, now t, state_changes& batch) {
  log_acceptance(plan, v, t);
  plan.book.accepted(acceptance_changes_);
  // The rest of a push that was split has waited as long.
  if (plan.book.pending().empty() || plan.lingering_since) plan.waiting_since.reset();
  append(batch, plan, acceptance_changes_);
  plan.failures = 0;
  plan.rejections = 0;
  if (plan.under_way()->inside) plan.affairs.use().inside.accepted();
}

void outcome::rejected(plan_state& plan, const verdict& v, now t, state_changes& batch) {
  const call refused = *plan.book.in_flight();
  isolation& inside = plan.affairs.use().inside;
  if (plan.under_way()->inside) {
    switch (inside.rejected(refused, signature(v))) {
      case isolation::advice::go_on:
        plan.book.refused();
        break;
      case isolation::advice::hold_call:
        hold(plan, v, {}, t, batch);
        break;
      case isolation::advice::hold_all:
        hold(plan, v, inside.take_rest(plan.under_way()->reprobe_of.value_or(0)), t, batch);
        break;
    }
    plan.rejections = 0;
    return;
  }
  if (++plan.rejections <= rejections_retried) {
    plan.book.refused();
    return;
  }
  plan.rejections = 0;
  if (refused.partitions() == 1) return hold(plan, v, {}, t, batch);
  plan.book.refused();
  inside.begin(refused, signature(v));
}

void outcome::hold(plan_state& plan, const verdict& v, const std::vector<range>& rest, now t, state_changes& batch) {
  const auto reprobed = plan.under_way()->reprobe_of;
  const hold_id id = reprobed ? *reprobed : ++last_hold_;
  plan_affairs& affairs = plan.affairs.use();
  hold_row& row = affairs.holds[id];
  const bool next_try_known = affairs.reprobe_at.contains(id);  // by another refusal of the same re-probe
  if (!reprobed) {
    row.id = id;
    row.plan = plan.id;
    row.since = t.system;
  } else if (!next_try_known) {
    ++row.tries;
  }
  row.http_status = v.http_status;
  row.code = v.code;
  row.message = v.message;
  row.trace_id = v.trace_id;
  if (!next_try_known) {
    const retry_settings growth{std::min(first_reprobe, settings_.reprobe_held), settings_.reprobe_held, 2.0};
    const milliseconds delay = backoff_ceiling(growth, row.tries);
    row.next_try = t.system + delay;
    affairs.reprobe_at[id] = t.steady + delay;
  }
  batch.holds.push_back(row);

  ledger_changes changes;
  plan.book.hold(id, changes);
  if (!rest.empty()) plan.book.hold_pending(rest, id, changes);
  append(batch, plan, changes);
  std::int64_t partitions = 0;
  plan.book.held().visit_all([&](range at, hold_id under) { partitions += under == id ? at.size() : 0; });
  auto f = fields(plan, v);
  f.push_back({"partitions", partitions});
  f.push_back({"tries", static_cast<std::int64_t>(row.tries)});
  log_.emit({severity::error, event_name::plan_held,
             "plan " + plan.name() + " is held: " + reason(v) + "; it is tried again later, on a new completion, or by `partmark retry`",
             std::move(f)});
}

void outcome::reprobe(plan_state& plan, hold_id id, state_changes& batch) {
  ledger_changes changes;
  auto ranges = plan.book.release(id, changes);
  append(batch, plan, changes);
  plan.affairs.use().reprobe_at.erase(id);
  if (!ranges.empty()) plan.affairs.use().inside.add_reprobe(std::move(ranges), id);
}

void outcome::shorten_reprobes(plan_state& plan, now t, state_changes& batch) {
  if (plan.affairs->reprobe_at.empty()) return;
  plan_affairs& affairs = plan.affairs.use();
  for (auto& [id, at] : affairs.reprobe_at) {
    if (at <= t.steady + settings_.reprobe_held) continue;
    at = t.steady + settings_.reprobe_held;
    hold_row& row = affairs.holds.at(id);
    row.next_try = t.system + settings_.reprobe_held;
    batch.holds.push_back(row);
  }
}

void outcome::drop_empty_holds(plan_state& plan, state_changes& batch) {
  if (plan.affairs->holds.empty()) return;
  plan_affairs& affairs = plan.affairs.use();
  for (auto it = affairs.holds.begin(); it != affairs.holds.end();) {
    const hold_id id = it->first;
    if (affairs.inside.reprobing(id) || plan.book.holds(id)) {
      ++it;
      continue;
    }
    log_.emit({severity::info, event_name::plan_released, "plan " + plan.name() + ": a hold ended", {{"plan", plan.name()}, {"hold", id}}});
    batch.holds_ended.push_back(id);
    affairs.reprobe_at.erase(id);
    it = affairs.holds.erase(it);
  }
}

void outcome::log_failure(const plan_state& plan, const verdict& v, milliseconds delay) const {
  const bool unsure = v.kind == verdict_kind::ambiguous;
  auto f = fields(plan, v);
  f.push_back({"tries", static_cast<std::int64_t>(plan.failures)});
  f.push_back({"retry_ms", delay.count()});
  log_.emit({severity::warning,
             unsure                             ? event_name::push_ambiguous
             : v.kind == verdict_kind::rejected ? event_name::push_rejected
                                                : event_name::push_retrying,
             "plan " + plan.name() + ": " + reason(v) + (unsure ? "; it may have been applied" : ""), std::move(f)});
}

}  // namespace partmark
