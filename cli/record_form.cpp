#include "cli/record_form.hpp"

namespace partmark {
namespace {

error wrong(std::string message) { return {errc::invalid, std::move(message)}; }

// Unique to one run of the service, what it built and how that ended; the same when ExecStopPost= is run again for it.
std::string key_of(const service_end& end, const record_options& o) {
  std::string key = "systemd:" + end.invocation;
  for (const auto* part : {&o.plan, &o.granularity, &o.first, &o.last, &o.table, &o.partition, &o.outcome}) {
    key += ':';
    key += part->value_or("");
  }
  return key;
}

result<void> check_table_form(const record_options& o) {
  if (o.plan) return wrong("--table and --plan exclude one another: one record is of a source table or of a plan");
  if (o.granularity || o.first || o.last || o.full_refresh || o.run_type)
    return wrong(
        "--table takes --partition and --outcome only; --granularity, --first, --last, --full-refresh and --run-type are of plans");
  if (!o.partition) return wrong("--partition is missing: the table's partition, such as 2025-10-20");
  return {};
}

result<void> check_plan_form(const record_options& o) {
  if (!o.plan) return wrong("--plan or --table is missing: say what was built");
  if (o.partition) return wrong("--partition goes with --table; a plan takes --granularity and --first");
  if (o.full_refresh) {
    if (o.granularity || o.first || o.last)
      return wrong("--full-refresh stands for the whole table: leave --granularity, --first and --last out");
    return {};
  }
  if (!o.granularity) return wrong("--granularity is missing: MINUTE, HOUR, DAY, WEEK, MONTH, QUARTER or YEAR; or say --full-refresh");
  if (!o.first) return wrong("--first is missing: the start of the first partition, such as 2025-10-20");
  return {};
}

}  // namespace

result<void> check_form(const record_options& o) {
  if (o.from_systemd && o.outcome) return wrong("--from-systemd and --outcome exclude one another: the service's end is the outcome");
  if (!o.from_systemd && !o.outcome) return wrong("--outcome is missing: success, failed or cleared");
  return o.table ? check_table_form(o) : check_plan_form(o);
}

result<bool> take_from(const service_end& end, record_options& o) {
  const auto outcome = outcome_of(end);
  if (!outcome) return outcome.error();
  if (!*outcome) return false;
  o.outcome = std::string(**outcome);
  if (!o.job && !end.unit.empty()) o.job = end.unit;
  if (!o.key && !end.invocation.empty()) o.key = key_of(end, o);
  return true;
}

}  // namespace partmark
