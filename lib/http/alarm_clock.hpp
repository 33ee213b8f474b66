// Many deadlines on one Asio timer. A call sets two or three and mostly takes them back in time: an Asio timer each, and a cancelled wait
// each, would cost more than the call. Part of a client; the io_context's thread only.
#pragma once

#include "core/clock.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/intrusive/set.hpp>

#include <functional>
#include <memory>
#include <utility>

namespace partmark::http {

class alarm_clock;

// Calls `ring` once, from the loop, `after` its making, unless it is gone by then. `ring` may destroy the alarm, or make others.
class alarm : public boost::intrusive::set_base_hook<> {
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
  boost::asio::steady_timer::time_point due_;
  bool fired_ = false;
};

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
  struct due {
    using type = time_point;
    const type& operator()(const alarm& a) const { return a.due_; }
  };

  void add(alarm& a);
  void remove(alarm& a);
  void await();
  void ring();

  boost::asio::steady_timer timer_;
  std::weak_ptr<void> owner_;
  boost::intrusive::multiset<alarm, boost::intrusive::key_of_value<due>> alarms_;  // the alarms themselves: setting one allocates nothing
  time_point awaited_ = time_point::max();                                         // what the timer waits for: never later than the first
};

}  // namespace partmark::http
