#include "support/state_tables.hpp"

#include "support/contract.hpp"

#include <algorithm>
#include <set>

namespace partmark::testing {
namespace {

template <class V>
void apply_change(run_rows<V>& rows, const run_change<V>& change) {
  if (change.added) {
    rows[change.at.first] = {change.at.last, change.value};
    return;
  }
  const auto it = rows.find(change.at.first);
  require(it != rows.end(), "a run that is taken away was there");
  require(it->second.last == change.at.last, "a run is taken away as it was stored");
  rows.erase(it);
}

template <class V>
void check_disjoint(const run_rows<V>& rows) {
  for (auto it = rows.begin(); it != rows.end(); ++it) {
    require(it->first <= it->second.last, "a run goes forward");
    if (const auto next = std::next(it); next != rows.end()) require(it->second.last < next->first, "runs of one plan are disjoint");
  }
}

template <class V>
void check_maximal(const run_rows<V>& rows) {
  check_disjoint(rows);
  for (auto it = rows.begin(); it != rows.end(); ++it)
    if (const auto next = std::next(it); next != rows.end())
      require(it->second.last + 1 < next->first || it->second.value != next->second.value, "neighbouring runs of equal value are one");
}

template <class V>
const V* value_at(const run_rows<V>& rows, ordinal o) {
  auto it = rows.upper_bound(o);
  if (it == rows.begin()) return nullptr;
  --it;
  return it->second.last >= o ? &it->second.value : nullptr;
}

template <class V>
void copy_runs(std::vector<plan_run_change<V>>& to, plan_id plan, const run_rows<V>& rows) {
  for (const auto& [first, row] : rows) to.push_back({plan, {{first, row.last}, row.value, true}});
}

}  // namespace

state_changes spelled_out(state_changes changes) {
  const auto new_plans = std::exchange(changes.new_plans, {});
  for (const auto* list : {&changes.marks, &changes.pending})
    for (const auto& c : *list) require(!std::ranges::binary_search(new_plans, c.plan), "of a new plan's runs the batch has no changes");
  for (const plan_change& row : changes.plans)
    require(!std::ranges::binary_search(new_plans, row.id), "a new plan's row is not in the batch");
  for (const plan_id plan : new_plans) {
    const ledger& book = changes.unstored->book(plan);
    changes.plans.emplace_back(changes.unstored->row(plan));
    book.marks().visit_all([&](range at, mark m) { changes.marks.push_back({plan, {at, m, true}}); });
    book.pending().visit_all([&](range at, mark m) { changes.pending.push_back({plan, {at, m, true}}); });
    changes.new_rows -= static_cast<std::int64_t>(book.marks().runs() + book.pending().runs());
  }
  require(std::exchange(changes.new_rows, 0) == 0, "the rows of new plans are counted");
  return changes;
}

void state_tables::apply(const state_changes& changes) {
  if (changes.position) {
    require(changes.position->plans.folded_seq >= position.plans.folded_seq, "a cursor never goes back");
    require(changes.position->tables.folded_seq >= position.tables.folded_seq, "a cursor never goes back");
  }
  apply_all(changes);
  check_changed(changes);
}

void state_tables::repeat(const state_changes& changes) { apply_all(changes); }

void state_tables::apply_all(const state_changes& changes) {
  apply_plans(changes);
  apply_runs(changes);
  apply_holds(changes);
  apply_calls(changes);
  apply_triggers(changes);
  for (const auto& [name, on] : changes.paused) paused[name] = on;
  if (changes.position) position = *changes.position;
  if (changes.boot_id) boot_id = *changes.boot_id;
  if (changes.drift_checked_at) drift_checked_at = changes.drift_checked_at;
}

void state_tables::apply_plans(const state_changes& changes) {
  for (const plan_change& row : changes.plans) {
    require(row.id <= plans.size(), "plan ids are dense");
    const bool is_new = row.id == plans.size();
    if (is_new) plans.emplace_back();
    plan_row& stored = plans[row.id].row;
    require(is_new || stored.uuid == row.uuid, "a plan id is never reused");
    if (row.progress_only && !is_new) {
      stored.pending_since = row.pending_since;
      stored.attempts = row.attempts;
      if (!row.refold_next) stored.refold_until = row.refold_until;  // means nothing then
      require(stored == row, "what is said to be only progress is nothing else");
    }
    stored = row;
  }
  for (const std::string& plan : changes.rejects_forgotten)
    std::erase_if(rejected, [&](const auto& e) { return e.second.table == "plan_completion" && e.second.plan == plan; });
  for (const rejected_row& row : changes.rejected)
    require(rejected.emplace(std::pair(row.table, row.seq), row).second, "a record is rejected once");
}

void state_tables::apply_runs(const state_changes& changes) {
  const auto each = [&](const auto& list, auto rows) {
    for (const auto& [plan, change] : list) {
      require(plan < plans.size(), "runs belong to a stored plan");
      apply_change(plans[plan].*rows, change);
    }
  };
  each(changes.marks, &plan_tables::marks);
  each(changes.pending, &plan_tables::pending);
  each(changes.limbo, &plan_tables::limbo);
  each(changes.held, &plan_tables::held);
}

void state_tables::apply_holds(const state_changes& changes) {
  for (const hold_row& row : changes.holds) {
    require(row.plan < plans.size(), "a hold belongs to a stored plan");
    holds[row.id] = row;
  }
  for (const hold_id id : changes.holds_ended) require(holds.erase(id) == 1, "a hold that ends was there");
}

void state_tables::check_changed(const state_changes& changes) const {
  static thread_local std::vector<bool> changed;
  changed.assign(plans.size(), false);
  const auto note = [&](const auto& list) {
    for (const auto& c : list) changed[c.plan] = true;
  };
  note(changes.marks);
  note(changes.pending);
  note(changes.limbo);
  note(changes.held);
  for (std::size_t id = 0; id < plans.size(); ++id)
    if (changed[id]) check(plans[id]);
  for (const intent_row& intent : changes.intents) check_intent(intent);
  if (changes.triggers.empty()) return;
  std::set<std::string_view> busy;
  for (const auto& [key, row] : triggers)
    if (row.entry->status == trigger_status::in_flight) require(busy.insert(row.table).second, "one trigger of a table is under way");
}

void state_tables::check(const plan_tables& plan) const {
  check_maximal(plan.marks);
  check_maximal(plan.pending);
  check_disjoint(plan.limbo);
  check_maximal(plan.held);
  for (const auto& [first, row] : plan.pending) {
    const auto* said = value_at(plan.marks, first);
    require(said && *said == row.value, "what is pending has its current mark");
  }
  for (const auto& [first, row] : plan.held) {
    require(holds.contains(row.value), "what is held is held for a reason");
    require(value_at(plan.marks, first) != nullptr, "what is held has a mark");
    require(!value_at(plan.pending, first) && !value_at(plan.pending, row.last), "held and pending are disjoint");
  }
}

void state_tables::apply_calls(const state_changes& changes) {
  for (const plan_id plan : changes.intents_ended) require(intents.erase(plan) == 1, "an intent that ends was there");
  for (const intent_row& intent : changes.intents) {
    require(intent.plan < plans.size(), "an intent belongs to a stored plan");
    require(intent.call_id > last_call_id, "call ids grow");
    last_call_id = intent.call_id;
    require(intents.emplace(intent.plan, intent).second, "one intent a plan");
  }
  for (const attempt_row& a : changes.attempts) {
    require(a.plan < plans.size(), "an attempt belongs to a stored plan");
    last_call_id = std::max(last_call_id, a.call_id);
  }
}

void state_tables::apply_triggers(const state_changes& changes) {
  for (const trigger_row& row : changes.triggers) {
    const std::pair key(row.table, row.date);
    if (row.entry)
      triggers[key] = row;
    else
      require(triggers.erase(key) == 1, "a trigger that goes away was there");
  }
}

void state_tables::check_intent(const intent_row& intent) const {
  const auto& pending = plans[intent.plan].pending;
  for (const claim& c : intent.claims.claims) {
    const auto after = pending.upper_bound(c.at.first);
    require(after != pending.begin(), "an intent claims what is pending");
    const auto& run = std::prev(after)->second;
    require(run.last >= c.at.last && run.value == c.said, "an intent claims what is pending, with its current mark");
  }
}

stored_state state_tables::load() const {
  stored_state s;
  for (const plan_tables& plan : plans) {
    s.plans.push_back(plan.row);
    copy_runs(s.marks, plan.row.id, plan.marks);
    copy_runs(s.pending, plan.row.id, plan.pending);
    copy_runs(s.limbo, plan.row.id, plan.limbo);
    copy_runs(s.held, plan.row.id, plan.held);
  }
  for (auto& change : s.limbo) change.change.value.settled_at = {};  // not stored
  for (const auto& [id, row] : holds) s.holds.push_back(row);
  for (const auto& [plan, row] : intents) s.intents.push_back(row);
  for (const auto& [key, row] : triggers) s.triggers.push_back(row);
  for (const auto& [name, on] : paused)
    if (on) s.paused.push_back(name);
  s.position = position;
  s.boot_id = boot_id;
  s.drift_checked_at = drift_checked_at;
  s.last_call_id = last_call_id;
  s.rejected_rows = static_cast<std::int64_t>(rejected.size());
  return s;
}

const plan_tables* state_tables::find(std::string_view uuid) const {
  const auto it = std::find_if(plans.begin(), plans.end(), [&](const plan_tables& p) { return p.row.uuid == uuid; });
  return it == plans.end() ? nullptr : &*it;
}

}  // namespace partmark::testing
