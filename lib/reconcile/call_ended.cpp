#include "reconcile/call_ended.hpp"

#include "reconcile/event_names.hpp"

#include <chrono>
#include <cstdint>
#include <string_view>

namespace partmark {
namespace {

// What a caller calls for, in one word.
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

}  // namespace

call_ended_log::call_ended_log(events& log)
    : log_(log),
      ended_{severity::debug,
             event_name::call_ended,
             "a call ended",
             {{"endpoint", {}}, {"api", {}}, {"verdict", {}}, {"status", std::int64_t{0}}, {"reason", {}}, {"ms", std::int64_t{0}}}} {}

void call_ended_log::write(const std::string& endpoint, caller who, const verdict& v, steady_time::duration took) {
  if (!log_.wants(severity::debug)) return;
  event_refill next(ended_);
  next.text(endpoint);
  next.text(api_name(who));
  next.text(to_text(v.kind));
  next.number(static_cast<std::int64_t>(v.http_status));
  next.text(v.message);
  next.number(std::chrono::duration_cast<milliseconds>(took).count());
  log_.emit(ended_);
}

}  // namespace partmark
