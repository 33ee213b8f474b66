// TLS over one tcp_socket, as a client. Like the socket it never blocks: each call says what to wait for. Owned by a connection,
// whose socket it uses and must not outlive.
#pragma once

#include "http/tcp_socket.hpp"
#include "http/tls_context.hpp"

#include <span>
#include <string>
#include <string_view>

namespace partmark::http {

class tls_session {
 public:
  tls_session(unique_ssl ssl, tcp_socket& socket);
  tls_session(const tls_session&) = delete;
  tls_session& operator=(const tls_session&) = delete;

  // Until done. A certificate that was refused is named with its reason.
  [[nodiscard]] io_step handshake();

  [[nodiscard]] io_step write(std::string_view bytes);

  // A connection cut without close_notify is `failed`, never `end`: what came before may be a part only.
  [[nodiscard]] io_step read(std::span<char> room);

  // True while the server has said nothing to the application; takes in session tickets on the way.
  [[nodiscard]] bool quiet();

  // Says close_notify if that can be done at once. Without it OpenSSL would forget the session.
  void close();

 private:
  struct carrier {
    tcp_socket& socket;
    std::string problem;  // the socket's last failure, which OpenSSL has no words for
  };
  friend struct bio_callbacks;

  void begin();
  io_step outcome(int returned);
  [[nodiscard]] std::string failure_text() const;

  carrier carrier_;
  unique_ssl ssl_;
  bool broken_ = false;
};

}  // namespace partmark::http
