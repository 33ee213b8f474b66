#include "reconcile/triggers.hpp"

#include "core/table_name.hpp"
#include "core/text.hpp"
#include "reconcile/event_names.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace partmark {
namespace {

constexpr unsigned rejections_retried = 3;
constexpr milliseconds first_reprobe{std::chrono::minutes(1)};

std::vector<event_field> fields(const table_state& table, ordinal date, const verdict& v) {
  return {{"table", table.name},
          {"date", partition_label(granularity::day, date)},
          {"status", static_cast<std::int64_t>(v.http_status)},
          {"code", v.code},
          {"reason", v.message},
          {"trace_id", v.trace_id}};
}

}  // namespace

std::optional<table_id> triggers::find(std::string_view table) const {
  const auto found = by_name_.find(table);
  if (found == by_name_.end()) return std::nullopt;
  return found->second;
}

table_id triggers::table_named(std::string_view name) {
  if (const auto known = find(name)) return *known;
  const auto id = static_cast<table_id>(tables_.size());
  auto& table = tables_.emplace_back();
  table.name = name;
  table.endpoint = place(name);
  by_name_.emplace(table.name, id);
  return id;
}

void triggers::refresh(table_id id) {
  table_state& table = tables_[id];
  const bool owes = table.queue.owes();
  if (owes != table.owes) owing_ += owes ? 1U : static_cast<std::size_t>(-1);
  table.owes = owes;
  std::optional<steady_time> next;
  for (const auto& [date, hold] : table.holds)
    if (hold.next_try && (!next || *hold.next_try < *next)) next = hold.next_try;
  if (next)
    reprobing_.set(id, *next);
  else
    reprobing_.drop(id);
}

void triggers::store(table_state& table, trigger_changes& changes, now t, state_changes& batch) {
  for (const auto& [date, entry] : changes) {
    trigger_row row;
    if (const auto hold = table.holds.find(date); hold != table.holds.end()) row = hold->second.row;
    row.table = table.name;
    row.date = date;
    row.entry = entry;
    if (row.since == system_time{}) row.since = t.system;
    batch.triggers.push_back(std::move(row));
  }
  changes.clear();
}

void triggers::restore(const std::vector<trigger_row>& rows, now t, state_changes& batch) {
  for (const trigger_row& row : rows) {
    const table_id id = table_named(row.table);
    table_state& table = tables_[id];
    table.queue.restore(row.date, *row.entry);
    if (row.entry->status == trigger_status::in_flight) {
      trigger_changes changes;
      table.queue.resume(row.date);
      verdict lost;
      lost.kind = verdict_kind::ambiguous;
      lost.message = "partmarkd stopped before the reply came";
      if (settings_.hold_ambiguous_triggers)
        hold(id, row.date, lost, true, t, batch);
      else
        table.queue.refused(changes);
      store(table, changes, t, batch);
    } else if (row.entry->status == trigger_status::held) {
      std::optional<steady_time> next;
      if (row.next_try) next = t.steady + std::clamp(*row.next_try - t.system, milliseconds(0), settings_.reprobe_held);
      table.holds[row.date] = {row, next};
    }
    refresh(id);
  }
}

void triggers::begin(state_changes& batch, now t) {
  batch_ = &batch;
  now_ = t;
  last_seq_.reset();
  slice_rejected_ = 0;
}

void triggers::row(const table_row& r) {
  last_seq_ = r.seq;
  const auto decoded = decode(r);
  if (!decoded) return reject(r, decoded.error().message);
  const table_id id = table_named(r.table_name);
  table_state& table = tables_[id];
  trigger_changes changes;
  table.holds.erase(decoded->date);
  if (decoded->outcome == mark::success)
    table.queue.succeeded(decoded->date, changes);
  else
    table.queue.failed(decoded->date, changes);
  store(table, changes, now_, *batch_);
  if (std::find(touched_.begin(), touched_.end(), id) == touched_.end()) touched_.push_back(id);
}

void triggers::reject(const table_row& r, const std::string& reason) {
  ++rejected_;
  batch_->rejected.push_back({r.seq, "table_completion", printable(r.table_name, table_name_bytes_max), reason, now_.system});
  if (++slice_rejected_ > rejects_logged_per_batch) return;
  log_.emit({severity::warning,
             event_name::record_rejected,
             "table record " + std::to_string(r.seq) + " was not folded: " + reason,
             {{"seq", r.seq}, {"table", printable(r.table_name)}, {"reason", reason}, {"job", printable(r.job.value_or(""))}}});
}

std::vector<table_id> triggers::finish() {
  for (const table_id id : touched_) refresh(id);
  batch_ = nullptr;
  return std::exchange(touched_, {});
}

