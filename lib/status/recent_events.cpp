#include "status/recent_events.hpp"

#include "core/text.hpp"
#include "reconcile/event_names.hpp"

namespace partmark {
namespace {

// Lives as long as the event.
std::string_view text_of(const event& e, std::string_view key) {
  for (const auto& f : e.fields)
    if (f.key == key)
      if (const auto* s = std::get_if<std::string>(&f.value)) return *s;
  return {};
}

void show(std::string& in, std::string_view text) {
  in.clear();
  append_printable(in, text, recent_events::text_bytes_max);
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
  // The oldest makes room, and leaves the memory of its texts.
  recent_event latest = all_.full() ? std::move(all_.back()) : recent_event{};
  latest.at = clock_();
  latest.level = e.level;
  latest.name = e.name;
  show(latest.message, e.message);
  show(latest.plan, text_of(e, "plan"));
  show(latest.endpoint, text_of(e, "endpoint"));
  show(latest.trace_id, text_of(e, "trace_id"));
  all_.push_front(std::move(latest));
}

void recent_events::call_ended(const event& e) {
  const std::string_view name = text_of(e, "endpoint");
  auto found = endpoints_.find(name);
  if (found == endpoints_.end()) found = endpoints_.emplace(name, endpoint_memory{}).first;
  endpoint_memory& memory = found->second;
  const std::string_view verdict = text_of(e, "verdict");
  if (verdict == "accepted") {
    memory.accepted_at = clock_();
    return;
  }
  memory.failed_at = clock_();
  memory.failed_status = number_of(e, "status");
  memory.failure = verdict;
  if (const auto reason = text_of(e, "reason"); !reason.empty()) memory.failure.append(": ").append(printable(reason, text_bytes_max));
}

const endpoint_memory& recent_events::endpoint(std::string_view name) const {
  static const endpoint_memory none;
  const auto found = endpoints_.find(name);
  return found == endpoints_.end() ? none : found->second;
}

}  // namespace partmark
