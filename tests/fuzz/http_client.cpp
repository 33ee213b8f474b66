// A hostile server on a real socket, and the real client.
#include "http/client.hpp"

#include "fuzz/targets.hpp"
#include "http/reply_reader.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <optional>

namespace partmark::fuzz {
namespace {

class listener {
 public:
  listener() : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    expect(::bind(descriptor_, reinterpret_cast<sockaddr*>(&at), size) == 0 && ::listen(descriptor_, 8) == 0, "a port can be had");
    ::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&at), &size);
    port_ = ntohs(at.sin_port);
  }
  [[nodiscard]] int descriptor() const { return descriptor_; }
  [[nodiscard]] unsigned port() const { return port_; }

 private:
  int descriptor_;
  unsigned port_ = 0;
};

// Says it all at once and hangs up its side.
int speak(const listener& server, std::string_view input) {
  const int connection = ::accept4(server.descriptor(), nullptr, nullptr, SOCK_CLOEXEC);
  if (connection < 0) return -1;
  const linger at_once{1, 0};  // no TIME_WAIT: thousands of connections a second
  ::setsockopt(connection, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  (void)!::send(connection, input.data(), input.size(), MSG_NOSIGNAL);
  ::shutdown(connection, SHUT_WR);
  return connection;
}

}  // namespace

void http_client(std::string_view input) {
  static const listener server;
  boost::asio::io_context io;
  http::client_settings settings;
  settings.address = http::parse_url("http://127.0.0.1:" + std::to_string(server.port())).value();
  settings.connect_timeout = settings.request_timeout = std::chrono::seconds(5);
  auto made = http::client::make(io, settings);
  expect(made.has_value(), "a client is made");

  std::optional<exchange> end;
  (*made)->send({"POST", "/x", {}, "{}"}, [&end](exchange e) {
    expect(!end, "a call ends once");
    end = std::move(e);
  });
  int connection = -1;
  while (!end && connection < 0) {
    io.run_one_for(std::chrono::milliseconds(1));
    connection = speak(server, input.substr(0, 64 * 1024));
  }
  while (!end) io.run_one();
  if (connection >= 0) ::close(connection);

  http::reply_reader alone{http::reply_limits()};
  auto state = input.empty() ? http::reply_reader::state::more : alone.feed(input.substr(0, 64 * 1024));
  if (state == http::reply_reader::state::more) state = alone.end();
  const auto* reply = std::get_if<partmark::http_reply>(&*end);
  expect((reply != nullptr) == (state == http::reply_reader::state::whole), "the client believes what the parser does");
  if (reply != nullptr) expect(reply->body == alone.take().body, "the client answers what the parser read");
}

}  // namespace partmark::fuzz
