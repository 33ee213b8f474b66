#include "status/web_server.hpp"

#include "status/request_reader.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include <unistd.h>
#include <algorithm>
#include <array>
#include <list>
#include <optional>
#include <utility>

namespace partmark {

using boost::asio::ip::tcp;

namespace {

constexpr std::size_t read_bytes = 4096;
// What a refused caller may still send before the connection is cut: a reset would take the refusal with it.
constexpr std::size_t drained_bytes_max = 256 * 1024;
constexpr std::chrono::milliseconds drain_time{2000};

std::string machine_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "localhost";
}

}  // namespace

struct web_server::state {
  state(boost::asio::io_context& context, handler how, web_limits bounds)
      : io(context), answer(std::move(how)), limits(bounds), pause(context), names{machine_name()} {}

  boost::asio::io_context& io;
  handler answer;
  web_limits limits;
  std::optional<tcp::acceptor> acceptor;
  boost::asio::steady_timer pause;
  std::vector<std::string> names;  // of this machine, as a Host may give them
  std::list<session*> sessions;    // the one that was busy last at the end; each takes itself out
};

// Alive while something of it is under way: every handler holds it.
class web_server::session : public std::enable_shared_from_this<session> {
 public:
  session(tcp::socket socket, std::shared_ptr<state> shared)
      : socket_(std::move(socket)), deadline_(socket_.get_executor()), shared_(std::move(shared)), reader_(shared_->names) {
    place_ = shared_->sessions.insert(shared_->sessions.end(), this);
  }
  ~session() { shared_->sessions.erase(place_); }
  session(const session&) = delete;
  session& operator=(const session&) = delete;

  void start() {
    boost::system::error_code ignored;
    socket_.set_option(tcp::no_delay(true), ignored);
    read();
  }
  void close() {
    boost::system::error_code ignored;
    socket_.close(ignored);
    deadline_.cancel();
  }
  [[nodiscard]] bool idle() const { return !busy_; }

 private:
  void within(std::chrono::milliseconds limit) {
    deadline_.expires_after(limit);
    deadline_.async_wait([weak = weak_from_this()](auto cancelled) {
      if (const auto self = weak.lock(); self && !cancelled) self->close();
    });
  }

  void read() {
    if (!busy_ && !reader_.begun()) within(shared_->limits.idle);
    socket_.async_read_some(boost::asio::buffer(chunk_), [self = shared_from_this()](auto failed, std::size_t bytes) {
      if (failed) return self->close();
      // From its first byte on: a caller that sends byte by byte has no more time than others.
      if (!self->reader_.begun()) self->within(self->shared_->limits.request);
      self->reader_.feed({self->chunk_.data(), bytes});
      self->proceed();
    });
  }

  void proceed() {
    const auto next = reader_.next();
    if (!next) return read();
    if (const auto* no = std::get_if<request_reader::refused>(&*next)) return reply(no->reply, false, false);
    const auto& asked = std::get<request_reader::whole>(*next);
    reply(shared_->answer(asked.request), asked.head, asked.keep_alive && shared_->acceptor.has_value());
  }

  void reply(const web_reply& r, bool head, bool keep_alive) {
    busy_ = true;
    shared_->sessions.splice(shared_->sessions.end(), shared_->sessions, place_);
    text_ = reply_text(r, head, keep_alive);
    within(shared_->limits.reply);
    boost::asio::async_write(socket_, boost::asio::buffer(text_), [self = shared_from_this(), keep_alive](auto failed, std::size_t) {
      self->busy_ = false;
      self->text_ = {};
      if (failed) return self->close();
      if (!keep_alive) return self->finish();
      if (self->reader_.begun()) self->within(self->shared_->limits.request);
      self->proceed();
    });
  }

  void finish() {
    boost::system::error_code failed;
    socket_.shutdown(tcp::socket::shutdown_send, failed);
    if (failed) return close();
    within(drain_time);
    drain(0);
  }

  void drain(std::size_t drained) {
    socket_.async_read_some(boost::asio::buffer(chunk_), [self = shared_from_this(), drained](auto failed, std::size_t bytes) {
      if (failed || drained + bytes > drained_bytes_max) return self->close();
      self->drain(drained + bytes);
    });
  }

  tcp::socket socket_;
  boost::asio::steady_timer deadline_;
  std::shared_ptr<state> shared_;
  request_reader reader_;
  std::array<char, read_bytes> chunk_{};
  std::string text_;
  bool busy_ = false;
  std::list<session*>::iterator place_;
};

web_server::web_server(boost::asio::io_context& io, handler answer, web_limits limits)
    : state_(std::make_shared<state>(io, std::move(answer), limits)) {}

web_server::~web_server() { close(); }

result<void> web_server::listen(const std::string& address, std::uint16_t port) {
  const auto failure = [&](const boost::system::error_code& why) {
    const errc code = why == boost::system::errc::address_in_use      ? errc::busy
                      : why == boost::system::errc::permission_denied ? errc::permission
                                                                      : errc::io;
    return error{code, "status.listen: " + address + ":" + std::to_string(port) + ": cannot listen: " + why.message() +
                           "; choose another address or port, or `off`"};
  };
  boost::system::error_code failed;
  const auto ip = boost::asio::ip::make_address(address, failed);
  if (failed) return failure(failed);
  tcp::acceptor fresh(state_->io);
  fresh.open(ip.is_v4() ? tcp::v4() : tcp::v6(), failed);
  if (!failed) fresh.set_option(tcp::acceptor::reuse_address(true), failed);
  if (!failed) fresh.bind({ip, port}, failed);
  if (!failed) fresh.listen(static_cast<int>(state_->limits.connections_max), failed);
  if (failed) return failure(failed);
  stop_listening();
  state_->acceptor.emplace(std::move(fresh));
  accept(state_);
  return {};
}

void web_server::set_names(const std::vector<std::string>& names) {
  state_->names = {machine_name()};
  state_->names.insert(state_->names.end(), names.begin(), names.end());
}

void web_server::stop_listening() {
  state_->pause.cancel();
  state_->acceptor.reset();
}

void web_server::close() {
  stop_listening();
  for (session* s : std::list(state_->sessions)) s->close();
}

std::uint16_t web_server::port() const {
  boost::system::error_code failed;
  return state_->acceptor ? state_->acceptor->local_endpoint(failed).port() : 0;
}

void web_server::accept(const std::shared_ptr<state>& shared) {
  shared->acceptor->async_accept([shared](auto failed, tcp::socket socket) {
    if (!shared->acceptor || failed == boost::asio::error::operation_aborted) return;
    if (failed) {
      // Out of descriptors, most likely: trying again at once would only burn the processor.
      shared->pause.expires_after(std::chrono::milliseconds(100));
      shared->pause.async_wait([shared](auto cancelled) {
        if (!cancelled && shared->acceptor) accept(shared);
      });
      return;
    }
    if (shared->sessions.size() >= shared->limits.connections_max) {
      const auto idle = std::find_if(shared->sessions.begin(), shared->sessions.end(), [](const session* s) { return s->idle(); });
      if (idle != shared->sessions.end()) (*idle)->close();
    }
    // A session that was just closed leaves once its handler has run: one above the bound is let in for it.
    if (shared->sessions.size() <= shared->limits.connections_max) std::make_shared<session>(std::move(socket), shared)->start();
    accept(shared);
  });
}

}  // namespace partmark
