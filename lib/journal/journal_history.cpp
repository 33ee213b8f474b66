#include "journal/journal_history.hpp"

#include "journal/row_views.hpp"

namespace partmark {

result<void> journal_history::walk_plan(std::string_view plan, const std::function<bool(const completion_row&)>& visit) {
  auto rows = file_->db().prepare(
      "SELECT seq, plan, granularity, first, last, outcome, run_type, job, dedupe_key, recorded_at"
      " FROM plan_completion WHERE plan = ? ORDER BY seq DESC");
  if (!rows) return rows.error();
  auto found = rows->query(plan);
  for (;;) {
    const auto row = found.step();
    if (!row) return row.error();
    if (!*row) return {};
    completion_row seen = plan_row_of(found);
    seen.recorded_at = found.text(plan_column::recorded_at);
    if (!visit(seen)) return {};
  }
}

}  // namespace partmark
