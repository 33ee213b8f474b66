#include "state/state_statements.hpp"

#include "state/state_rows.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <utility>

namespace partmark {
namespace {

enum which : std::size_t {
  put_hold_row,
  drop_hold,
  forget_rejects,
  put_rejected_row,
  drop_intent,
  put_trigger_row,
  drop_trigger,
  pause_endpoint,
  resume_endpoint,
  move_position,
  set_boot_id,
  set_drift_checked_at,
  raise_last_call,
  statements,
};

constexpr std::array<std::string_view, statements> sql_texts{
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
    // set_drift_checked_at
    "UPDATE progress SET drift_checked_at = ?",
    // raise_last_call
    "UPDATE progress SET last_call_id = max(last_call_id, ?)",
};

// The row of the last call's number would be another page of every commit. A restart passes as many numbers as were not given out.
constexpr std::uint64_t calls_reserved_at_once = 1000;

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
  auto put = row_writer::prepare(file, "INSERT INTO " + name + " (plan_id, first, last, " + column + ")", 4,
                                 " ON CONFLICT (plan_id, first) DO UPDATE SET last = excluded.last, " + column + " = excluded." + column);
  if (!put) return put.error();
  auto drop = file.prepare("DELETE FROM " + name + " WHERE plan_id = ? AND first = ?");
  if (!drop) return drop.error();
  return run_table(std::move(*put), std::move(*drop));
}

result<state_statements> state_statements::prepare(sqlite::connection& file) {
  auto plans = plan_rows::prepare(file);
  if (!plans) return plans.error();
  auto marks = run_table::prepare(file, "mark_run", "mark");
  if (!marks) return marks.error();
  auto pending = run_table::prepare(file, "pending_run", "mark");
  if (!pending) return pending.error();
  auto limbo = run_table::prepare(file, "limbo_run", "may_land");
  if (!limbo) return limbo.error();
  auto held = run_table::prepare(file, "held_run", "hold_id");
  if (!held) return held.error();
  auto intents = row_writer::prepare(file, "INSERT OR REPLACE INTO intent (plan_id, call_id, kind, at, claims)", 5);
  if (!intents) return intents.error();
  // The latest attempts of a plan lie in a ring.
  auto attempts = row_writer::prepare(
      file,
      "INSERT OR REPLACE INTO attempt (place, call_id, kind, partitions, sent_at, took, verdict, endpoint_trouble, retry_at_once,"
      " not_before, http_status, code, message, trace_id, claims)",
      15);
  if (!attempts) return attempts.error();
  std::vector<sqlite::statement> others;
  others.reserve(statements);
  for (const auto text : sql_texts) {
    auto prepared = file.prepare(text);
    if (!prepared) return prepared.error();
    others.push_back(std::move(*prepared));
  }
  return state_statements(std::move(*plans), std::move(*marks), std::move(*pending), std::move(*limbo), std::move(*held),
                          std::move(*intents), std::move(*attempts), std::move(others));
}

result<void> state_statements::apply(const state_changes& c) {
  if (auto done = plans_.put(c.plans); !done) return done;
  if (!c.new_plans.empty())
    if (auto done = put_new_plans(c.new_plans, *c.unstored); !done) return done;
  if (auto done = marks_.apply(c.marks); !done) return done;
  if (auto done = pending_.apply(c.pending); !done) return done;
  if (auto done = limbo_.apply(c.limbo); !done) return done;
  if (auto done = held_.apply(c.held); !done) return done;
  if (auto done = for_each(c.holds, [&](const auto& row) { return put_hold(row); }); !done) return done;
  if (auto done = for_each(c.holds_ended, [&](hold_id id) { return others_[drop_hold].run(id); }); !done) return done;
  if (auto done = for_each(c.rejects_forgotten, [&](const auto& plan) { return others_[forget_rejects].run(plan); }); !done) return done;
  if (auto done = for_each(c.rejected, [&](const auto& row) { return put_rejected(row); }); !done) return done;
  if (auto done = for_each(c.intents_ended, [&](plan_id plan) { return others_[drop_intent].run(plan); }); !done) return done;
  if (auto done = put_intents(c.intents); !done) return done;
  if (auto done = put_attempts(c.attempts); !done) return done;
  if (auto done = for_each(c.triggers, [&](const auto& row) { return put_trigger(row); }); !done) return done;
  if (auto done = for_each(c.paused, [&](const auto& p) { return put_paused(p.first, p.second); }); !done) return done;
  if (c.position)
    if (auto done = put_position(*c.position); !done) return done;
  if (c.boot_id)
    if (auto done = others_[set_boot_id].run(*c.boot_id); !done) return done;
  if (c.drift_checked_at)
    if (auto done = others_[set_drift_checked_at].run(row_codec::encode(*c.drift_checked_at)); !done) return done;
  return put_last_call(c);
}

// Of plans of which nothing is stored, all that there is.
result<void> state_statements::put_new_plans(const std::vector<plan_id>& plans, const unstored_plans& their) {
  if (auto done = plans_.put_new(plans, their); !done) return done;
  if (auto done = marks_.put_whole(plans, [&](plan_id plan) -> const auto& { return their.book(plan).marks(); }); !done) return done;
  return pending_.put_whole(plans, [&](plan_id plan) -> const auto& { return their.book(plan).pending(); });
}

result<void> state_statements::put_hold(const hold_row& row) {
  return others_[put_hold_row].run(row.id, row.plan, row.http_status, row.code, row.message, row.trace_id, row_codec::encode(row.since),
                                   row_codec::encode(row.next_try), row.tries);
}

result<void> state_statements::put_rejected(const rejected_row& row) {
  return others_[put_rejected_row].run(row.table, row.seq, row.plan, row.reason, row_codec::encode(row.at));
}

result<void> state_statements::put_intents(const std::vector<intent_row>& rows) {
  claims_.clear();
  for (const intent_row& row : rows) claims_.add(row.claims.claims);
  return intents_.write(rows, [&](sqlite::statement::use& use, int at, const intent_row& row) {
    use.bind(at, row.plan);
    use.bind(at + 1, row.call_id);
    use.bind(at + 2, row_codec::to_text(row.claims.kind));
    use.bind(at + 3, row_codec::encode(row.at));
    use.bind(at + 4, claims_.at(static_cast<std::size_t>(&row - rows.data())));
  });
}

result<void> state_statements::put_attempts(const std::vector<attempt_row>& rows) {
  claims_.clear();
  for (const attempt_row& row : rows) claims_.add(std::span(row.claims).first(std::min(row.claims.size(), attempt_claims_kept)));
  return attempts_.write(rows, [&](sqlite::statement::use& use, int at, const attempt_row& row) {
    const verdict& v = row.ended;
    use.bind(at, state_rows::attempt_place(row.plan, row.number));
    use.bind(at + 1, row.call_id);
    use.bind(at + 2, row_codec::to_text(row.kind));
    use.bind(at + 3, row.partitions);
    use.bind(at + 4, row_codec::encode(row.sent_at));
    use.bind(at + 5, row.took.count());
    use.bind(at + 6, to_text(v.kind));
    use.bind(at + 7, v.endpoint_trouble);
    use.bind(at + 8, v.retry_at_once);
    use.bind(at + 9, v.not_before ? std::optional(v.not_before->count()) : std::nullopt);
    use.bind(at + 10, v.http_status);
    use.bind(at + 11, v.code);
    use.bind(at + 12, v.message);
    use.bind(at + 13, v.trace_id);
    use.bind(at + 14, claims_.at(static_cast<std::size_t>(&row - rows.data())));
  });
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
  if (last <= calls_reserved_) return {};
  const std::uint64_t reserved = last + calls_reserved_at_once;
  auto done = others_[raise_last_call].run(reserved);
  if (done) calls_reserved_ = reserved;
  return done;
}

}  // namespace partmark
