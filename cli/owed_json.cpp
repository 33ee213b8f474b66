#include "cli/owed_json.hpp"

#include "cli/partition_text.hpp"

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

void write_hold(json_writer& json, const hold_row& hold) {
  json.member("reason", reason_of(hold)).member("since", hold.since).member("next_try", hold.next_try).member("tries", hold.tries);
  json.key("http_status");
  if (hold.http_status == 0)
    json.null();
  else
    json.value(hold.http_status);
  json.member("code", hold.code).member("message", hold.message).member("trace_id", hold.trace_id);
}

std::string reason_of(const hold_row& hold) {
  std::string reason = hold.message;
  if (reason.empty()) reason = "refused without a reason";
  if (!hold.code.empty()) reason += " (code " + hold.code + ")";
  return reason;
}

}  // namespace partmark
