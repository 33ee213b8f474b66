// The questions about one plan, and about its calls.
#include "core/text.hpp"
#include "state/ledger_rows.hpp"
#include "state/row_codec.hpp"
#include "state/state_queries.hpp"
#include "state/state_rows.hpp"

#include <utility>

namespace partmark::state_queries {
namespace {

using state_rows::each_of;
using state_rows::select;

void describe(const ledger& book, plan_detail& into) {
  book.marks().visit_all([&](range at, mark m) {
    into.marks.push_back({at, m});
    auto& o = into.overview;
    (m == mark::success ? o.success : m == mark::failed ? o.failed : o.cleared) += at.size();
  });
  book.held().visit_all([&](range at, hold_id id) { into.held.push_back({at, id}); });
  book.limbo().visit_all([&](range at, const limbo_entry& e) { into.limbo.push_back({at, e.may_land}); });
  if (!into.marks.empty()) into.overview.last = into.marks.back();
  into.pending = pending_parts(book, into.open_call);
  into.overview.pending = book.owed_partitions();
  into.overview.held = book.held().partitions();
}

result<void> read_attempts(sqlite::connection& file, plan_id plan, std::vector<attempt_row>& into) {
  const std::int64_t first = state_rows::attempt_place(plan, 0);
  return each_of(
      file, "attempt", select(state_rows::attempt_columns, "attempt WHERE place BETWEEN ? AND ? ORDER BY call_id DESC"),
      [&](const auto& row) { return state_rows::read(row, into.emplace_back()); }, first, first + attempts_kept - 1);
}

}  // namespace

result<std::vector<attempt_row>> attempts(sqlite::connection& file, plan_id plan) {
  std::vector<attempt_row> all;
  if (auto done = read_attempts(file, plan, all); !done) return done.error();
  return all;
}

result<std::vector<unanswered_plan>> unanswered(sqlite::connection& file) {
  std::vector<unanswered_plan> all;
  const std::string kept = std::to_string(attempts_kept);
  auto done = each_of(file, "attempt",
                      select(std::string(state_rows::attempt_columns) + ", (SELECT uuid FROM plan WHERE id = place >> 4)",
                             // By its place in the ring: as dear as there are plans that wait, whatever is kept of their calls.
                             "attempt WHERE place IN (SELECT plan_id * " + kept + " + (attempts - 1) % " + kept +
                                 " FROM plan_progress WHERE pending_since IS NOT NULL AND attempts > 0)"
                                 " AND verdict <> 'accepted' ORDER BY sent_at + took DESC, place"),
                      [&](const auto& row) {
                        auto& found = all.emplace_back();
                        found.uuid = row.text(15);
                        return state_rows::read(row, found.last);
                      });
  if (!done) return done.error();
  return all;
}

result<std::optional<intent_row>> open_call(sqlite::connection& file, plan_id plan) {
  std::optional<intent_row> found;
  auto done = each_of(
      file, "intent", select(state_rows::intent_columns, "intent WHERE plan_id = ?"),
      [&](const auto& row) { return state_rows::read(row, found.emplace()); }, plan);
  if (!done) return done.error();
  return found;
}

result<plan_detail> plan(sqlite::connection& file, std::string_view uuid) {
  plan_detail detail;
  bool found = false;
  auto done = each_of(
      file, "plan", select(state_rows::plan_columns, state_rows::plan_rows) + "WHERE uuid = ?",
      [&](const auto& row) {
        found = true;
        return state_rows::read(row, detail.overview.plan);
      },
      uuid);
  if (!done) return done.error();
  if (!found) return error{errc::not_found, "plan \"" + printable(uuid) + "\": no completion record has named it yet"};

  const plan_row& row = detail.overview.plan;
  auto ledgers = ledger_rows::prepare(file);
  if (!ledgers) return ledgers.error();
  const auto book = ledgers->read(file, row);
  if (!book) return book.error();
  auto open = open_call(file, row.id);
  if (!open) return open.error();
  detail.open_call = std::move(*open);
  describe(*book, detail);
  done = each_of(
      file, "hold", select(state_rows::hold_columns, "hold WHERE plan_id = ? ORDER BY id"),
      [&](const auto& held) { return state_rows::read(held, detail.holds.emplace_back()); }, row.id);
  if (done) done = read_attempts(file, row.id, detail.attempts);
  if (!done) return done.error();
  return detail;
}

}  // namespace partmark::state_queries
