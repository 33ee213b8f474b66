#include "http/alarm_clock.hpp"

#include <cassert>
#include <utility>

namespace partmark::http {

alarm_clock::~alarm_clock() { assert(alarms_.empty()); }

void alarm_clock::add(alarm& a) {
  const auto place = alarms_.insert(alarms_.end(), a);
  try {
    if (a.due_ < awaited_) await();
  } catch (...) {
    alarms_.erase(place);
    throw;
  }
}

void alarm_clock::remove(alarm& a) {
  alarms_.erase(alarms_.iterator_to(a));
  // Else the timer is left as it is: it finds out for itself that it came for nothing.
  if (!alarms_.empty()) return;
  awaited_ = time_point::max();
  timer_.cancel();
}

void alarm_clock::await() {
  const time_point first = alarms_.begin()->due_;
  timer_.expires_at(first);
  timer_.async_wait([this, owner = owner_.lock()](const boost::system::error_code& cancelled) {
    assert(owner);
    if (!cancelled) ring();
  });
  awaited_ = first;
}

void alarm_clock::ring() {
  // A wait that was taken back just as it was due.
  if (alarms_.empty() || boost::asio::steady_timer::clock_type::now() < awaited_) return;
  awaited_ = time_point::max();
  alarm& first = *alarms_.begin();
  if (first.due_ <= boost::asio::steady_timer::clock_type::now()) {
    alarms_.erase(alarms_.begin());
    first.fired_ = true;
    // The others that are due follow each in its own turn of the loop: this one may take any of them back, and the clock with them.
    if (!alarms_.empty()) await();
    const auto ring = std::move(first.ring_);
    ring();
    return;
  }
  await();
}

alarm::alarm(alarm_clock& clock, milliseconds after, std::function<void()> ring)
    : clock_(clock), ring_(std::move(ring)), due_(boost::asio::steady_timer::clock_type::now() + after) {
  clock_.add(*this);
}

alarm::~alarm() {
  if (!fired_) clock_.remove(*this);
}

}  // namespace partmark::http
