#include "state/state_statements.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace partmark {
namespace {

enum which : std::size_t {
  find_plan_row,
  new_plan_row,
  change_plan_row,
  put_hold_row,
  drop_hold,
  forget_rejects,
  put_rejected_row,
  drop_intent,
  drop_intent_ranges,
  put_intent_row,
  put_intent_range,
  count_attempts,
  one_attempt_more,
  drop_attempt_ranges,
  put_attempt_row,
  put_attempt_range,
  put_trigger_row,
  drop_trigger,
  pause_endpoint,
  resume_endpoint,
  move_position,
  set_boot_id,
  raise_last_call,
  statements,
};

constexpr std::array<std::string_view, statements> sql_texts{
    // find_plan_row
    "SELECT 1 FROM plan WHERE id = ?",
    // new_plan_row
    "INSERT INTO plan (kind, granularity, run_type, pending_since, refold_next, refold_until, id, uuid) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    // change_plan_row; its uuid never changes, and the count of attempts is not the caller's. (One INSERT that updates on conflict would
    // have to look after the uuid's index, at ten times the price.)
    "UPDATE plan SET kind = ?, granularity = ?, run_type = ?, pending_since = ?, refold_next = ?, refold_until = ? WHERE id = ?",
    // put_hold_row
    "INSERT OR REPLACE INTO hold (id, plan_id, http_status, code, message, trace_id, since, next_try, tries)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    // drop_hold
    "DELETE FROM hold WHERE id = ?",
    // forget_rejects
    "DELETE FROM rejected WHERE plan = ? AND table_name = 'plan_completion'",
    // put_rejected_row
    "INSERT OR REPLACE INTO rejected (table_name, seq, plan, reason, at) VALUES (?, ?, ?, ?, ?)",
    // drop_intent
    "DELETE FROM intent WHERE plan_id = ?",
    // drop_intent_ranges
    "DELETE FROM intent_range WHERE plan_id = ?",
    // put_intent_row
    "INSERT OR REPLACE INTO intent (plan_id, call_id, kind, at) VALUES (?, ?, ?, ?)",
    // put_intent_range
    "INSERT INTO intent_range (plan_id, position, first, last, mark) VALUES (?, ?, ?, ?, ?)",
    // count_attempts; not the next one's RETURNING, which collects its rows in a table of its own
    "SELECT attempts FROM plan WHERE id = ?",
    // one_attempt_more
    "UPDATE plan SET attempts = attempts + 1 WHERE id = ?",
    // drop_attempt_ranges
    "DELETE FROM attempt_range WHERE plan_id = ? AND slot = ?",
    // put_attempt_row
    "INSERT OR REPLACE INTO attempt (plan_id, slot, call_id, kind, partitions, sent_at, took, verdict, endpoint_trouble, retry_at_once,"
    " not_before, http_status, code, message, trace_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    // put_attempt_range
    "INSERT INTO attempt_range (plan_id, slot, position, first, last, mark) VALUES (?, ?, ?, ?, ?, ?)",
    // put_trigger_row
    "INSERT OR REPLACE INTO trigger_entry (table_name, date, status, sequel, http_status, code, message, trace_id, since, next_try, tries)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    // drop_trigger
    "DELETE FROM trigger_entry WHERE table_name = ? AND date = ?",
    // pause_endpoint
    "INSERT OR IGNORE INTO paused_endpoint (name) VALUES (?)",
    // resume_endpoint
    "DELETE FROM paused_endpoint WHERE name = ?",
    // move_position
    "UPDATE progress SET journal_uuid = ?, plan_folded_seq = ?, plan_anchor_seq = ?, plan_anchor_hash = ?, table_folded_seq = ?,"
    " table_anchor_seq = ?, table_anchor_hash = ?",
    // set_boot_id
    "UPDATE progress SET boot_id = ?",
    // raise_last_call
    "UPDATE progress SET last_call_id = max(last_call_id, ?)",
};

// f(element) for each until one fails.
template <class Elements, class F>
result<void> for_each(const Elements& elements, F f) {
  for (const auto& e : elements)
    if (auto done = f(e); !done) return done;
  return {};
}

}  // namespace

