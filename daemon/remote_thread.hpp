// The remote port on a thread of its own: the loop decides and stores, this thread carries calls. A third of a call's work is HTTP
// (docs/performance.md). Calls and their ends change threads by mailboxes. Owned by the service; used on the loop's thread.
#pragma once

#include "daemon/can_remote.hpp"
#include "daemon/mailbox.hpp"
#include "reconcile/events.hpp"
#include "reconcile/remote.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <exception>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace partmark {

class remote_thread final : public remote {
 public:
  using ended_handler = can_remote::ended_handler;

  // Starts the thread; throws std::runtime_error when none is to be had. `ended` is called, and `log` is told, on the loop, which outlives
  // it. What is thrown on the thread leaves the loop's run(); without memory to hand it over in, the process ends with exit_trouble.
  remote_thread(boost::asio::io_context& loop, events& log, ended_handler ended);
  // What is under way ends without a word.
  ~remote_thread() override;
  remote_thread(const remote_thread&) = delete;
  remote_thread& operator=(const remote_thread&) = delete;

  // As can_remote's; waits for the thread to have done it.
  result<void> configure(const std::vector<config::endpoint_settings>& endpoints);

  void send(std::uint64_t call_id, const std::string& endpoint, call_type type, http_request request) override;
  void flush() override;

  // Ends every call as cancelled.
  void shut_down();

  // Calls may follow soon: the thread gets up meanwhile. A sleeping thread takes longer to wake than a call to send (docs/performance.md).
  void expect_calls();

  // Calls `back` on the loop once the thread has shown that it is alive.
  void ping(std::function<void()> back);

 private:
  struct outgoing {
    std::uint64_t call_id = 0;
    std::string endpoint;
    call_type type = call_type::mark;
    http_request request;
  };
  struct incoming {
    std::uint64_t call_id = 0;
    call_answer answer;
  };

  // Events of the thread, on the loop.
  class relay final : public events {
   public:
    relay(boost::asio::io_context& loop, events& log) : loop_(loop), log_(log) {}
    void emit(const event& e) override;

   private:
    boost::asio::io_context& loop_;
    events& log_;
  };

  void run();
  void hand_over(std::exception_ptr thrown);
  void send_all();
  void end_here(std::uint64_t call_id, call_answer answer);
  void end_all();

  boost::asio::io_context& loop_;
  ended_handler ended_;
  relay relay_;
  mailbox<outgoing> outbox_;
  mailbox<incoming> inbox_;
  // On their way into a mailbox, and out of it: the loop's two, and the thread's.
  std::vector<outgoing> unsent_;
  std::vector<incoming> ending_;
  std::vector<outgoing> sending_;
  std::vector<incoming> ended_here_;
  boost::asio::io_context io_{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> stays_{io_.get_executor()};
  can_remote carrier_;  // the thread's
  std::thread thread_;
};

}  // namespace partmark
