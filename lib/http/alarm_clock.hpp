// Many deadlines on one Asio timer. A call sets two or three and mostly takes them back in time: an Asio timer each, and a cancelled wait
// each, would cost more than the call. Part of a client; the loop's thread only.
#pragma once

#include "core/clock.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <map>
#include <memory>
#include <utility>

namespace partmark::http {

class alarm;

// Outlives its alarms. While there are some the io_context keeps running, and keeps alive what the clock is part of.
class alarm_clock {
 public:
  explicit alarm_clock(boost::asio::io_context& io) : timer_(io) {}
  alarm_clock(const alarm_clock&) = delete;
  alarm_clock& operator=(const alarm_clock&) = delete;
  ~alarm_clock();

  // Before the first alarm: what the clock is part of.
  void belongs_to(std::weak_ptr<void> owner) { owner_ = std::move(owner); }

 private:
  friend class alarm;
  using time_point = boost::asio::steady_timer::time_point;
  using queue = std::multimap<time_point, alarm*>;

  queue::iterator add(time_point due, alarm* a);
  void remove(queue::iterator at);
  void await();
  void ring();

  boost::asio::steady_timer timer_;
  std::weak_ptr<void> owner_;
  queue alarms_;
  time_point awaited_ = time_point::max();  // what the timer waits for: never later than the first alarm
};

// Calls `ring` once, from the loop, `after` its making, unless it is gone by then. `ring` may destroy the alarm, or make others.
class alarm {
 public:
  alarm(alarm_clock& clock, milliseconds after, std::function<void()> ring);
  ~alarm();
  alarm(const alarm&) = delete;
  alarm& operator=(const alarm&) = delete;

  [[nodiscard]] bool fired() const { return fired_; }

 private:
  friend class alarm_clock;

  alarm_clock& clock_;
  std::function<void()> ring_;
  bool fired_ = false;
  alarm_clock::queue::iterator place_;  // while it has not fired
};

}  // namespace partmark::http