result<run_table> run_table::prepare(sqlite::connection& file, std::string_view table, std::string_view value) {
  const std::string name(table);
  const std::string column(value);
  const std::string insert = "INSERT INTO " + name + " (plan_id, first, last, " + column + ") VALUES (?, ?, ?, ?)";
  const std::string or_change = " ON CONFLICT (plan_id, first) DO UPDATE SET last = excluded.last, " + column + " = excluded." + column;
  auto put = file.prepare(insert + or_change);
  if (!put) return put.error();
  std::string more;
  for (std::size_t i = 1; i < rows_a_statement; ++i) more += ", (?, ?, ?, ?)";
  auto put_many = file.prepare(insert + more + or_change);
  if (!put_many) return put_many.error();
  auto drop = file.prepare("DELETE FROM " + name + " WHERE plan_id = ? AND first = ?");
  if (!drop) return drop.error();
  return run_table(std::move(*put), std::move(*put_many), std::move(*drop));
}

result<state_statements> state_statements::prepare(sqlite::connection& file) {
  auto marks = run_table::prepare(file, "mark_run", "mark");
  if (!marks) return marks.error();
  auto pending = run_table::prepare(file, "pending_run", "mark");
  if (!pending) return pending.error();
  auto limbo = run_table::prepare(file, "limbo_run", "may_land");
  if (!limbo) return limbo.error();
  auto held = run_table::prepare(file, "held_run", "hold_id");
  if (!held) return held.error();
  std::vector<sqlite::statement> others;
  others.reserve(statements);
  for (const auto text : sql_texts) {
    auto prepared = file.prepare(text);
    if (!prepared) return prepared.error();
    others.push_back(std::move(*prepared));
  }
  return state_statements(std::move(*marks), std::move(*pending), std::move(*limbo), std::move(*held), std::move(others));
}

result<void> state_statements::apply(const state_changes& c) {
  if (auto done = for_each(c.plans, [&](const auto& row) { return put_plan(row); }); !done) return done;
  if (auto done = marks_.apply(c.marks); !done) return done;
  if (auto done = pending_.apply(c.pending); !done) return done;
  if (auto done = limbo_.apply(c.limbo); !done) return done;
  if (auto done = held_.apply(c.held); !done) return done;
  if (auto done = for_each(c.holds, [&](const auto& row) { return put_hold(row); }); !done) return done;
  if (auto done = for_each(c.holds_ended, [&](hold_id id) { return others_[drop_hold].run(id); }); !done) return done;
  if (auto done = for_each(c.rejects_forgotten, [&](const auto& plan) { return others_[forget_rejects].run(plan); }); !done) return done;
  if (auto done = for_each(c.rejected, [&](const auto& row) { return put_rejected(row); }); !done) return done;
  if (auto done = for_each(c.intents_ended, [&](plan_id plan) { return end_intent(plan); }); !done) return done;
  if (auto done = for_each(c.intents, [&](const auto& row) { return put_intent(row); }); !done) return done;
  if (auto done = for_each(c.attempts, [&](const auto& row) { return put_attempt(row); }); !done) return done;
  if (auto done = for_each(c.triggers, [&](const auto& row) { return put_trigger(row); }); !done) return done;
  if (auto done = for_each(c.paused, [&](const auto& p) { return put_paused(p.first, p.second); }); !done) return done;
  if (c.position)
    if (auto done = put_position(*c.position); !done) return done;
  if (c.boot_id)
    if (auto done = others_[set_boot_id].run(*c.boot_id); !done) return done;
  return put_last_call(c);
}

result<void> state_statements::put_plan(const plan_row& row) {
  const bool partitioned = row.shape.kind == plan_kind::partitioned;
  const std::optional<std::string_view> unit = partitioned ? std::optional(to_text(row.shape.unit)) : std::nullopt;
  const auto since = row.pending_since ? std::optional(row_codec::encode(*row.pending_since)) : std::nullopt;
  const auto kind = to_text(row.shape.kind);
  bool known = false;
  {
    auto rows = others_[find_plan_row].query(row.id);
    const auto found = rows.step();
    if (!found) return found.error();
    known = *found;
  }
  if (known) return others_[change_plan_row].run(kind, unit, row.run_type, since, row.refold_next, row.refold_until, row.id);
  return others_[new_plan_row].run(kind, unit, row.run_type, since, row.refold_next, row.refold_until, row.id, row.uuid);
}

