// One non-blocking TCP socket. Knows no loop: each call returns at once and says what to wait for. Owned by a connection.
#pragma once

#include "core/result.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace partmark::http {

enum class io_state {
  done,        // progress was made: `bytes`
  want_read,   // nothing yet: call again when the socket is readable
  want_write,  // nothing yet: call again when it is writable
  end,         // the other side closed in order
  failed,      // `problem` says how
};

struct io_step {
  io_state state = io_state::failed;
  std::size_t bytes = 0;
  std::string problem;  // for people; only when failed
};

class tcp_socket {
 public:
  // Starts a connection to a numeric IPv4 or IPv6 address; TCP_NODELAY is on. errc::invalid if `ip` is no address,
  // errc::network if the system refuses at once (no route, no descriptors left, …).
  [[nodiscard]] static result<tcp_socket> start(const std::string& ip, std::uint16_t port);

  tcp_socket(tcp_socket&& other) noexcept;
  tcp_socket& operator=(tcp_socket&&) = delete;
  ~tcp_socket();

  // Whether the connection stands, once the socket is writable.
  [[nodiscard]] io_step finish_connect();

  // Never raises SIGPIPE.
  [[nodiscard]] io_step write(std::string_view bytes);
  [[nodiscard]] io_step read(std::span<char> room);

  // True while nothing has come: no bytes, no end, no error. Takes nothing from the socket.
  [[nodiscard]] bool quiet() const;

  // How many bytes the system has ever accepted for sending.
  [[nodiscard]] std::uint64_t bytes_written() const { return bytes_written_; }

  [[nodiscard]] int descriptor() const { return descriptor_; }

 private:
  explicit tcp_socket(int descriptor) : descriptor_(descriptor) {}

  int descriptor_;
  std::uint64_t bytes_written_ = 0;
};

}  // namespace partmark::http
