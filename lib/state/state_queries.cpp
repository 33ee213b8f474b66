// The questions about all plans; those about one are in plan_detail_query.cpp.
#include "state/state_queries.hpp"

#include "state/ledger_rows.hpp"
#include "state/state_rows.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace partmark::state_queries {
namespace {

using state_rows::each_of;
using state_rows::select;

// Plans by id, those for which `where` holds.
result<std::map<plan_id, plan_row>> plans_where(sqlite::connection& file, std::string_view where) {
  std::map<plan_id, plan_row> found;
  auto done =
      each_of(file, "plan", select(state_rows::plan_columns, state_rows::plan_rows) + "WHERE " + std::string(where), [&](const auto& row) {
        plan_row plan;
        if (!state_rows::read(row, plan)) return false;
        found.emplace(plan.id, std::move(plan));
        return true;
      });
  if (!done) return done.error();
  return found;
}

// f(plan, ledger) for each plan of which something may still land: what it owes beyond its pending rows only the ledger knows.
template <class F>
result<void> each_in_limbo(sqlite::connection& file, F f) {
  auto plans = plans_where(file, "id IN (SELECT plan_id FROM limbo_run)");
  if (!plans) return plans.error();
  auto ledgers = ledger_rows::prepare(file);
  if (!ledgers) return ledgers.error();
  for (const auto& [id, plan] : *plans) {
    const auto book = ledgers->read(file, plan);
    if (!book) return book.error();
    f(plan, *book);
  }
  return {};
}

}  // namespace

result<state_summary> summary(sqlite::connection& file) {
  state_summary s;
  auto done = each_of(file, "progress", select(state_rows::position_columns, "progress"),
                      [&](const auto& row) { return state_rows::read(row, s.position); });
  if (done)
    done = each_of(file, "plan",
                   "SELECT (SELECT count(*) FROM plan), (SELECT count(DISTINCT plan_id) FROM held_run),"
                   " (SELECT coalesce(sum(last - first + 1), 0) FROM pending_run), (SELECT min(pending_since) FROM plan_progress),"
                   " (SELECT count(*) FROM rejected), (SELECT count(*) FROM intent),"
                   " (SELECT count(*) FROM trigger_entry WHERE status <> 2), (SELECT count(*) FROM trigger_entry WHERE status = 2)",
                   [&](const auto& row) {
                     s.plans = row.int64(0);
                     s.held_plans = row.int64(1);
                     s.pending_partitions = row.int64(2);
                     if (const auto since = row.optional_int64(3)) s.oldest_pending_since = system_time(milliseconds(*since));
                     s.rejected = row.int64(4);
                     s.open_calls = row.int64(5);
                     s.pending_triggers = row.int64(6);
                     s.held_triggers = row.int64(7);
                     return true;
                   });
  if (done)
    done = each_in_limbo(
        file, [&](const plan_row&, const ledger& book) { s.pending_partitions += book.owed_partitions() - book.pending().partitions(); });
  if (!done) return done.error();
  auto names = paused(file);
  if (!names) return names.error();
  s.paused = std::move(*names);
  return s;
}

result<std::vector<plan_overview>> plans(sqlite::connection& file) {
  std::vector<plan_overview> all;  // indexed by id until the end: ids are dense
  auto done = each_of(file, "plan", select(state_rows::plan_columns, state_rows::plan_rows) + "ORDER BY id", [&](const auto& row) {
    plan_row& plan = all.emplace_back().plan;
    return state_rows::read(row, plan) && plan.id + 1 == all.size();
  });
  const auto add = [&](std::string_view table, std::string_view sums, auto put) {
    const std::string sql = "SELECT plan_id, " + std::string(sums) + " FROM " + std::string(table) + " GROUP BY plan_id ORDER BY plan_id";
    return each_of(file, table, sql, [&](const auto& row) {
      const std::int64_t id = row.int64(0);
      if (id < 0 || id >= static_cast<std::int64_t>(all.size())) return false;
      put(row, all[static_cast<std::size_t>(id)]);
      return true;
    });
  };
  if (done)
    // Beside max(), SQLite takes the other columns from the row that has the maximum.
    done = add("mark_run",
               "sum((last - first + 1) * (mark = 0)), sum((last - first + 1) * (mark = 1)), sum((last - first + 1) * (mark = 2)),"
               " max(first), last, mark",
               [](const auto& row, plan_overview& o) {
                 o.last = claim{{row.int64(4), row.int64(5)}, static_cast<mark>(row.int64(6))};
                 o.success = row.int64(1);
                 o.failed = row.int64(2);
                 o.cleared = row.int64(3);
               });
  if (done) done = add("pending_run", "sum(last - first + 1)", [](const auto& row, plan_overview& o) { o.pending = row.int64(1); });
  if (done) done = add("held_run", "sum(last - first + 1)", [](const auto& row, plan_overview& o) { o.held = row.int64(1); });
  if (done) done = each_in_limbo(file, [&](const plan_row& plan, const ledger& book) { all.at(plan.id).pending = book.owed_partitions(); });
  if (!done) return done.error();
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.plan.uuid < b.plan.uuid; });
  return all;
}

