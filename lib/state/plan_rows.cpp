#include "state/plan_rows.hpp"

#include "state/row_codec.hpp"

#include <algorithm>
#include <string_view>

namespace partmark {
namespace {

constexpr std::string_view count_plans = "SELECT coalesce(max(id) + 1, 0) FROM plan";
constexpr std::string_view insert_plan =
    "INSERT INTO plan (kind, granularity, run_type, refold_next, refold_until, endpoint, id, uuid) VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
// Its uuid never changes. (One INSERT that updates on conflict would have to look after the uuid's index, at ten times the price.)
constexpr std::string_view change_plan =
    "UPDATE plan SET kind = ?, granularity = ?, run_type = ?, refold_next = ?, refold_until = ?, endpoint = ? WHERE id = ?";
constexpr std::string_view put_progress = "INSERT OR REPLACE INTO plan_progress (plan_id, pending_since, attempts)";

std::optional<std::string_view> unit_of(const plan_row& row) {
  return row.shape.kind == plan_kind::partitioned ? std::optional(to_text(row.shape.unit)) : std::nullopt;
}

void bind_progress(sqlite::statement::use& use, int at, const plan_row& row) {
  use.bind(at, row.id);
  use.bind(at + 1, row.pending_since ? std::optional(row_codec::encode(*row.pending_since)) : std::nullopt);
  use.bind(at + 2, row.attempts);
}

}  // namespace

result<plan_rows> plan_rows::prepare(sqlite::connection& file) {
  auto count = file.prepare(count_plans);
  if (!count) return count.error();
  auto insert = file.prepare(insert_plan);
  if (!insert) return insert.error();
  auto change = file.prepare(change_plan);
  if (!change) return change.error();
  auto progress = row_writer::prepare(file, put_progress, 3);
  if (!progress) return progress.error();
  return plan_rows(std::move(*count), std::move(*insert), std::move(*change), std::move(*progress));
}

result<void> plan_rows::count() {
  if (known_) return {};
  auto rows = count_.query();
  const auto found = rows.step();
  if (!found) return found.error();
  known_ = rows.int64(0);
  return {};
}

result<void> plan_rows::put(const plan_row& row) {
  if (row.id >= *known_) {
    known_ = std::int64_t{row.id} + 1;
    return insert(row);
  }
  return change_.run(to_text(row.shape.kind), unit_of(row), row.run_type, row.refold_next, row.refold_until, row.endpoint, row.id);
}

result<void> plan_rows::insert(const plan_row& row) {
  return insert_.run(to_text(row.shape.kind), unit_of(row), row.run_type, row.refold_next, row.refold_until, row.endpoint, row.id,
                     row.uuid);
}

result<void> plan_rows::put(const std::vector<plan_change>& rows) {
  if (auto done = count(); !done) return done;
  for (const plan_change& row : rows) {
    if (row.progress_only && row.id < *known_) continue;
    if (auto done = put(row); !done) return done;
  }
  return progress_.write(rows, bind_progress);
}

// By name: each page of the names' index is then met once, not again and again in between others that it has to make room for.
result<void> plan_rows::put_new(const std::vector<plan_id>& plans, const unstored_plans& their) {
  std::vector<std::pair<std::string_view, plan_id>> by_name;
  by_name.reserve(plans.size());
  for (const plan_id plan : plans) by_name.emplace_back(their.uuid(plan), plan);
  std::ranges::sort(by_name);
  for (const auto& [name, plan] : by_name)
    if (auto done = insert(their.row(plan)); !done) return done;
  known_ = std::int64_t{plans.back()} + 1;
  const auto bind = [&](sqlite::statement::use& use, int at, plan_id plan) { bind_progress(use, at, their.row(plan)); };
  return progress_.write(plans, bind);
}

}  // namespace partmark
