#include "http/waiter.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace partmark::http {

namespace asio = boost::asio;
using descriptor = asio::posix::stream_descriptor;

void waiter::wake() {
  if (waiting_on_ != nullptr) waiting_on_->cancel();
  event_.cancel();
}

void waiter::cancel() {
  cancelled_ = true;
  wake();
}

asio::awaitable<bool> waiter::ready(descriptor& watched, io_state want) {
  if (interrupted()) co_return false;
  waiting_on_ = &watched;
  co_await watched.async_wait(want == io_state::want_write ? descriptor::wait_write : descriptor::wait_read,
                              asio::as_tuple(asio::use_awaitable));
  waiting_on_ = nullptr;
  // Whatever woke us: the next call on the socket says more than the wait's error code.
  co_return !interrupted();
}

asio::awaitable<bool> waiter::notified() {
  while (!notified_ && !interrupted()) {
    event_.expires_at(asio::steady_timer::time_point::max());
    co_await event_.async_wait(asio::as_tuple(asio::use_awaitable));
  }
  co_return !interrupted();
}

void waiter::notify() {
  notified_ = true;
  event_.cancel();
}

time_limit::time_limit(waiter& w, milliseconds after)
    : owner_(w), alarm_(w.clock_, after, [&w] {
        ++w.limits_passed_;
        w.wake();
      }) {}

time_limit::~time_limit() {
  if (passed()) --owner_.limits_passed_;
}

}  // namespace partmark::http
