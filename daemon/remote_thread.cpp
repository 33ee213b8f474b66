#include "daemon/remote_thread.hpp"

#include "daemon/exit_code.hpp"
#include "http/all_signals_blocked.hpp"

#include <boost/asio/post.hpp>

#include <pthread.h>

#include <cstdio>
#include <cstdlib>
#include <future>
#include <new>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace partmark {
namespace asio = boost::asio;

void remote_thread::relay::emit(const event& e) {
  asio::post(loop_, [&log = log_, e] { log.emit(e); });
}

remote_thread::remote_thread(asio::io_context& loop, events& log, ended_handler ended)
    : loop_(loop),
      ended_(std::move(ended)),
      relay_(loop, log),
      carrier_(io_, relay_, [this](std::uint64_t call_id, call_answer answer) { end_here(call_id, std::move(answer)); }) {
  try {
    const http::all_signals_blocked blocked;
    thread_ = std::thread([this] { run(); });
  } catch (const std::system_error& e) {
    throw std::runtime_error(std::string("no thread for the calls to the endpoints: ") + e.what() +
                             "; give it more memory or more tasks (TasksMax=, ulimit -u)");
  }
}

remote_thread::~remote_thread() {
  io_.stop();
  thread_.join();
}

// After an exception, which ends the daemon, it goes on: the loop may be waiting for it before it hears of that.
void remote_thread::run() {
  ::pthread_setname_np(::pthread_self(), "partmarkd-calls");  // at most 15 characters
  while (!io_.stopped()) {
    try {
      io_.run();
    } catch (...) {
      hand_over(std::current_exception());
    }
  }
}

// Without memory for the post the loop never hears of it: the word and the code are then those that main() has for a loop without memory.
void remote_thread::hand_over(std::exception_ptr thrown) {
  try {
    asio::post(loop_, [thrown = std::move(thrown)] { std::rethrow_exception(thrown); });
  } catch (const std::bad_alloc&) {
    std::fputs("partmarkd: out of memory for calls; what was stored is safe, and the next start goes on from there\n", stderr);
    std::_Exit(exit_trouble);
  }
}

result<void> remote_thread::configure(const std::vector<config::endpoint_settings>& endpoints) {
  std::packaged_task<result<void>()> task([&] { return carrier_.configure(endpoints); });
  auto done = task.get_future();
  asio::post(io_, [&task] { task(); });
  return done.get();
}

void remote_thread::send(std::uint64_t call_id, const std::string& endpoint, call_type type, http_request request) {
  unsent_.push_back({call_id, endpoint, type, std::move(request)});
}

void remote_thread::flush() {
  if (outbox_.put(unsent_)) asio::post(io_, [this] { send_all(); });
}

void remote_thread::expect_calls() {
  asio::post(io_, [] {});
}

void remote_thread::send_all() {
  outbox_.take(sending_);
  for (outgoing& o : sending_) carrier_.send(o.call_id, o.endpoint, o.type, std::move(o.request));
}

// The loop is told once all that has come by now is read: woken by the first, it would take that alone, and take the processor for it.
void remote_thread::end_here(std::uint64_t call_id, call_answer answer) {
  ended_here_.push_back({call_id, std::move(answer)});
  if (ended_here_.size() > 1) return;
  asio::post(io_, [this] {
    if (inbox_.put(ended_here_)) asio::post(loop_, [this] { end_all(); });
  });
}

void remote_thread::end_all() {
  inbox_.take(ending_);
  for (incoming& i : ending_) ended_(i.call_id, std::move(i.answer));
}

void remote_thread::shut_down() {
  asio::post(io_, [this] { carrier_.shut_down(); });
}

void remote_thread::ping(std::function<void()> back) {
  asio::post(io_, [this, back = std::move(back)]() mutable { asio::post(loop_, std::move(back)); });
}

}  // namespace partmark
