// What the courier sends: built, stored as an intent, then sent, or taken back when it could not be stored.
#include "can/requests.hpp"
#include "reconcile/courier.hpp"

#include <utility>

namespace partmark {
namespace {

http_request request_for(const plan_state& plan, const std::string& type, const call& c) {
  const std::optional<std::string_view> run_type = type.empty() ? std::nullopt : std::optional<std::string_view>(type);
  switch (c.kind) {
    case call_kind::refresh:
      return can::full_refresh_done(plan.uuid(), run_type);
    case call_kind::clear:
      return can::clear_partitions(plan.uuid(), plan.book.shape(), c.ranges_of(mark::cleared));
    case call_kind::update:
      break;
  }
  return can::update_partitions(plan.uuid(), run_type, plan.book.shape(), c.ranges_of(mark::success), c.ranges_of(mark::failed));
}

call_type type_of(caller who) {
  switch (kind_of(who)) {
    case caller_kind::plan:
      return call_type::mark;
    case caller_kind::table:
      return call_type::trigger;
    case caller_kind::drift:
    case caller_kind::plan_check:
      break;
  }
  return call_type::list;
}

}  // namespace

bool courier::prepare_plan(plan_state& plan, now t, state_changes& batch) {
  std::optional<call> next;
  while (plan.affairs->inside.active() && !next) {
    next = plan.book.next_call(settings_.ranges_max, &plan.affairs->inside.current().at);
    if (!next) plan.affairs.use().inside.done();
  }
  flight f;
  if (next) {
    f.inside = true;
    if (const auto hold = plan.affairs->inside.current().reprobe_of; hold != 0) f.reprobe_of = hold;
  } else {
    next = plan.book.next_call(settings_.ranges_max);
  }
  if (!next) return false;
  f.call_id = ++last_call_id_;
  f.endpoint = plan.endpoint;
  f.sent = t;
  launch(f.call_id, plan.id, f.endpoint, request_for(plan, plans_.run_type(plan), *next), t);
  batch.intents.push_back({plan.id, f.call_id, *next, t.system});
  plan.book.take(std::move(*next));
  plan.affairs.use().under_way = f;
  if (!plan.waiting_since) plan.waiting_since = plan.lingering_since.value_or(t.steady);
  plan.lingering_since.reset();
  return true;
}

bool courier::prepare_table(table_id id, now t, state_changes& batch) {
  const std::size_t endpoint = triggers_.at(id).endpoint;
  auto request = triggers_.take(id, endpoints_.at(endpoint).settings.tenant_id, t, batch);
  if (!request) return false;
  launch(++last_call_id_, id | table_bit, endpoint, std::move(*request), t);
  return true;
}

void courier::launch(std::uint64_t call_id, caller who, std::size_t endpoint, http_request request, now t) {
  prepared_.push_back({call_id, who, std::move(request)});
  flights_.emplace(call_id, under_way{who, endpoint, t.steady});
  ++endpoints_.at(endpoint).in_flight;
}

void courier::prepare(now t, state_changes& batch) {
  for (std::size_t i = 0; i < endpoints_.all().size(); ++i)
    while (const auto who = endpoints_.at(i).next_caller(t.steady)) prepare_caller(*who, i, t, batch);
}

void courier::prepare_caller(caller who, std::size_t endpoint, now t, state_changes& batch) {
  switch (kind_of(who)) {
    case caller_kind::plan:
      if (plan_state& plan = plans_.at(who); !prepare_plan(plan, t, batch)) touched(plan, t, batch);
      return;
    case caller_kind::drift:
      return launch(++last_call_id_, who, endpoint, drift_.next_request(plans_.at(number_of(who))), t);
    case caller_kind::table:
      prepare_table(number_of(who), t, batch);
      return;
    case caller_kind::plan_check:
      return launch(++last_call_id_, who, endpoint, plan_checks_.next_request(endpoint), t);
  }
}

void courier::send_prepared() {
  for (auto& p : prepared_)
    out_.send(p.call_id, endpoints_.at(flights_.at(p.call_id).endpoint).settings.name, type_of(p.who), std::move(p.request));
  if (!prepared_.empty()) out_.flush();
  prepared_.clear();
}

void courier::abandon_prepared(now t, state_changes& batch) {
  batch.intents.clear();
  for (const auto& p : prepared_) {
    const std::size_t endpoint = flights_.at(p.call_id).endpoint;
    --endpoints_.at(endpoint).in_flight;
    flights_.erase(p.call_id);
    withdraw(p.who, endpoint, t, batch);
  }
  prepared_.clear();
}

void courier::withdraw(caller who, std::size_t endpoint, now t, state_changes& batch) {
  switch (kind_of(who)) {
    case caller_kind::plan: {
      plan_state& plan = plans_.at(who);
      plan.book.refused();
      plan.affairs.use().under_way.reset();
      return touched(plan, t, batch);
    }
    case caller_kind::table:
      triggers_.untake(number_of(who), batch);
      return touched_table(number_of(who), t);
    case caller_kind::plan_check:
      plan_checks_.withdrawn(endpoint);
      break;
    case caller_kind::drift:
      break;
  }
  endpoints_.at(endpoint).waiting.set(who, t.steady);
}

}  // namespace partmark
