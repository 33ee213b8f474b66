// Where the opening of a connection sleeps, and so where a deadline or a shutdown can end it. Asio's own cancellation is not used: after
// it, the next co_await would throw. One waiter a call, the io_context's thread only.
#pragma once

#include "http/alarm_clock.hpp"
#include "http/tcp_socket.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

namespace partmark::http {

class waiter {
 public:
  waiter(boost::asio::io_context& io, alarm_clock& clock) : clock_(clock), event_(io) {}
  waiter(const waiter&) = delete;
  waiter& operator=(const waiter&) = delete;

  // Ends the wait under way and every later one.
  void cancel();
  [[nodiscard]] bool cancelled() const { return cancelled_; }

  // Waits for what a step on the descriptor wants: want_read or want_write. False if a time_limit or cancel() ended it, now or earlier.
  [[nodiscard]] boost::asio::awaitable<bool> ready(boost::asio::posix::stream_descriptor& watched, io_state want);

  // Waits until notify(), which may already have come. False as above.
  [[nodiscard]] boost::asio::awaitable<bool> notified();
  void notify();

 private:
  friend class time_limit;
  [[nodiscard]] bool interrupted() const { return cancelled_ || limits_passed_ > 0; }
  void wake();

  alarm_clock& clock_;
  boost::asio::steady_timer event_;
  boost::asio::posix::stream_descriptor* waiting_on_ = nullptr;
  bool notified_ = false;
  bool cancelled_ = false;
  int limits_passed_ = 0;
};

// Ends the waiter's waits `after` from its making, as long as it lives. Limits nest: each counts for itself.
class time_limit {
 public:
  time_limit(waiter& w, milliseconds after);
  ~time_limit();
  time_limit(const time_limit&) = delete;
  time_limit& operator=(const time_limit&) = delete;

  [[nodiscard]] bool passed() const { return alarm_.fired(); }

 private:
  waiter& owner_;
  alarm alarm_;
};

}  // namespace partmark::http
