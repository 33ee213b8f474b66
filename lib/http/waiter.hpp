// The one place where a call sleeps, and so the one place where a deadline or a shutdown can end it. Asio's own cancellation is not
// used: after it, the next co_await would throw. One waiter a call, the loop's thread only.
#pragma once

#include "core/clock.hpp"
#include "http/tcp_socket.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>

namespace partmark::http {

class waiter {
 public:
  explicit waiter(boost::asio::io_context& io) : io_(io), event_(io) {}
  waiter(const waiter&) = delete;
  waiter& operator=(const waiter&) = delete;

  // Ends the wait under way and every later one.
  void cancel();
  [[nodiscard]] bool cancelled() const { return cancelled_; }

  // Waits for what a step on the descriptor wants: want_read or want_write. False if an alarm or cancel() ended it, now or earlier.
  [[nodiscard]] boost::asio::awaitable<bool> ready(boost::asio::posix::stream_descriptor& watched, io_state want);

  // Waits until notify(), which may already have come. False as above.
  [[nodiscard]] boost::asio::awaitable<bool> notified();
  void notify();

 private:
  friend class alarm;
  [[nodiscard]] bool interrupted() const { return cancelled_ || alarms_fired_ > 0; }
  void wake();

  boost::asio::io_context& io_;
  boost::asio::steady_timer event_;
  boost::asio::posix::stream_descriptor* waiting_on_ = nullptr;
  bool notified_ = false;
  bool cancelled_ = false;
  int alarms_fired_ = 0;
};

// Ends the waiter's waits `after` from its making, as long as it lives. Alarms nest: each counts for itself.
class alarm {
 public:
  alarm(waiter& w, milliseconds after);
  ~alarm();
  alarm(const alarm&) = delete;
  alarm& operator=(const alarm&) = delete;

  [[nodiscard]] bool fired() const;

 private:
  struct state;
  std::shared_ptr<state> state_;
};

}  // namespace partmark::http
