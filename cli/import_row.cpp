#include "cli/import_row.hpp"

#include <string>
#include <utility>

namespace partmark {
namespace {

constexpr std::array<std::pair<std::string_view, import_column>, 13> names{{{"plan", import_column::plan},
                                                                            {"granularity", import_column::granularity},
                                                                            {"first", import_column::first},
                                                                            {"last", import_column::last},
                                                                            {"outcome", import_column::outcome},
                                                                            {"run_type", import_column::run_type},
                                                                            {"job", import_column::job},
                                                                            {"dedupe_key", import_column::dedupe_key},
                                                                            {"table_name", import_column::table_name},
                                                                            {"table", import_column::table_name},
                                                                            {"partition", import_column::partition},
                                                                            {"seq", import_column::ignored},
                                                                            {"recorded_at", import_column::ignored}}};

error wrong(std::string message) { return {errc::invalid, std::move(message)}; }

result<new_record> table_record_of(const import_row& row) {
  for (const auto c : {import_column::granularity, import_column::first, import_column::last, import_column::run_type})
    if (row.get(c))
      return wrong("a table has only partition, outcome, job and dedupe_key; granularity, first, last and run_type are a plan's");
  if (!row.get(import_column::partition)) return wrong("partition is missing: the table's partition, such as 2025-10-20");
  return new_record(new_table_record{*row.get(import_column::table_name), *row.get(import_column::partition),
                                     *row.get(import_column::outcome), row.get(import_column::job), row.get(import_column::dedupe_key)});
}

}  // namespace

std::optional<import_column> parse_import_column(std::string_view name) {
  for (const auto& [known, column] : names)
    if (known == name) return column;
  return std::nullopt;
}

std::string_view import_column_names() {
  return "plan, granularity, first, last, outcome, run_type, job, dedupe_key, table_name, partition";
}

result<new_record> record_of(const import_row& row) {
  const bool is_plan = row.get(import_column::plan).has_value();
  const bool is_table = row.get(import_column::table_name).has_value();
  if (is_plan && is_table) return wrong("plan and table_name are both given: a record is of one of them");
  if (!is_plan && !is_table) return wrong("plan is missing (or table_name, for a source table)");
  if (!row.get(import_column::outcome)) return wrong("outcome is missing: success, failed or cleared");
  if (is_table) return table_record_of(row);
  if (row.get(import_column::partition)) return wrong("partition goes with table_name; a plan has granularity and first");
  return new_record(new_plan_record{*row.get(import_column::plan), row.get(import_column::granularity), row.get(import_column::first),
                                    row.get(import_column::last), *row.get(import_column::outcome), row.get(import_column::run_type),
                                    row.get(import_column::job), row.get(import_column::dedupe_key)});
}

}  // namespace partmark
