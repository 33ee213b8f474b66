#include "http/connection.hpp"

namespace partmark::http {

using descriptor = boost::asio::posix::stream_descriptor;

void connection::listen(listener* who) {
  listener_ = who;
  if (who != nullptr) await(descriptor::wait_read, read_awaited_);
}

void connection::await_room(listener* who) {
  listener_ = who;
  await(descriptor::wait_write, write_awaited_);
}

void connection::await(descriptor::wait_type what, bool& awaited) {
  if (std::exchange(awaited, true)) return;
  watched_.async_wait(what, [weak = weak_from_this(), &awaited](const boost::system::error_code&) {
    const auto self = weak.lock();
    if (!self) return;
    awaited = false;
    // Whatever woke us: the next call on the socket says more than the wait's error code.
    if (self->listener_ != nullptr) self->listener_->on_ready();
  });
}

}  // namespace partmark::http
