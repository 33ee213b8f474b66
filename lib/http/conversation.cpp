#include "http/conversation.hpp"

#include <boost/asio/post.hpp>

#include <array>
#include <utility>

namespace partmark::http {
namespace {

constexpr std::size_t read_chunk = 16 * 1024;  // one TLS record

std::string step_text(transport_phase phase) {
  if (phase == transport_phase::write) return "sending the request to";
  return phase == transport_phase::read_header ? "waiting for the reply of" : "reading the reply of";
}

}  // namespace

conversation::conversation(boost::asio::io_context& io, alarm_clock& clock, const client_settings& settings,
                           std::shared_ptr<connection> link, std::string request, bool is_head, handler done)
    : io_(io),
      settings_(settings),
      link_(std::move(link)),
      request_(std::move(request)),
      unsent_(request_),
      done_(std::move(done)),
      bytes_before_(link_->bytes_written()),
      reader_({settings.header_bytes_max, settings.reply_bytes_max}, is_head) {
  deadline_.emplace(clock, settings.request_timeout, [this] { end(); });
}

void conversation::start() {
  if (advance() == progress::over) end_soon();
}

void conversation::cancel() {
  cancelled_ = true;
  end_soon();
}

void conversation::on_ready() {
  if (advance() == progress::over) end();
}

conversation::progress conversation::advance() {
  if (!unsent_.empty() && write_problem_.empty()) {
    if (write() == progress::waiting) return progress::waiting;
    // The reply takes a while. But what TLS has decrypted already no socket would tell of; nor wakes one twice that broke.
    if (write_problem_.empty() && !link_->has_tls()) return wait(io_state::want_read);
  }
  return read();
}

// A server may refuse a request that it has not read to its end, and close: then its reply lies here though the write failed.
conversation::progress conversation::write() {
  while (!unsent_.empty()) {
    io_step step = link_->write(unsent_);
    if (step.state == io_state::done) {
      unsent_.remove_prefix(step.bytes);
    } else if (step.state == io_state::failed || step.state == io_state::end) {
      write_problem_ = step.problem.empty() ? "the server closed the connection" : std::move(step.problem);
      return progress::over;
    } else {
      return wait(step.state);
    }
  }
  return progress::over;
}

conversation::progress conversation::read() {
  std::array<char, read_chunk> room;  // NOLINT(cppcoreguidelines-pro-type-member-init): read into before it is read
  while (reader_.current() == reply_reader::state::more) {
    io_step step = link_->read(room);
    if (step.state == io_state::done) {
      reader_.feed({room.data(), step.bytes});
    } else if (step.state == io_state::end) {
      reader_.end();
    } else if (step.state == io_state::failed) {
      read_problem_ = std::move(step.problem);
      return progress::over;
    } else {
      return wait(step.state);
    }
  }
  return progress::over;
}

conversation::progress conversation::wait(io_state want) {
  // Not both: who sends to a server that speaks and does not read would be woken without end.
  if (want == io_state::want_write) {
    link_->await_room(this);
  } else {
    link_->listen(this);
  }
  return progress::waiting;
}

void conversation::end_soon() {
  // Weakly: where the io_context goes before that, only the client may still own it, since the deadline lies in the client's clock.
  boost::asio::post(io_, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->end();
  });
}

void conversation::end() {
  if (!link_) return;
  const auto keep = shared_from_this();  // `done_` may drop the last one
  outcome o;
  if (cancelled_ || deadline_->fired() || reader_.current() != reply_reader::state::whole) {
    o.ended = failure();
  } else {
    o.connection_is_good = write_problem_.empty() && reader_.keeps_connection();
    o.ended = reader_.take();
  }
  deadline_.reset();
  link_->listen(nullptr);
  o.link = std::move(link_);
  const auto done = std::move(done_);
  done(std::move(o));
}

transport_failure conversation::failure() const {
  transport_failure f;
  f.bytes_sent = link_->bytes_written() > bytes_before_;
  f.reused_connection = link_->served_before;
  f.timed_out = deadline_->fired();
  f.cancelled = cancelled_;
  f.reply_too_large = reader_.current() == reply_reader::state::too_large;
  f.status = reader_.status();
  f.phase = f.status ? transport_phase::read_body : unsent_.empty() ? transport_phase::read_header : transport_phase::write;
  f.message = settings_.address.text() + ": " + step_text(f.phase) + " " + link_->ip() + ": " + reason(f);
  return f;
}

std::string conversation::reason(const transport_failure& f) const {
  if (f.cancelled) return "cancelled";
  if (f.timed_out) return "not finished within " + std::to_string(settings_.request_timeout.count()) + " ms";
  const std::string& read = read_problem_.empty() ? reader_.problem() : read_problem_;
  return write_problem_.empty() ? read : write_problem_ + "; then: " + read;
}

}  // namespace partmark::http
