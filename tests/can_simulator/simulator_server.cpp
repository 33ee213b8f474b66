#include "can_simulator/simulator_server.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cerrno>
#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace partmark::testing {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
constexpr auto quietly = asio::as_tuple(asio::use_awaitable);
constexpr std::uint64_t request_bytes_max = 256ULL << 20;

std::int64_t wall_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// Whether the client has closed or reset its end: it then waits for no reply any more.
bool is_abandoned(tcp::socket& socket) {
  char byte = 0;
  const ssize_t n = ::recv(socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return n == 0 || (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK);
}

http_request plain(http::request<http::string_body>&& read) {
  http_request request;
  request.method = std::string(read.method_string());
  request.target = std::string(read.target());
  for (const auto& field : read) request.headers.emplace_back(field.name_string(), field.value());
  for (auto& [name, value] : request.headers)
    std::ranges::transform(name, name.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
  request.body = std::move(read.body());
  return request;
}

std::string whole_text(const http_reply& reply) {
  std::string text = "HTTP/1.1 " + std::to_string(reply.status) + " Simulated\r\n";
  for (const auto& [name, value] : reply.headers) text += name + ": " + value + "\r\n";
  return text + "Content-Length: " + std::to_string(reply.body.size()) + "\r\n\r\n" + reply.body;
}

asio::awaitable<void> wait(std::int64_t ms) {
  if (ms <= 0) co_return;
  asio::steady_timer timer(co_await asio::this_coro::executor, std::chrono::milliseconds(ms));
  co_await timer.async_wait(quietly);
}

}  // namespace

struct simulator_server::state : std::enable_shared_from_this<state> {
  state(asio::io_context& io_, simulator& core_, std::uint16_t port)
      : io(io_), core(core_), acceptor(io_, {asio::ip::address_v4::loopback(), port}) {}

  asio::awaitable<void> accept_all() {
    for (;;) {
      auto [ec, socket] = co_await acceptor.async_accept(quietly);
      if (ec == asio::error::operation_aborted) co_return;
      if (ec) continue;
      socket.set_option(tcp::no_delay(true));
      asio::co_spawn(io, serve(std::move(socket), shared_from_this()), asio::detached);
    }
  }

  static asio::awaitable<void> serve(tcp::socket socket, std::shared_ptr<state> self) {
    boost::beast::flat_buffer buffer;
    for (bool open = true; open;) {
      http::request_parser<http::string_body> parser;
      parser.body_limit(request_bytes_max);
      auto [ec, bytes] = co_await http::async_read(socket, buffer, parser, quietly);
      if (ec) co_return;
      const bool keeps = parser.get().keep_alive();
      const http_request request = plain(parser.release());
      if (simulator::is_control(request))
        open = co_await write_text(socket, whole_text(self->core.control(request)));
      else
        open = co_await self->play(socket, request);
      open = open && keeps;
    }
  }

  // One call with its fault; false when the connection is done for.
  asio::awaitable<bool> play(tcp::socket& socket, const http_request& request) {
    const simulator::course course = core.arrived(request, wall_ms());
    const std::string plan = course.checked.call.is_mark() ? course.checked.call.plan : std::string();
    enter(plan, socket);
    co_await wait(course.does.delay_ms);
    const http_reply reply = core.take_effect(course, wall_ms());
    if (course.does.applies == effect::late) asio::co_spawn(io, apply_late(course, shared_from_this()), asio::detached);
    co_await wait(course.does.reply_delay_ms);
    if (course.does.ends == reply_ending::never) co_await socket.async_wait(tcp::socket::wait_read, quietly);
    std::string text = whole_text(reply);
    const bool reads_on = course.does.drip_ms == 0 || co_await drip(socket, text, course.does.drip_ms);
    // Left before the reply's last byte goes out: the client may send the next call as soon as it has read that.
    leave(plan, socket);
    if (!reads_on) co_return false;
    co_return co_await finish(socket, course.does.ends, std::move(text), reply.body.size());
  }

  static asio::awaitable<void> apply_late(simulator::course course, std::shared_ptr<state> self) {
    co_await wait(course.does.late_ms);
    self->core.take_late_effect(course, wall_ms());
  }

  // Sends what is left of a reply's text, as the fault wants it.
  static asio::awaitable<bool> finish(tcp::socket& socket, reply_ending ends, std::string text, std::size_t body_bytes) {
    boost::system::error_code ignored;
    switch (ends) {
      case reply_ending::whole:
        co_return co_await write_text(socket, std::move(text));
      case reply_ending::then_closed:
        co_await write_text(socket, std::move(text));
        break;
      case reply_ending::reset:
        socket.set_option(asio::socket_base::linger(true, 0), ignored);
        break;
      case reply_ending::mid_header:
        co_await write_text(socket, text.substr(0, (text.size() - body_bytes) / 2));
        break;
      case reply_ending::mid_body:
        co_await write_text(socket, text.substr(0, text.size() - body_bytes + body_bytes / 2));
        break;
      case reply_ending::never:
        break;
    }
    socket.close(ignored);
    co_return false;
  }

  static asio::awaitable<bool> write_text(tcp::socket& socket, std::string text) {
    auto [ec, bytes] = co_await asio::async_write(socket, asio::buffer(text), quietly);
    co_return !ec;
  }

  // Byte by byte, but for the last one, which stays in the text.
  static asio::awaitable<bool> drip(tcp::socket& socket, std::string& text, std::int64_t ms) {
    for (std::size_t at = 0; at + 1 < text.size(); ++at) {
      auto [ec, bytes] = co_await asio::async_write(socket, asio::buffer(&text[at], 1), quietly);
      if (ec) co_return false;
      co_await wait(ms);
    }
    text.erase(0, text.size() - 1);
    co_return true;
  }

  // Calls whose client has gone away count no longer: it may rightly have sent the next.
  void enter(const std::string& plan, tcp::socket& socket) {
    if (plan.empty()) return;
    auto& others = in_flight[plan];
    std::erase_if(others, [](tcp::socket* s) { return is_abandoned(*s); });
    if (!others.empty()) core.two_in_flight(plan);
    others.push_back(&socket);
  }

  void leave(const std::string& plan, tcp::socket& socket) {
    const auto found = in_flight.find(plan);
    if (found == in_flight.end()) return;
    std::erase(found->second, &socket);
    if (found->second.empty()) in_flight.erase(found);
  }

  asio::io_context& io;
  simulator& core;
  tcp::acceptor acceptor;
  std::map<std::string, std::vector<tcp::socket*>> in_flight;  // marking calls, by plan
};

simulator_server::simulator_server(asio::io_context& io, simulator& core, std::uint16_t port)
    : state_(std::make_shared<state>(io, core, port)) {
  asio::co_spawn(io, [s = state_] { return s->accept_all(); }, asio::detached);
}

simulator_server::~simulator_server() {
  boost::system::error_code ignored;
  state_->acceptor.close(ignored);
}

std::uint16_t simulator_server::port() const { return state_->acceptor.local_endpoint().port(); }

}  // namespace partmark::testing