std::optional<http_request> triggers::take(table_id id, std::string_view tenant_id, now t, state_changes& batch) {
  table_state& table = tables_[id];
  const auto date = table.queue.next();
  if (!date) return std::nullopt;
  trigger_changes changes;
  table.queue.take(*date, changes);
  table.sent = t;
  store(table, changes, t, batch);
  return can::trigger(table.name, tenant_id, partition_label(granularity::day, *date));
}

void triggers::untake(table_id id, state_changes& batch) {
  table_state& table = tables_[id];
  trigger_changes changes;
  table.queue.refused(changes);
  store(table, changes, table.sent, batch);
}

steady_time triggers::ended(table_id id, const verdict& v, bool outdated, now t, state_changes& batch) {
  table_state& table = tables_[id];
  const ordinal date = table.queue.in_flight().value();
  trigger_changes changes;
  steady_time due = t.steady;
  const bool asks = v.kind == verdict_kind::ambiguous && settings_.hold_ambiguous_triggers;
  if (v.kind == verdict_kind::accepted) {
    auto f = fields(table, date, v);
    f.push_back({"tries", static_cast<std::int64_t>(table.failures + 1)});
    log_.emit({severity::info, event_name::trigger_accepted,
               "table " + table.name + ": the platform knows of " + partition_label(granularity::day, date), std::move(f)});
    table.holds.erase(date);
    table.queue.accepted(changes);
    table.failures = 0;
    table.rejections = 0;
  } else if (asks || (v.kind == verdict_kind::rejected && (table.holds.contains(date) || ++table.rejections > rejections_retried))) {
    table.rejections = 0;
    table.failures = 0;
    hold(id, date, v, asks, t, batch);
  } else {
    table.queue.refused(changes);
    milliseconds delay = v.retry_at_once && table.failures == 0 ? milliseconds(0) : backoff_delay(settings_.retry, table.failures, random_);
    ++table.failures;
    if (v.not_before) delay = std::max(delay, *v.not_before);
    if (outdated) delay = milliseconds(0);
    auto f = fields(table, date, v);
    f.push_back({"retry_ms", delay.count()});
    log_.emit({severity::warning, event_name::trigger_retrying, "table " + table.name + ": " + v.message, std::move(f)});
    due = t.steady + delay;
  }
  store(table, changes, t, batch);
  refresh(id);
  return due;
}

void triggers::hold(table_id id, ordinal date, const verdict& v, bool ask_a_person, now t, state_changes& batch) {
  table_state& table = tables_[id];
  trigger_changes changes;
  if (!table.queue.hold(changes)) {
    store(table, changes, t, batch);
    return;
  }
  auto [at, is_new] = table.holds.try_emplace(date);
  trigger_row& row = at->second.row;
  if (is_new)
    row.since = t.system;
  else
    ++row.tries;
  row.http_status = v.http_status;
  row.code = v.code;
  row.message = v.message;
  row.trace_id = v.trace_id;
  row.next_try.reset();
  at->second.next_try.reset();
  if (!ask_a_person) {
    const retry_settings growth{std::min(first_reprobe, settings_.reprobe_held), settings_.reprobe_held, 2.0};
    const milliseconds delay = backoff_ceiling(growth, row.tries);
    row.next_try = t.system + delay;
    at->second.next_try = t.steady + delay;
  }
  store(table, changes, t, batch);
  log_.emit({severity::error, event_name::trigger_held,
             "table " + table.name + ": " + partition_label(granularity::day, date) + " is held: " + v.message +
                 (ask_a_person ? "; it may have been applied: `partmark retry` sends it again" : ""),
             fields(table, date, v)});
}

std::vector<table_id> triggers::expire(now t, state_changes& batch) {
  std::vector<table_id> ripe;
  while (const auto id = reprobing_.pop_due(t.steady)) {
    table_state& table = tables_[*id];
    trigger_changes changes;
    for (auto& [date, hold] : table.holds) {
      if (!hold.next_try || *hold.next_try > t.steady) continue;
      hold.next_try.reset();
      table.queue.release(date, changes);
    }
    store(table, changes, t, batch);
    refresh(*id);
    ripe.push_back(*id);
  }
  return ripe;
}

bool triggers::retry_held(std::string_view name, retry_by who, now t, state_changes& batch) {
  const auto id = find(name);
  if (!id) return false;
  table_state& table = tables_[*id];
  trigger_changes changes;
  for (auto& [date, hold] : table.holds) {
    if (who == retry_by::run && !hold.next_try) continue;
    hold.next_try.reset();
    table.queue.release(date, changes);
  }
  store(table, changes, t, batch);
  refresh(*id);
  return true;
}

std::size_t triggers::held() const {
  std::size_t n = 0;
  for (const auto& table : tables_)
    for (const auto& [date, entry] : table.queue.entries()) n += entry.status == trigger_status::held ? 1U : 0U;
  return n;
}

}  // namespace partmark
