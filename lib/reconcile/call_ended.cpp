#include "reconcile/call_ended.hpp"

#include "reconcile/event_names.hpp"

#include <chrono>
#include <cstdint>
#include <string_view>
#include <variant>

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
  auto field = ended_.fields.begin();
  const auto text = [&field](std::string_view value) { std::get<std::string>((field++)->value) = value; };
  const auto number = [&field](std::int64_t value) { std::get<std::int64_t>((field++)->value) = value; };
  text(endpoint);
  text(api_name(who));
  text(to_text(v.kind));
  number(static_cast<std::int64_t>(v.http_status));
  text(v.message);
  number(std::chrono::duration_cast<milliseconds>(took).count());
  log_.emit(ended_);
}

}  // namespace partmark
