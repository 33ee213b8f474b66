// The Unix socket through which a person's commands reach the running daemon: mode 0660, so that its group may command. One command a
// connection, answered once it is carried out and stored; where it asks for it, with lines of progress before. Owned by the service, on its
// thread.
#pragma once

#include "core/result.hpp"
#include "daemon/socket_name.hpp"
#include "reconcile/control.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace partmark {

class control_server {
 public:
  using handler = std::function<void(const control_command&, control_done, control_told)>;

  control_server(boost::asio::io_context& io, handler carry_out) : acceptor_(io), pause_(io), carry_out_(std::move(carry_out)) {}
  control_server(const control_server&) = delete;
  control_server& operator=(const control_server&) = delete;

  // Listens at `path`, replacing a socket that a killed daemon left there; does nothing where it listens already, so that it may be called
  // again and again: somebody may have removed or replaced the socket. Where it listened before it does no more, unless this fails. Its
  // errors are those of socket_name::take.
  result<void> listen(const std::string& path);

 private:
  class session;
  void accept();

  static constexpr std::size_t sessions_max = 16;

  boost::asio::local::stream_protocol::acceptor acceptor_;
  boost::asio::steady_timer pause_;
  handler carry_out_;
  socket_name name_;  // goes before the acceptor does
  std::shared_ptr<std::size_t> sessions_ = std::make_shared<std::size_t>(0);
};

}  // namespace partmark
