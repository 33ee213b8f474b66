#include "core/table_name.hpp"

#include "core/text.hpp"

#include <string>

namespace partmark {
namespace {

bool composed(std::string_view name) {
  const auto open = name.find(".`");
  const auto close = name.rfind("`.");
  if (open == std::string_view::npos || close == std::string_view::npos || close < open + 2) return false;
  const auto source = name.substr(0, open);
  const auto scope = name.substr(open + 2, close - open - 2);
  const auto table = name.substr(close + 2);
  const auto dot = scope.find('.');
  const auto quoted = [](std::string_view part) { return part.find('`') != std::string_view::npos; };
  return !source.empty() && !table.empty() && dot != std::string_view::npos && dot > 0 && dot + 1 < scope.size() && !quoted(source) &&
         !quoted(scope) && !quoted(table);
}

}  // namespace

result<void> check_table_name(std::string_view name) {
  if (name.size() <= table_name_bytes_max && is_plain_text(name) && composed(name)) return {};
  return error{errc::invalid, "table_name: " + printable(name) + ": expected source.`catalog.schema`.table, at most " +
                                  std::to_string(table_name_bytes_max) + " bytes, such as starrocks.`default_catalog.schema`.p_order"};
}

result<table_completion> decode(const table_row& row) {
  if (auto named = check_table_name(row.table_name); !named) return named.error();
  if (row.job && !is_plain_text(*row.job)) return error{errc::invalid, "job: " + printable(*row.job) + ": expected plain UTF-8 text"};
  const auto date = row.partition.size() == 10
                        ? parse_partition(granularity::day, row.partition)
                        : result<ordinal>(error{errc::invalid, printable(row.partition) + ": expected a date YYYY-MM-DD"});
  if (!date) return error{errc::invalid, "partition: " + date.error().message};
  const auto outcome = parse_mark(row.outcome);
  if (!outcome || *outcome == mark::cleared)
    return error{errc::invalid, "outcome: " + printable(row.outcome) + ": expected success or failed"};
  return table_completion{*date, *outcome};
}

}  // namespace partmark
