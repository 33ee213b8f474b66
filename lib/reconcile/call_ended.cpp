#include "reconcile/call_ended.hpp"

#include "reconcile/event_names.hpp"

namespace partmark {

std::string_view api_name(caller who) {
  switch (kind_of(who)) {
    case caller_kind::plan:
      return "mark";
    case caller_kind::drift:
      return "list";
    case caller_kind::table:
      return "trigger";
    case caller_kind::plan_check:
      break;
  }
  return "check";
}

void log_call_ended(events& log, const std::string& endpoint, std::string_view api, const verdict& v, steady_time::duration took) {
  if (!log.wants(severity::debug)) return;
  event e{severity::debug, event_name::call_ended, "a call ended", {}};
  e.fields.reserve(6);
  e.fields.push_back({"endpoint", endpoint});
  e.fields.push_back({"api", std::string(api)});
  e.fields.push_back({"verdict", std::string(to_text(v.kind))});
  e.fields.push_back({"status", static_cast<std::int64_t>(v.http_status)});
  e.fields.push_back({"reason", v.message});
  e.fields.push_back({"ms", std::chrono::duration_cast<milliseconds>(took).count()});
  log.emit(e);
}

}  // namespace partmark
