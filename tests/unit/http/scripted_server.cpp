#include "unit/http/scripted_server.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace partmark::http {
namespace {

[[noreturn]] void fail(const char* what) { throw std::system_error(errno, std::system_category(), what); }

int listen_on(const std::string& ip, std::uint16_t port, int backlog) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE;
  addrinfo* a = nullptr;
  if (getaddrinfo(ip.c_str(), std::to_string(port).c_str(), &hints, &a) != 0) throw std::runtime_error("no address: " + ip);
  const int s = ::socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const bool good = s >= 0 && ::bind(s, a->ai_addr, a->ai_addrlen) == 0 && ::listen(s, backlog) == 0;
  freeaddrinfo(a);
  if (!good) fail("listen");
  return s;
}

std::uint16_t port_of(int s) {
  sockaddr_storage a{};
  socklen_t size = sizeof a;
  if (::getsockname(s, reinterpret_cast<sockaddr*>(&a), &size) != 0) fail("getsockname");
  // The port is at the same place in both families' addresses.
  return ntohs(reinterpret_cast<const sockaddr_in*>(&a)->sin_port);
}

}  // namespace

void open_sockets::add(int s) {
  const std::scoped_lock lock(mutex_);
  sockets_.insert(s);
}

void open_sockets::close(int s) {
  const std::scoped_lock lock(mutex_);
  sockets_.erase(s);
  ::close(s);
}

void open_sockets::shut_down_all() {
  const std::scoped_lock lock(mutex_);
  for (const int s : sockets_) ::shutdown(s, SHUT_RDWR);
}

peer::~peer() { close(); }

std::string peer::read_some(std::size_t bytes_max) {
  std::string room(bytes_max, '\0');
  const ssize_t n =
      ssl_ != nullptr ? SSL_read(ssl_, room.data(), static_cast<int>(room.size())) : ::recv(descriptor_, room.data(), room.size(), 0);
  room.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
  return room;
}

std::string peer::read_request() {
  std::size_t whole = std::string::npos;
  while (whole == std::string::npos || unread_.size() < whole) {
    const auto header_end = unread_.find("\r\n\r\n");
    if (header_end != std::string::npos && whole == std::string::npos) {
      whole = header_end + 4;
      static constexpr std::string_view key = "Content-Length: ";
      if (const auto at = unread_.find(key); at < header_end) {
        std::size_t body = 0;
        std::from_chars(unread_.data() + at + key.size(), unread_.data() + header_end, body);
        whole += body;
      }
      continue;
    }
    const std::string more = read_some(65536);
    if (more.empty()) return {};
    unread_ += more;
  }
  std::string request = unread_.substr(0, whole);
  unread_.erase(0, whole);
  return request;
}

bool peer::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ssl_ != nullptr ? SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()))
                                      : ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

bool peer::client_closes() { return unread_.empty() && read_some(1).empty(); }

void peer::close() {
  if (descriptor_ >= 0 && ssl_ != nullptr) SSL_shutdown(ssl_);
  cut();
}

void peer::cut() {
  if (descriptor_ < 0) return;
  SSL_free(ssl_);
  ssl_ = nullptr;
  open_.close(std::exchange(descriptor_, -1));
}

void peer::reset() {
  const linger at_once{1, 0};
  ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  cut();
}

void peer::send_ticket() {
  if (SSL_new_session_ticket(ssl_) != 1 || SSL_do_handshake(ssl_) != 1) throw std::runtime_error("no session ticket");
}

bool peer::resumed() const { return SSL_session_reused(ssl_) == 1; }

std::string peer::asked_name() const {
  const char* name = SSL_get_servername(ssl_, TLSEXT_NAMETYPE_host_name);
  return name == nullptr ? "" : name;
}

scripted_server::scripted_server(std::vector<script> scripts, const place& where)
    : scripts_(std::move(scripts)),
      tls_(where.tls),
      before_handshake_(where.before_handshake),
      listener_(listen_on(where.ip, where.port, 64)),
      port_(port_of(listener_)) {
  accepting_ = std::thread([this] { accept_all(); });
}

scripted_server::~scripted_server() {
  stop_accepting();
  open_.shut_down_all();
  join();
  ::close(listener_);
}

void scripted_server::stop_accepting() {
  if (!accepting_.joinable()) return;
  ::shutdown(listener_, SHUT_RDWR);
  accepting_.join();
}

void scripted_server::join() {
  stop_accepting();
  for (auto& t : serving_)
    if (t.joinable()) t.join();
}

void scripted_server::accept_all() {
  while (true) {
    const int s = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (s < 0) return;
    // What a script sent before a reset has to be on its way by then, not waiting for an acknowledgement of what came earlier.
    const int on = 1;
    ::setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const script& chosen = scripts_[std::min<std::size_t>(connections_, scripts_.size() - 1)];
    ++connections_;
    open_.add(s);
    serving_.emplace_back([this, s, &chosen] { serve(s, chosen); });
  }
}

void scripted_server::serve(int descriptor, const script& s) {
  // The client under test must live without this; OpenSSL's own sockets, which this server uses, cannot.
  sigset_t pipe;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, nullptr);

  SSL* ssl = nullptr;
  if (tls_ != nullptr) {
    before_handshake_();
    ssl = SSL_new(tls_);
    SSL_set_fd(ssl, descriptor);
  }
  if (ssl != nullptr && SSL_accept(ssl) != 1) {
    SSL_free(ssl);
    open_.close(descriptor);
    return;
  }
  peer p(open_, descriptor, ssl);
  s(p);
}

deaf_listener::deaf_listener(const std::string& ip, std::uint16_t port) : listener_(listen_on(ip, port, 0)), port_(port_of(listener_)) {
  sockaddr_storage a{};
  socklen_t size = sizeof a;
  ::getsockname(listener_, reinterpret_cast<sockaddr*>(&a), &size);
  // Fill the queue of those waiting to be accepted until a connection hangs.
  while (true) {
    const int s = ::socket(a.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    fillers_.push_back(s);
    ::connect(s, reinterpret_cast<sockaddr*>(&a), size);
    pollfd p{s, POLLOUT, 0};
    if (::poll(&p, 1, 100) == 0) return;
  }
}

deaf_listener::~deaf_listener() {
  for (const int s : fillers_) ::close(s);
  ::close(listener_);
}

std::uint16_t unused_port() {
  const int s = listen_on("127.0.0.1", 0, 1);
  const std::uint16_t port = port_of(s);
  ::close(s);
  return port;
}

std::string ok_reply(std::string_view body, std::string_view more_headers) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + std::string(more_headers) + "\r\n" +
         std::string(body);
}

}  // namespace partmark::http
