// A row of the journal as a statement selects it, or as a row function is given it: the table's columns in their order, of plans at least
// up to job. Views into the row, valid as long as that is; any thread.
#pragma once

#include "core/completion.hpp"
#include "journal/journal_table.hpp"

namespace partmark {

template <class Row>
[[nodiscard]] completion_row plan_row_of(const Row& row) {
  return completion_row{
      .seq = row.int64(plan_column::seq),
      .plan = row.text(plan_column::plan),
      .granularity = row.optional_text(plan_column::granularity),
      .first = row.optional_text(plan_column::first),
      .last = row.optional_text(plan_column::last),
      .outcome = row.text(plan_column::outcome),
      .run_type = row.optional_text(plan_column::run_type),
      .job = row.optional_text(plan_column::job),
      .recorded_at = {},
  };
}

template <class Row>
[[nodiscard]] table_row table_row_of(const Row& row) {
  return table_row{
      .seq = row.int64(table_column::seq),
      .table_name = row.text(table_column::table_name),
      .partition = row.text(table_column::partition),
      .outcome = row.text(table_column::outcome),
      .job = row.optional_text(table_column::job),
      .recorded_at = row.text(table_column::recorded_at),
  };
}

}  // namespace partmark
