#include "status/recent_events.hpp"

#include "core/text.hpp"
#include "reconcile/event_names.hpp"

namespace partmark {
namespace {

std::string text_of(const event& e, std::string_view key) {
  for (const auto& f : e.fields)
    if (f.key == key)
      if (const auto* s = std::get_if<std::string>(&f.value)) return printable(*s, recent_events::text_bytes_max);
  return {};
}

std::int64_t number_of(const event& e, std::string_view key) {
  for (const auto& f : e.fields)
    if (f.key == key)
      if (const auto* n = std::get_if<std::int64_t>(&f.value)) return *n;
  return 0;
}

}  // namespace

void recent_events::emit(const event& e) {
  if (e.name == event_name::call_ended) return call_ended(e);
  if (e.level == severity::debug || e.name == event_name::heartbeat) return;
  if (all_.size() == kept) all_.pop_back();
  all_.push_front({clock_(), e.level, std::string(e.name), printable(e.message, text_bytes_max), text_of(e, "plan"), text_of(e, "endpoint"),
                   text_of(e, "trace_id")});
}

void recent_events::call_ended(const event& e) {
  endpoint_memory& memory = endpoints_[text_of(e, "endpoint")];
  const std::string verdict = text_of(e, "verdict");
  if (verdict == "accepted") {
    memory.accepted_at = clock_();
    return;
  }
  memory.failed_at = clock_();
  memory.failed_status = number_of(e, "status");
  const std::string reason = text_of(e, "reason");
  memory.failure = reason.empty() ? verdict : verdict + ": " + reason;
}

const endpoint_memory& recent_events::endpoint(std::string_view name) const {
  static const endpoint_memory none;
  const auto found = endpoints_.find(name);
  return found == endpoints_.end() ? none : found->second;
}

}  // namespace partmark
