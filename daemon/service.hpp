// The running daemon: owns the event loop and every part, carries out what the reconciliation loop decides, and obeys signals.
// SIGTERM and SIGINT drain and stop within 5 s; SIGHUP reloads. Everything happens on the thread that calls run(),
// but for the calls to the endpoints (remote_thread).
#pragma once

#include "config/load.hpp"
#include "daemon/control_server.hpp"
#include "daemon/journal_watcher.hpp"
#include "daemon/options.hpp"
#include "daemon/remote_thread.hpp"
#include "daemon/status_board.hpp"
#include "journal/sqlite_journal.hpp"
#include "observe/log.hpp"
#include "observe/service_manager.hpp"
#include "reconcile/loop.hpp"
#include "state/sqlite_state.hpp"
#include "state/state_lock.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <optional>
#include <string>

namespace partmark {

class service {
 public:
  // Opens everything; start-up failures throw std::runtime_error with what to do.
  service(const daemon_options& options, config::settings settings, event_log& log);

  // Runs until told to stop; the process's exit code.
  int run();

 private:
  void turn();
  void schedule_turn();
  void await_signal();
  void await_timer();
  void on_signal(int number);
  void reload();
  result<void> move(const config::settings& next);
  result<void> serve_status(const config::settings& at);
  result<void> move_control(const config::settings& to);
  void tend_control(steady_time at);
  void say_control(const result<void>& listening);
  void stop(int exit_code, const char* why);
  void finish_if_idle();
  void heartbeat();
  void watchdog();
  void decide_once();
  void release_memory();
  [[nodiscard]] std::string status_text() const;

  daemon_options options_;
  config::settings settings_;
  event_log& log_;
  service_manager manager_;
  // One thread runs it and uses what lies on it; others (a name lookup) only post to it.
  boost::asio::io_context io_{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO};
  state_lock lock_;
  std::unique_ptr<sqlite_state> state_;
  sqlite_journal journal_;
  status_board board_;
  remote_thread remote_;
  loop loop_;
  journal_watcher watcher_;
  control_server control_;
  boost::asio::signal_set signals_;
  boost::asio::steady_timer wake_;
  boost::asio::steady_timer stop_timer_;
  boost::asio::steady_timer deadline_;
  boost::asio::steady_timer heartbeat_;
  boost::asio::steady_timer watchdog_;
  steady_time control_tended_;
  std::string control_trouble_;  // why nobody reaches the control socket, as it was said last; empty: it is well
  bool turn_posted_ = false;
  unsigned calls_ended_ = 0;  // since memory was last given back
  unsigned busy_turns_ = 0;   // in a row: each had more to do at once
  bool stopping_ = false;
  int exit_code_ = 0;
};

}  // namespace partmark
