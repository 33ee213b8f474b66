#include "http/alarm_clock.hpp"

#include <cassert>
#include <utility>

namespace partmark::http {

alarm_clock::~alarm_clock() { assert(alarms_.empty()); }

alarm_clock::queue::iterator alarm_clock::add(time_point due, alarm* a) {
  const auto place = alarms_.emplace_hint(alarms_.end(), due, a);
  if (due < awaited_) await();
  return place;
}

void alarm_clock::remove(queue::iterator at) {
  alarms_.erase(at);
  // Else the timer is left as it is: it finds out for itself that it came for nothing.
  if (!alarms_.empty()) return;
  awaited_ = time_point::max();
  timer_.cancel();
}

void alarm_clock::await() {
  awaited_ = alarms_.begin()->first;
  timer_.expires_at(awaited_);
  timer_.async_wait([this, owner = owner_.lock()](const boost::system::error_code& cancelled) {
    assert(owner);
    if (!cancelled) ring();
  });
}

void alarm_clock::ring() {
  // A wait that was taken back just as it was due.
  if (alarms_.empty() || boost::asio::steady_timer::clock_type::now() < awaited_) return;
  awaited_ = time_point::max();
  const auto first = alarms_.begin();
  if (first->first <= boost::asio::steady_timer::clock_type::now()) {
    alarm& due = *first->second;
    alarms_.erase(first);
    // The others that are due follow each in its own turn of the loop: this one may take any of them back, and the clock with them.
    if (!alarms_.empty()) await();
    due.fired_ = true;
    const auto ring = std::move(due.ring_);
    ring();
    return;
  }
  await();
}

alarm::alarm(alarm_clock& clock, milliseconds after, std::function<void()> ring) : clock_(clock), ring_(std::move(ring)) {
  place_ = clock_.add(boost::asio::steady_timer::clock_type::now() + after, this);
}

alarm::~alarm() {
  if (!fired_) clock_.remove(place_);
}

}  // namespace partmark::http
