#include "daemon/control_server.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include <chrono>
#include <utility>

namespace partmark {

namespace local = boost::asio::local;

class control_server::session : public std::enable_shared_from_this<session> {
 public:
  session(local::stream_protocol::socket socket, handler& carry_out, std::shared_ptr<std::size_t> count)
      : socket_(std::move(socket)), deadline_(socket_.get_executor()), carry_out_(carry_out), count_(std::move(count)) {
    ++*count_;
  }
  ~session() { --*count_; }
  session(const session&) = delete;
  session& operator=(const session&) = delete;

  void start() {
    deadline_.expires_after(std::chrono::seconds(10));
    deadline_.async_wait([weak = weak_from_this()](auto failed) {
      if (const auto self = weak.lock(); self && !failed) self->socket_.close();
    });
    boost::asio::async_read_until(socket_, boost::asio::dynamic_buffer(line_, control_line_bytes_max), '\n',
                                  [self = shared_from_this()](auto failed, std::size_t bytes) {
                                    if (!failed) self->answer(bytes);
                                  });
  }

 private:
  void answer(std::size_t bytes) {
    deadline_.cancel();  // the command may take its time from here
    const auto command = parse_control_command(std::string_view(line_).substr(0, bytes - 1));
    if (!command) return reply({false, command.error().message, {}});
    carry_out_(
        *command, [self = shared_from_this()](const control_reply& r) { self->reply(r); },
        [self = shared_from_this()](const control_progress& p) { self->tell(p); });
  }

  // Now and then, and never while the last line waits for its reader: what is told next says more.
  void tell(const control_progress& p) {
    if (writing_ || replied_ || std::exchange(quiet_, true)) return;
    deadline_.expires_after(std::chrono::milliseconds(100));
    deadline_.async_wait([weak = weak_from_this()](auto) {
      if (const auto self = weak.lock()) self->quiet_ = false;
    });
    write(control_progress_line(p) + '\n');
  }

  void reply(const control_reply& r) {
    replied_ = true;
    reply_ = control_reply_line(r) + '\n';
    if (!writing_) write(std::exchange(reply_, {}));
  }

  void write(std::string line) {
    writing_ = true;
    line_ = std::move(line);
    boost::asio::async_write(socket_, boost::asio::buffer(line_), [self = shared_from_this()](auto, std::size_t) {
      self->writing_ = false;
      if (!self->reply_.empty()) self->write(std::exchange(self->reply_, {}));
    });
  }

  local::stream_protocol::socket socket_;
  boost::asio::steady_timer deadline_;  // of the command's line, later of the next line of progress
  handler& carry_out_;
  std::shared_ptr<std::size_t> count_;
  std::string line_;   // the one that is read, then the one that is written
  std::string reply_;  // waits for a line of progress to be written
  bool writing_ = false;
  bool quiet_ = false;  // a line of progress was written a moment ago
  bool replied_ = false;
};

result<void> control_server::listen(const std::string& path) {
  if (path == name_.path() && name_.is_ours()) return {};
  local::stream_protocol::acceptor fresh(acceptor_.get_executor());
  auto taken = socket_name::take(path, fresh, static_cast<int>(sessions_max));
  if (!taken) return taken.error();
  name_ = std::move(*taken);
  pause_.cancel();
  acceptor_ = std::move(fresh);
  accept();
  return {};
}

void control_server::accept() {
  acceptor_.async_accept([this](auto failed, local::stream_protocol::socket socket) {
    if (failed == boost::asio::error::operation_aborted) return;
    // Beyond the bound a caller finds its connection closed, and may come again.
    if (!failed && *sessions_ < sessions_max) std::make_shared<session>(std::move(socket), carry_out_, sessions_)->start();
    if (!failed) return accept();
    // Out of descriptors, most likely: trying again at once would only burn the processor.
    pause_.expires_after(std::chrono::milliseconds(100));
    pause_.async_wait([this](auto cancelled) {
      if (!cancelled) accept();
    });
  });
}

}  // namespace partmark
