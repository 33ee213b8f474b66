// A journal row as SQLite may hold it: a column a line, `~` for NULL. A first line `table` makes it a row of table_completion.
#include "core/completion.hpp"

#include "core/table_name.hpp"
#include "core/text.hpp"
#include "fuzz/targets.hpp"

#include <algorithm>
#include <vector>

namespace partmark::fuzz {
namespace {

constexpr std::int64_t partitions_max = 1'000;

std::vector<std::optional<std::string_view>> columns_of(std::string_view input) {
  std::vector<std::optional<std::string_view>> columns;
  while (columns.size() < 8) {
    const std::size_t end = std::min(input.find('\n'), input.size());
    const std::string_view text = input.substr(0, end);
    columns.push_back(text == "~" ? std::nullopt : std::optional(text));
    input.remove_prefix(std::min(end + 1, input.size()));
  }
  return columns;
}

void expect_sense(const partmark::completion_row& row, const completion& said) {
  expect(is_plain_text(row.plan) && !row.plan.empty() && row.plan.size() <= plan_name_bytes_max, "a plan's name is a name");
  expect(said.partitions.first <= said.partitions.last, "a range has a first and a last");
  if (said.shape.kind == plan_kind::full_refresh) {
    expect(said.partitions == whole_table && said.outcome != mark::cleared, "a full refresh is whole and never cleared");
    return;
  }
  const granularity unit = said.shape.unit;
  expect(said.partitions.size() <= partitions_max, "a record is bounded");
  expect(ordinal_limits(unit).first <= said.partitions.first && said.partitions.last <= ordinal_limits(unit).last, "years 0001 to 9999");
  for (const ordinal o : {said.partitions.first, said.partitions.last}) {
    const auto again = parse_partition(unit, partition_start(unit, o));
    expect(again && *again == o, "a partition is named by its start");
  }
}

}  // namespace

void completion_row(std::string_view input) {
  const auto c = columns_of(input);
  if (c[0] == "table") {
    const table_row row{1, c[1].value_or(""), c[2].value_or(""), c[3].value_or(""), c[4], c[5].value_or("")};
    const auto said = decode(row);
    if (said) expect(check_table_name(row.table_name).has_value() && said->outcome != mark::cleared, "a trigger is for a table");
    if (!said) expect(is_plain_text(said.error().message), "a reason is printable");
    return;
  }
  const partmark::completion_row row{1, c[0].value_or(""), c[1], c[2], c[3], c[4].value_or(""), c[5], c[6], c[7].value_or("")};
  const auto said = decode(row, partitions_max);
  if (said)
    expect_sense(row, *said);
  else
    expect(is_plain_text(said.error().message), "a reason is printable");
}

}  // namespace partmark::fuzz
