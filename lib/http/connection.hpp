// One connection to the endpoint, on the loop: the socket, TLS over it where asked for, and who listens to it. It is watched without a
// break, so that between two calls nothing has to be set up or taken back. Owned by the call that uses it, or by the idle connections
// between calls. The io_context's thread only.
#pragma once

#include "http/tcp_socket.hpp"
#include "http/tls_session.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace partmark::http {

class connection : public std::enable_shared_from_this<connection> {
 public:
  // Hears, from the loop, that a read or write may make progress; or may not, after all.
  class listener {
   public:
    virtual ~listener() = default;
    virtual void on_ready() = 0;
  };

  connection(boost::asio::io_context& io, tcp_socket socket, std::string ip)
      : ip_(std::move(ip)), socket_(std::move(socket)), watched_(io) {}

  ~connection() {
    if (tls_) tls_->close();
    if (watched_.is_open()) watched_.release();  // the socket closes itself
  }
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  // Before anything else. Fails when the system's limit on watches is reached.
  [[nodiscard]] boost::system::error_code watch() {
    boost::system::error_code ec;
    watched_.assign(socket_.descriptor(), ec);
    return ec;
  }

  // From here on `who` hears once that there is something to read, in place of whoever listened before; nullptr: nobody does. Bytes that
  // are there already count.
  void listen(listener* who);
  // As well, that there is room to write.
  void await_room(listener* who);

  tcp_socket& socket() { return socket_; }
  boost::asio::posix::stream_descriptor& watched() { return watched_; }
  [[nodiscard]] const std::string& ip() const { return ip_; }

  // From here on read and write speak TLS.
  void use_tls(unique_ssl ssl) { tls_.emplace(std::move(ssl), socket_); }
  [[nodiscard]] io_step handshake() { return tls_->handshake(); }
  // Whether a read may have bytes that the socket no longer tells of.
  [[nodiscard]] bool has_tls() const { return tls_.has_value(); }

  [[nodiscard]] io_step write(std::string_view bytes) { return tls_ ? tls_->write(bytes) : socket_.write(bytes); }
  [[nodiscard]] io_step read(std::span<char> room) { return tls_ ? tls_->read(room) : socket_.read(room); }

  // Whether it can carry another request: open, and the server has said nothing unasked (TLS housekeeping aside).
  [[nodiscard]] bool quiet() { return socket_.quiet() || (tls_ && tls_->quiet()); }

  // Raw bytes ever sent, TLS included: what tells whether a request may have left.
  [[nodiscard]] std::uint64_t bytes_written() const { return socket_.bytes_written(); }

  bool served_before = false;  // set by its user once a whole reply came over it

 private:
  void await(boost::asio::posix::stream_descriptor::wait_type what, bool& awaited);

  std::string ip_;
  tcp_socket socket_;
  std::optional<tls_session> tls_;
  boost::asio::posix::stream_descriptor watched_;
  listener* listener_ = nullptr;
  bool read_awaited_ = false;
  bool write_awaited_ = false;
};

}  // namespace partmark::http
