#include "cli/owed_json.hpp"

#include "cli/partition_text.hpp"
#include "cli/time_text.hpp"

namespace partmark {
namespace {

std::string_view to_text(pending_why why) {
  switch (why) {
    case pending_why::waiting:
      return "waiting";
    case pending_why::in_flight:
      return "in_flight";
    case pending_why::reassertion:
      return "reassertion";
  }
  return "";
}

}  // namespace

void write_pending(json_writer& json, const plan_shape& shape, const pending_part& part) {
  json.object();
  write_claim(json, shape, part.said);
  json.member("why", to_text(part.why)).end();
}

refusal refusal_of(const hold_row& hold) {
  return {hold.http_status, hold.code, hold.message, hold.trace_id, hold.since, hold.next_try, hold.tries};
}

refusal refusal_of(const trigger_row& held) {
  return {held.http_status, held.code, held.message, held.trace_id, held.since, held.next_try, held.tries};
}

std::string reason_of(const refusal& r) {
  std::string reason = r.message.empty() ? "refused without a reason" : r.message;
  if (!r.code.empty()) reason += " (code " + r.code + ")";
  return reason;
}

std::string when_of(const refusal& r) {
  return "since " + short_utc(r.since) + ", next try " + (r.next_try ? short_utc(*r.next_try) : "by `partmark retry` only");
}

void write_refusal(json_writer& json, const refusal& r) {
  json.member("reason", reason_of(r)).member("since", r.since).member("next_try", r.next_try).member("tries", r.tries);
  json.key("http_status");
  if (r.http_status == 0)
    json.null();
  else
    json.value(r.http_status);
  json.member("code", r.code).member("message", r.message).member("trace_id", r.trace_id);
}

claim claim_of(const trigger_row& trigger) { return {{trigger.date, trigger.date}, mark::success}; }

}  // namespace partmark
