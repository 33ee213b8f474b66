#include "core/completion.hpp"

#include <string>
#include <utility>

namespace partmark {

namespace {

error refusal(std::string message) { return {errc::invalid, std::move(message)}; }

// `first "2025-02-30"`: how every message begins.
std::string named(std::string_view column, std::string_view value) {
  std::string text(column);
  text += " \"";
  text += printable(value);
  text += '"';
  return text;
}

error bad_name(std::string_view column, std::string_view value) {
  if (value.empty()) return refusal(std::string(column) + " is empty; leave it out or name something");
  if (!is_utf8(value)) return refusal(named(column, value) + " is not UTF-8");
  if (!is_plain_text(value)) return refusal(named(column, value) + " has control characters");
  return refusal(named(column, value) + " is " + std::to_string(value.size()) + " bytes long; at most " +
                 std::to_string(plan_name_bytes_max) + " are allowed");
}

bool is_name(std::string_view value) { return !value.empty() && value.size() <= plan_name_bytes_max && is_plain_text(value); }

error bad_date(std::string_view column, const error& why) { return {why.code, std::string(column) + " " + why.message}; }

error bad_granularity(std::string_view value) {
  return refusal(named("granularity", value) + " is unknown; expected MINUTE, HOUR, DAY, WEEK, MONTH, QUARTER or YEAR");
}

error half_full_refresh(const completion_row& row) {
  const bool has_first = row.first.has_value();
  return refusal("granularity is NULL, but " + (has_first ? named("first", *row.first) : named("last", *row.last)) +
                 " is given; a full refresh leaves all three NULL, a partition needs its granularity");
}

error missing_first(const completion_row& row) {
  return refusal("first is NULL, but " + named("granularity", *row.granularity) +
                 " is given; name the start of the first partition, or leave all three NULL for a full refresh");
}

result<completion> decode_full_refresh(const completion_row& row, mark outcome) {
  if (row.first || row.last) return half_full_refresh(row);
  if (outcome == mark::cleared)
    return refusal(
        "outcome \"cleared\" is not possible for a full refresh (granularity, first and last are NULL); expected success or failed");
  return completion{{plan_kind::full_refresh, granularity::day}, whole_table, outcome};
}

result<completion> decode_partitions(const completion_row& row, mark outcome, std::int64_t partitions_max) {
  const std::optional<granularity> unit = parse_granularity(*row.granularity);
  if (!unit) return bad_granularity(*row.granularity);
  if (!row.first) return missing_first(row);
  const result<ordinal> first = parse_partition(*unit, *row.first);
  if (!first) return bad_date("first", first.error());
  range partitions{*first, *first};
  if (row.last && *row.last != *row.first) {
    const result<ordinal> last = parse_partition(*unit, *row.last);
    if (!last) return bad_date("last", last.error());
    if (*last < *first) return refusal(named("last", *row.last) + " is before " + named("first", *row.first));
    partitions.last = *last;
  }
  if (partitions.size() > partitions_max)
    return refusal(named("first", *row.first) + " to " + named("last", row.last.value_or(*row.first)) + " are " +
                   std::to_string(partitions.size()) + " partitions; at most " + std::to_string(partitions_max) +
                   " are allowed in one record (journal.max_partitions_per_record)");
  return completion{{plan_kind::partitioned, *unit}, partitions, outcome};
}

}  // namespace

result<completion> decode(const completion_row& row, std::int64_t partitions_max) {
  if (!is_name(row.plan)) return bad_name("plan", row.plan);
  if (row.job && !is_plain_text(*row.job)) return bad_name("job", *row.job);
  if (row.run_type && !is_name(*row.run_type)) return bad_name("run_type", *row.run_type);
  const std::optional<mark> outcome = parse_mark(row.outcome);
  if (!outcome) return refusal(named("outcome", row.outcome) + " is unknown; expected success, failed or cleared");
  return row.granularity ? decode_partitions(row, *outcome, partitions_max) : decode_full_refresh(row, *outcome);
}

}  // namespace partmark