result<void> state_statements::put_hold(const hold_row& row) {
  return others_[put_hold_row].run(row.id, row.plan, row.http_status, row.code, row.message, row.trace_id, row_codec::encode(row.since),
                                   row_codec::encode(row.next_try), row.tries);
}

result<void> state_statements::put_rejected(const rejected_row& row) {
  return others_[put_rejected_row].run(row.table, row.seq, row.plan, row.reason, row_codec::encode(row.at));
}

result<void> state_statements::end_intent(plan_id plan) {
  if (auto done = others_[drop_intent_ranges].run(plan); !done) return done;
  return others_[drop_intent].run(plan);
}

result<void> state_statements::put_intent(const intent_row& row) {
  if (auto done = others_[drop_intent_ranges].run(row.plan); !done) return done;
  if (auto done = others_[put_intent_row].run(row.plan, row.call_id, row_codec::to_text(row.claims.kind), row_codec::encode(row.at)); !done)
    return done;
  std::size_t position = 0;
  return for_each(row.claims.claims, [&](const claim& c) {
    return others_[put_intent_range].run(row.plan, position++, c.at.first, c.at.last, row_codec::encode(c.said));
  });
}

// The latest attempts of a plan lie in a ring; the slot that comes next is emptied of a former one's ranges.
result<std::int64_t> state_statements::slot_for_attempt(plan_id plan) {
  std::int64_t before = 0;
  {
    auto counted = others_[count_attempts].query(plan);
    const auto found = counted.step();
    if (!found) return found.error();
    if (!*found) return error{errc::invalid, "an attempt of plan " + std::to_string(plan) + ", which is not stored"};
    before = counted.int64(0);
  }
  if (auto done = others_[one_attempt_more].run(plan); !done) return done.error();
  const std::int64_t slot = before % attempts_kept;
  if (before >= attempts_kept)
    if (auto done = others_[drop_attempt_ranges].run(plan, slot); !done) return done.error();
  return slot;
}

result<void> state_statements::put_attempt(const attempt_row& row) {
  const auto found = slot_for_attempt(row.plan);
  if (!found) return found.error();
  const std::int64_t slot = *found;
  const verdict& v = row.ended;
  const auto not_before = v.not_before ? std::optional(v.not_before->count()) : std::nullopt;
  auto done = others_[put_attempt_row].run(row.plan, slot, row.call_id, row_codec::to_text(row.kind), row.partitions,
                                           row_codec::encode(row.sent_at), row.took.count(), to_text(v.kind), v.endpoint_trouble,
                                           v.retry_at_once, not_before, v.http_status, v.code, v.message, v.trace_id);
  for (std::size_t i = 0; done && i < std::min(row.claims.size(), attempt_claims_kept); ++i) {
    const claim& c = row.claims[i];
    done = others_[put_attempt_range].run(row.plan, slot, i, c.at.first, c.at.last, row_codec::encode(c.said));
  }
  return done;
}

result<void> state_statements::put_trigger(const trigger_row& row) {
  if (!row.entry) return others_[drop_trigger].run(row.table, row.date);
  const auto next_try = row.next_try ? std::optional(row_codec::encode(*row.next_try)) : std::nullopt;
  return others_[put_trigger_row].run(row.table, row.date, static_cast<std::int64_t>(row.entry->status),
                                      static_cast<std::int64_t>(row.entry->sequel), row.http_status, row.code, row.message, row.trace_id,
                                      row_codec::encode(row.since), next_try, row.tries);
}

result<void> state_statements::put_paused(const std::string& endpoint, bool paused) {
  return others_[paused ? pause_endpoint : resume_endpoint].run(endpoint);
}

result<void> state_statements::put_position(const journal_position& p) {
  return others_[move_position].run(p.uuid, p.plans.folded_seq, p.plans.anchor_seq, p.plans.anchor_hash, p.tables.folded_seq,
                                    p.tables.anchor_seq, p.tables.anchor_hash);
}

result<void> state_statements::put_last_call(const state_changes& changes) {
  std::uint64_t last = 0;
  for (const auto& row : changes.intents) last = std::max(last, row.call_id);
  for (const auto& row : changes.attempts) last = std::max(last, row.call_id);
  if (last == 0) return {};
  return others_[raise_last_call].run(last);
}

}  // namespace partmark
