// What changes the loop from outside: a former run's state, new settings, a person's commands.
#include "reconcile/event_names.hpp"
#include "reconcile/loop.hpp"

#include <algorithm>
#include <cassert>

namespace partmark {

fold::placement loop::placement_of(std::string_view uuid) const {
  const auto found = configured_.find(uuid);
  const plan_settings* const p = found == configured_.end() ? nullptr : &settings_.plans[found->second];
  const std::size_t endpoint = courier_.endpoint_named(p ? std::string_view(p->endpoint) : std::string_view());
  return p ? fold::placement{endpoint, p->shape, p->run_type, p->partitioned} : fold::placement{endpoint, std::nullopt, {}, false};
}

std::size_t loop::endpoint_of_table(std::string_view name) const {
  const auto found = std::find_if(settings_.tables.begin(), settings_.tables.end(), [&](const auto& table) { return table.name == name; });
  return courier_.endpoint_named(found == settings_.tables.end() ? std::string_view() : std::string_view(found->endpoint));
}

void loop::configure(now t) {
  courier_.configure(t);
  drift_rounds_.configure(settings_.drift_every, t);
  configured_.clear();
  for (std::size_t i = 0; i < settings_.plans.size(); ++i) configured_.emplace(settings_.plans[i].uuid, i);
}

// Gives the plan what the configuration says of it; a shape that differs from the folded one means folding it anew.
void loop::place(plan_state& plan, now t) {
  const auto where = placement_of(plan.uuid());
  plans_.set_configured_run_type(plan, where.run_type);
  if (plan.endpoint != where.endpoint) {
    courier_.move(plan, where.endpoint, t, unsaved_);
    ++moved_[where.endpoint];
  }
  // A refold that still waits for the end of a call goes by what is configured now, too.
  const bool is_other = where.partitioned && plan.book.shape().kind == plan_kind::full_refresh;
  const plan_shape shape = where.shape.value_or(is_other ? plan_shape{} : plan.book.shape());
  // Or the configuration that all its records contradicted is gone: the first of them says now what it is. Of pruned ones nothing could
  // be folded.
  const bool begins = plan.refolding() && *plan.affairs->refold_next == 0;
  const bool is_free = !where.shape && plan.book.is_blank() && !begins && !source_.is_pruned();
  if (shape != plan.book.shape() || plan.affairs->refold_to || is_free) want_refold(plan, shape, t);
}

void loop::log_moves() {
  for (const auto& [endpoint, plans] : std::exchange(moved_, {})) {
    const std::string& name = courier_.endpoints()[endpoint].settings.name;
    log_.emit({severity::warning,
               event_name::plans_moved,
               std::to_string(plans) + (plans == 1 ? " plan goes" : " plans go") + " to endpoint " + name +
                   " from now on: all marks are told there",
               {{"endpoint", name}, {"plans", plans}}});
  }
}

void loop::restoration::plan(const plan_row& row) {
  auto known = std::ranges::find(endpoints_, row.endpoint);
  if (known == endpoints_.end()) known = endpoints_.insert(known, row.endpoint);
  plans_.restore(row).endpoint = static_cast<std::uint16_t>(known - endpoints_.begin());
}

// Where each plan's marks were told, whether or not that is configured still. What an older version stored was told where it is placed now.
void loop::settle_endpoints() {
  std::vector<std::optional<std::uint16_t>> told;
  for (const std::string& name : restoring_.endpoints())
    told.push_back(name.empty() ? std::nullopt : std::optional(static_cast<std::uint16_t>(courier_.endpoint_remembered(name))));
  for (plan_state& plan : plans_) {
    const auto at = told[plan.endpoint];
    plan.endpoint = at ? *at : static_cast<std::uint16_t>(placement_of(plan.uuid()).endpoint);
    plan.row_changed = !at;
    unsaved_.durable = unsaved_.durable || !at;  // once after an upgrade: no power cut may make the next start guess anew
  }
}

void loop::restore(stored_state stored, std::string_view boot_id, now t) {
  configure(t);
  drift_rounds_.restore(stored.drift_checked_at, t);
  position_ = stored.position;
  for (const plan_row& row : stored.plans) restoring_.plan(row);
  for (const auto& [id, change] : stored.marks) restoring_.marked(id, change.at, change.value);
  for (const auto& [id, change] : stored.held) plans_.at(id).book.restore_held(change.at, change.value);
  for (const auto& [id, change] : stored.pending) restoring_.pending(id, change.at);

  const auto settled_at = [&](const plan_state& plan) { return t.steady + courier_.endpoints()[plan.endpoint].settings.settle_time; };
  settle_endpoints();
  ledger_changes changes;
  for (const auto& [id, change] : stored.limbo) {
    plan_state& plan = plans_.at(id);
    plan.book.restore_limbo(change.at, change.value.may_land, settled_at(plan), changes);
    append(unsaved_, plan, changes);
  }
  // A call that was under way when the former run ended may have been applied, or may yet.
  for (const auto& intent : stored.intents) {
    plan_state& plan = plans_.at(intent.plan);
    for (const auto& c : intent.claims.claims) plan.book.may_land(c.at, bit(c.said), settled_at(plan), changes);
    append(unsaved_, plan, changes);
    unsaved_.intents_ended.push_back(intent.plan);
  }
  hold_id last_hold = 0;
  for (const hold_row& hold : stored.holds) {
    last_hold = std::max(last_hold, hold.id);
    plan_state& plan = plans_.at(hold.plan);
    plan.affairs.use().holds.emplace(hold.id, hold);
    plan.affairs.use().reprobe_at[hold.id] = t.steady + std::clamp(hold.next_try - t.system, milliseconds(0), settings_.reprobe_held);
  }
  courier_.restore(stored.last_call_id, last_hold, stored.paused);

  triggers& second_api = courier_.second_api();
  second_api.restore(stored.triggers, t, unsaved_);
  for (table_id id = 0; id < second_api.tables().size(); ++id) courier_.touched_table(id, t);

  after_reboot_ = !stored.boot_id.empty() && stored.boot_id != boot_id;
  // Stored with the limbo it causes, not before: a crash in between must find the old boot again.
  boot_id_ = boot_id;
  if (stored.boot_id.empty()) unsaved_.boot_id = boot_id_;
  for (plan_state& plan : plans_) {
    if (plan.refolding()) refolding_.push_back(plan.id);
    place(plan, t);
    courier_.touched(plan, t, unsaved_);
  }
  log_moves();
}

void loop::reconfigure(loop_settings settings, now t) {
  std::optional<milliseconds> longest_backoff;
  if (settings.retry.max < settings_.retry.max) longest_backoff = settings.retry.max;
  settings_ = std::move(settings);
  source_.understand_anew();  // max_partitions_per_record counts for every row that is not folded yet
  configure(t);
  for (plan_state& plan : plans_) place(plan, t);
  log_moves();
  for (table_id id = 0; id < courier_.second_api().tables().size(); ++id)
    courier_.move_table(id, endpoint_of_table(courier_.second_api().at(id).name), t);
  courier_.wait_anew(longest_backoff, t, unsaved_);
}

template <class F>
bool loop::each(std::optional<std::string_view> uuid, F f) {
  if (!uuid) {
    for (plan_state& plan : plans_) f(plan);
    return true;
  }
  plan_state* plan = plans_.find(*uuid);
  if (plan) f(*plan);
  return plan != nullptr;
}

bool loop::retry_held(std::optional<std::string_view> name, now t, retry_by who) {
  commanded_ = true;
  const bool is_plan = each(name, [&](plan_state& plan) { courier_.retry_held(plan, t, unsaved_); });
  bool is_table = false;
  if (name) {
    is_table = courier_.retry_held_triggers(*name, who, t, unsaved_);
  } else {
    for (const auto& table : courier_.second_api().tables()) courier_.retry_held_triggers(table.name, who, t, unsaved_);
  }
  return is_plan || is_table;
}

bool loop::resync(std::optional<std::string_view> uuid, now t) {
  unsaved_.durable = true;  // no record tells of it: calls that a power cut made forget could not be suspected
  commanded_ = true;
  return each(uuid, [&](plan_state& plan) {
    ledger_changes changes;
    plan.book.resync(changes);
    append(unsaved_, plan, changes);
    courier_.touched(plan, t, unsaved_);
  });
}

bool loop::refold(std::string_view uuid, now t) {
  commanded_ = true;
  return each(uuid, [&](plan_state& plan) { want_refold(plan, plan.affairs->refold_to.value_or(plan.book.shape()), t); });
}

bool loop::check_drift(std::string_view uuid, bool repair, now t, drift_handler done, drift_page_handler paged) {
  commanded_ = true;
  return each(uuid, [&](plan_state& plan) { courier_.check_drift(plan, repair, t, std::move(done), std::move(paged)); });
}

bool loop::pause(std::string_view endpoint, bool paused, now t) {
  commanded_ = true;
  if (!courier_.pause(endpoint, paused, t, unsaved_)) return false;
  unsaved_.durable = true;
  return true;
}

}  // namespace partmark
