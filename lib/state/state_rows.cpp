#include "state/state_rows.hpp"

#include "state/row_codec.hpp"

namespace partmark::state_rows {

using row_codec::decode;
using row_codec::time_of;
using use = sqlite::statement::use;

namespace {

template <class Row>
bool read_plan(const Row& row, plan_row& into) {
  into.id = static_cast<plan_id>(row.int64(0));
  into.uuid = row.text(1);
  into.run_type = row.text(4);
  into.pending_since = time_of(row.optional_int64(5));
  into.refold_next = row.optional_int64(6);
  into.refold_until = row.int64(7);
  into.attempts = static_cast<std::uint32_t>(row.int64(8));
  into.endpoint = row.text(9);
  return row.int64(0) == into.id && decode(row.text(2), row.optional_text(3), into.shape);
}

}  // namespace

bool read(const use& row, plan_row& into) { return read_plan(row, into); }
bool read(const sqlite::argument_row& row, plan_row& into) { return read_plan(row, into); }

bool read(const use& row, hold_row& into) {
  into.id = row.int64(0);
  into.plan = static_cast<plan_id>(row.int64(1));
  into.http_status = static_cast<unsigned>(row.int64(2));
  into.code = row.text(3);
  into.message = row.text(4);
  into.trace_id = row.text(5);
  into.since = time_of(row.int64(6));
  into.next_try = time_of(row.int64(7));
  into.tries = static_cast<unsigned>(row.int64(8));
  return row.int64(1) == into.plan && row.int64(8) == into.tries;
}

bool read(const use& row, rejected_row& into) {
  into.seq = row.int64(0);
  into.table = row.text(1);
  into.plan = row.text(2);
  into.reason = row.text(3);
  into.at = time_of(row.int64(4));
  return true;
}

bool read(const use& row, intent_row& into) {
  into.plan = static_cast<plan_id>(row.int64(0));
  into.call_id = static_cast<std::uint64_t>(row.int64(1));
  into.at = time_of(row.int64(3));
  return row.int64(0) == into.plan && decode(row.text(2), into.claims.kind) && decode(row.text(4), into.claims.claims);
}

bool read(const use& row, attempt_row& into) {
  into.plan = static_cast<plan_id>(row.int64(0));
  into.call_id = static_cast<std::uint64_t>(row.int64(1));
  into.partitions = row.int64(3);
  into.sent_at = time_of(row.int64(4));
  into.took = milliseconds(row.int64(5));
  into.ended.endpoint_trouble = row.int64(7) != 0;
  into.ended.retry_at_once = row.int64(8) != 0;
  const auto not_before = row.optional_int64(9);
  into.ended.not_before = not_before ? std::optional(milliseconds(*not_before)) : std::nullopt;
  into.ended.http_status = static_cast<unsigned>(row.int64(10));
  into.ended.code = row.text(11);
  into.ended.message = row.text(12);
  into.ended.trace_id = row.text(13);
  return row.int64(0) == into.plan && decode(row.text(2), into.kind) && decode(row.text(6), into.ended.kind) &&
         decode(row.text(14), into.claims);
}

bool read(const use& row, trigger_row& into) {
  into.table = row.text(0);
  into.date = row.int64(1);
  const std::int64_t status = row.int64(2);
  const std::int64_t sequel = row.int64(3);
  if (status < 0 || status > 2 || sequel < 0 || sequel > 2) return false;
  into.entry = {static_cast<trigger_status>(status), static_cast<trigger_sequel>(sequel)};
  into.http_status = static_cast<unsigned>(row.int64(4));
  into.code = row.text(5);
  into.message = row.text(6);
  into.trace_id = row.text(7);
  into.since = time_of(row.int64(8));
  into.next_try = time_of(row.optional_int64(9));
  into.tries = static_cast<unsigned>(row.int64(10));
  return true;
}

bool read(const use& row, journal_position& into) {
  into.uuid = row.text(0);
  into.plans = {row.int64(1), row.int64(2), static_cast<std::uint64_t>(row.int64(3))};
  into.tables = {row.int64(4), row.int64(5), static_cast<std::uint64_t>(row.int64(6))};
  return true;
}

error corrupt(const std::string& path, std::string_view table, std::string_view what) {
  return {errc::corrupt, path + ": table " + std::string(table) + " " + std::string(what) +
                             "; run `partmark state check`, and `partmark state rebuild` to make the state anew from the journal"};
}

std::string select(std::string_view columns, std::string_view from) {
  return "SELECT " + std::string(columns) + " FROM " + std::string(from);
}

}  // namespace partmark::state_rows
