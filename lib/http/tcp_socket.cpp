#include "http/tcp_socket.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <system_error>
#include <utility>

namespace partmark::http {
namespace {

std::string system_message(int number) { return std::system_category().message(number); }

io_step failed(int number) { return {io_state::failed, 0, system_message(number)}; }

struct free_addresses {
  void operator()(addrinfo* a) const { freeaddrinfo(a); }
};

}  // namespace

result<tcp_socket> tcp_socket::start(const std::string& ip, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;  // never a lookup
  addrinfo* raw = nullptr;
  if (getaddrinfo(ip.c_str(), std::to_string(port).c_str(), &hints, &raw) != 0)
    return error{errc::invalid, "'" + ip + "' is not an IP address"};
  const std::unique_ptr<addrinfo, free_addresses> address(raw);

  tcp_socket made(::socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP));
  if (made.descriptor_ < 0) return error{errc::network, system_message(errno)};
  const int on = 1;
  ::setsockopt(made.descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);  // a slower socket is no reason to fail
  if (::connect(made.descriptor_, address->ai_addr, address->ai_addrlen) != 0 && errno != EINPROGRESS && errno != EINTR)
    return error{errc::network, system_message(errno)};
  return made;
}

tcp_socket::tcp_socket(tcp_socket&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), bytes_written_(other.bytes_written_) {}

tcp_socket::~tcp_socket() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

io_step tcp_socket::finish_connect() {
  int number = 0;
  socklen_t size = sizeof number;
  if (::getsockopt(descriptor_, SOL_SOCKET, SO_ERROR, &number, &size) != 0) return failed(errno);
  if (number != 0) return failed(number);
  // A wake-up without a result happens: connected is only who has a peer.
  sockaddr_storage peer{};
  socklen_t peer_size = sizeof peer;
  if (::getpeername(descriptor_, reinterpret_cast<sockaddr*>(&peer), &peer_size) != 0)
    return errno == ENOTCONN ? io_step{io_state::want_write, 0, {}} : failed(errno);
  return {io_state::done, 0, {}};
}

io_step tcp_socket::write(std::string_view bytes) {
  while (true) {
    const ssize_t n = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n >= 0) {
      bytes_written_ += static_cast<std::uint64_t>(n);
      return {io_state::done, static_cast<std::size_t>(n), {}};
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK) return {io_state::want_write, 0, {}};
    if (errno != EINTR) return failed(errno);
  }
}

io_step tcp_socket::read(std::span<char> room) {
  while (true) {
    const ssize_t n = ::recv(descriptor_, room.data(), room.size(), 0);
    if (n > 0) return {io_state::done, static_cast<std::size_t>(n), {}};
    if (n == 0) return {io_state::end, 0, {}};
    if (errno == EAGAIN || errno == EWOULDBLOCK) return {io_state::want_read, 0, {}};
    if (errno != EINTR) return failed(errno);
  }
}

bool tcp_socket::quiet() const {
  char byte = 0;
  const ssize_t n = ::recv(descriptor_, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
}

}  // namespace partmark::http
