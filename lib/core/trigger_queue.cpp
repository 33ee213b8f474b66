#include "core/trigger_queue.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace partmark {

void trigger_queue::put(ordinal date, trigger_entry entry, trigger_changes& out) {
  const auto [at, is_new] = entries_.try_emplace(date, entry);
  if (!is_new && at->second == entry) return;
  at->second = entry;
  out.push_back({date, entry});
}

void trigger_queue::drop(ordinal date, trigger_changes& out) {
  if (entries_.erase(date) > 0) out.push_back({date, std::nullopt});
}

// What the trigger under way is to be followed by.
trigger_sequel trigger_queue::end_flight(ordinal& date) {
  assert(in_flight_);
  date = *std::exchange(in_flight_, std::nullopt);
  return entries_.at(date).sequel;
}

void trigger_queue::succeeded(ordinal date, trigger_changes& out) {
  if (in_flight_ == date)
    put(date, {trigger_status::in_flight, trigger_sequel::again}, out);
  else
    put(date, {}, out);
}

void trigger_queue::failed(ordinal date, trigger_changes& out) {
  if (in_flight_ == date)
    put(date, {trigger_status::in_flight, trigger_sequel::cancel}, out);
  else
    drop(date, out);
}

std::optional<ordinal> trigger_queue::next() const {
  assert(!in_flight_);
  for (const auto& [date, entry] : entries_)
    if (entry.status == trigger_status::waiting) return date;
  return std::nullopt;
}

void trigger_queue::take(ordinal date, trigger_changes& out) {
  assert(!in_flight_ && entries_.at(date).status == trigger_status::waiting);
  put(date, {trigger_status::in_flight, trigger_sequel::none}, out);
  in_flight_ = date;
}

void trigger_queue::accepted(trigger_changes& out) {
  ordinal date = 0;
  if (end_flight(date) == trigger_sequel::again)
    put(date, {}, out);
  else
    drop(date, out);
}

void trigger_queue::refused(trigger_changes& out) {
  ordinal date = 0;
  if (end_flight(date) == trigger_sequel::cancel)
    drop(date, out);
  else
    put(date, {}, out);
}

bool trigger_queue::hold(trigger_changes& out) {
  ordinal date = 0;
  switch (end_flight(date)) {
    case trigger_sequel::again:
      put(date, {}, out);
      return false;
    case trigger_sequel::cancel:
      drop(date, out);
      return false;
    case trigger_sequel::none:
      break;
  }
  put(date, {trigger_status::held, trigger_sequel::none}, out);
  return true;
}

void trigger_queue::release(ordinal date, trigger_changes& out) {
  const auto found = entries_.find(date);
  if (found != entries_.end() && found->second.status == trigger_status::held) put(date, {}, out);
}

void trigger_queue::restore(ordinal date, trigger_entry entry) { entries_[date] = entry; }

void trigger_queue::resume(ordinal date) {
  assert(!in_flight_ && entries_.at(date).status == trigger_status::in_flight);
  in_flight_ = date;
}

bool trigger_queue::owes() const {
  return std::any_of(entries_.begin(), entries_.end(), [](const auto& e) { return e.second.status != trigger_status::held; });
}

}  // namespace partmark
