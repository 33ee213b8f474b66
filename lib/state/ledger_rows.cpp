#include "state/ledger_rows.hpp"

#include "state/row_codec.hpp"
#include "state/state_rows.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace partmark {
namespace {

result<sqlite::statement> runs_of(sqlite::connection& file, std::string_view table, std::string_view value) {
  return file.prepare("SELECT first, last, " + std::string(value) + " FROM " + std::string(table) + " WHERE plan_id = ? ORDER BY first");
}

// The time at which limbo settles is not stored; for a reader all of it settles at once.
constexpr steady_time settled{};

}  // namespace

result<ledger_rows> ledger_rows::prepare(sqlite::connection& file) {
  auto marks = runs_of(file, "mark_run", "mark");
  if (!marks) return marks.error();
  auto pending = runs_of(file, "pending_run", "mark");
  if (!pending) return pending.error();
  auto limbo = runs_of(file, "limbo_run", "may_land");
  if (!limbo) return limbo.error();
  auto held = runs_of(file, "held_run", "hold_id");
  if (!held) return held.error();
  return ledger_rows(std::move(*marks), std::move(*pending), std::move(*limbo), std::move(*held));
}

result<ledger> ledger_rows::read(const sqlite::connection& file, const plan_row& plan) {
  ledger book(plan.shape);
  ledger_changes unused;
  const auto restore = [&](std::string_view table, sqlite::statement& rows, auto value, auto put) {
    return state_rows::each(file, table, rows.query(plan.id), [&](const auto& row) {
      const range at{row.int64(0), row.int64(1)};
      if (!row_codec::is_range_of(plan.shape, at) || !row_codec::decode(row.int64(2), value)) return false;
      put(at, value);
      return true;
    });
  };
  auto done = restore("mark_run", marks_, mark{}, [&](range at, mark m) { book.restore_mark(at, m); });
  if (done) done = restore("pending_run", pending_, mark{}, [&](range at, mark) { book.restore_pending(at); });
  if (done) done = restore("held_run", held_, hold_id{}, [&](range at, hold_id id) { book.restore_held(at, id); });
  if (done) done = restore("limbo_run", limbo_, mark_bits{}, [&](range at, mark_bits m) { book.restore_limbo(at, m, settled, unused); });
  if (!done) return done.error();
  return book;
}

std::vector<pending_part> pending_parts(const ledger& book, const std::optional<intent_row>& open_call) {
  ledger settled_book = book;
  ledger_changes unused_changes;
  settled_book.settle(settled, unused_changes);

  range_map<pending_why> why;
  run_changes<pending_why> unused;
  settled_book.pending().visit_all([&](range at, mark) { why.assign(at, pending_why::reassertion, unused); });
  book.pending().visit_all([&](range at, mark) { why.assign(at, pending_why::waiting, unused); });
  if (open_call) {
    for (const claim& c : open_call->claims.claims)
      book.pending().visit(c.at, [&](range at, mark) { why.assign(at, pending_why::in_flight, unused); });
  }
  std::vector<pending_part> parts;
  settled_book.pending().visit_all(
      [&](range at, mark m) { why.visit(at, [&](range part, pending_why w) { parts.push_back({{part, m}, w}); }); });
  return parts;
}

}  // namespace partmark