result<std::vector<pending_plan>> pending(sqlite::connection& file) {
  auto found = plans_where(file, "id IN (SELECT plan_id FROM pending_run UNION SELECT plan_id FROM limbo_run)");
  if (!found) return found.error();
  auto ledgers = ledger_rows::prepare(file);
  if (!ledgers) return ledgers.error();
  std::vector<pending_plan> all;
  for (auto& [id, plan] : *found) {
    const auto book = ledgers->read(file, plan);
    if (!book) return book.error();
    const auto open = open_call(file, id);
    if (!open) return open.error();
    if (auto parts = pending_parts(*book, *open); !parts.empty()) all.push_back({std::move(plan), std::move(parts)});
  }
  const auto age = [](const pending_plan& p) { return std::pair(p.plan.pending_since.value_or(system_time::max()), p.plan.id); };
  std::sort(all.begin(), all.end(), [&](const auto& x, const auto& y) { return age(x) < age(y); });
  return all;
}

result<std::vector<held_entry>> held(sqlite::connection& file) {
  auto plans_held = plans_where(file, "id IN (SELECT plan_id FROM held_run)");
  if (!plans_held) return plans_held.error();
  std::map<hold_id, held_entry> entries;
  auto done = each_of(file, "hold", select(state_rows::hold_columns, "hold"), [&](const auto& row) {
    hold_row hold;
    if (!state_rows::read(row, hold)) return false;
    const hold_id id = hold.id;
    if (const auto plan = plans_held->find(hold.plan); plan != plans_held->end()) entries[id] = {plan->second, std::move(hold), {}};
    return true;
  });
  if (!done) return done.error();
  auto ledgers = ledger_rows::prepare(file);
  if (!ledgers) return ledgers.error();
  for (const auto& [id, plan] : *plans_held) {
    const auto book = ledgers->read(file, plan);
    if (!book) return book.error();
    bool known = true;
    book->held().visit_all([&](range at, hold_id hold) {
      const auto entry = entries.find(hold);
      known = known && entry != entries.end();
      if (known) book->marks().visit(at, [&](range part, mark m) { entry->second.parts.push_back({part, m}); });
    });
    if (!known) return state_rows::corrupt(file.path(), "held_run", "names a hold that is not there");
  }
  std::vector<held_entry> all;
  for (auto& [id, entry] : entries)
    if (!entry.parts.empty()) all.push_back(std::move(entry));
  const auto age = [](const held_entry& e) { return std::pair(e.hold.since, e.hold.id); };
  std::sort(all.begin(), all.end(), [&](const auto& x, const auto& y) { return age(x) < age(y); });
  return all;
}

result<std::vector<rejected_row>> rejected(sqlite::connection& file) {
  std::vector<rejected_row> all;
  auto done = each_of(file, "rejected", select(state_rows::rejected_columns, "rejected ORDER BY table_name, seq"),
                      [&](const auto& row) { return state_rows::read(row, all.emplace_back()); });
  if (!done) return done.error();
  return all;
}

result<std::vector<rejected_row>> latest_rejected(sqlite::connection& file, std::int64_t skip, std::int64_t count) {
  // Each table's latest by its key: the cost is that of what is passed over, not of all that was ever rejected.
  const auto latest = [](const char* table) {
    return "SELECT * FROM (" + select(state_rows::rejected_columns, "rejected WHERE table_name = '") + table +
           "' ORDER BY seq DESC LIMIT ?)";
  };
  std::vector<rejected_row> all;
  auto done = each_of(
      file, "rejected",
      latest("plan_completion") + " UNION ALL " + latest("table_completion") + " ORDER BY at DESC, seq DESC LIMIT ? OFFSET ?",
      [&](const auto& row) { return state_rows::read(row, all.emplace_back()); }, skip + count, skip + count, count, skip);
  if (!done) return done.error();
  return all;
}

result<std::vector<trigger_row>> triggers(sqlite::connection& file) {
  std::vector<trigger_row> all;
  auto done = each_of(file, "trigger_entry", select(state_rows::trigger_columns, "trigger_entry ORDER BY table_name, date"),
                      [&](const auto& row) { return state_rows::read(row, all.emplace_back()); });
  if (!done) return done.error();
  return all;
}

result<std::vector<std::string>> paused(sqlite::connection& file) {
  std::vector<std::string> names;
  auto done = each_of(file, "paused_endpoint", "SELECT name FROM paused_endpoint ORDER BY name", [&](const auto& row) {
    names.emplace_back(row.text(0));
    return true;
  });
  if (!done) return done.error();
  return names;
}

result<fold_progress> progress(sqlite::connection& file) {
  fold_progress found;
  auto done = each_of(file, "progress", select(state_rows::position_columns, "progress"),
                      [&](const auto& row) { return state_rows::read(row, found.position); });
  if (done)
    done = each_of(file, "plan", "SELECT uuid FROM plan WHERE refold_next IS NOT NULL ORDER BY uuid", [&](const auto& row) {
      found.refolding.emplace_back(row.text(0));
      return true;
    });
  if (!done) return done.error();
  return found;
}

}  // namespace partmark::state_queries
