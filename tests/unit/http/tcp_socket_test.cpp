#include "http/tcp_socket.hpp"

#include <gtest/gtest.h>
#include <poll.h>

#include <array>
#include <future>
#include <string>

#include "unit/http/scripted_server.hpp"

namespace partmark::http {
namespace {

void wait_for(const tcp_socket& s, short events) {
  pollfd p{s.descriptor(), events, 0};
  ASSERT_EQ(::poll(&p, 1, -1), 1);
}

tcp_socket connected(std::uint16_t port) {
  tcp_socket s = tcp_socket::start("127.0.0.1", port).value();
  wait_for(s, POLLOUT);
  EXPECT_EQ(s.finish_connect().state, io_state::done);
  return s;
}

TEST(tcp_socket, refuses_what_is_no_address) {
  for (const auto* ip : {"", "localhost", "1.2.3.4.5", "can.example"}) {
    const auto s = tcp_socket::start(ip, 80);
    ASSERT_FALSE(s) << ip;
    EXPECT_EQ(s.error().code, errc::invalid);
  }
  const auto broadcast = tcp_socket::start("255.255.255.255", 80);
  ASSERT_FALSE(broadcast);
  EXPECT_EQ(broadcast.error().code, errc::network);
}

TEST(tcp_socket, says_why_a_connection_was_refused) {
  tcp_socket s = tcp_socket::start("127.0.0.1", unused_port()).value();
  wait_for(s, POLLOUT);
  const io_step step = s.finish_connect();
  EXPECT_EQ(step.state, io_state::failed);
  EXPECT_EQ(step.problem, "Connection refused");
}

TEST(tcp_socket, is_not_connected_before_the_other_side_says_so) {
  const deaf_listener deaf("127.0.0.1", 0);
  tcp_socket s = tcp_socket::start("127.0.0.1", deaf.port()).value();
  EXPECT_EQ(s.finish_connect().state, io_state::want_write);
}

TEST(tcp_socket, moves_bytes_and_says_what_to_wait_for) {
  std::promise<void> go_on;
  scripted_server server({[&](peer& p) {
    go_on.get_future().wait();
    p.send(p.read_some(100));
  }});
  tcp_socket s = connected(server.port());
  std::array<char, 100> room{};
  EXPECT_TRUE(s.quiet());
  EXPECT_EQ(s.read(room).state, io_state::want_read);
  EXPECT_EQ(s.bytes_written(), 0u);
  EXPECT_EQ(s.write("hello").bytes, 5u);
  EXPECT_EQ(s.bytes_written(), 5u);
  go_on.set_value();
  wait_for(s, POLLIN);
  EXPECT_FALSE(s.quiet());
  const io_step step = s.read(room);
  EXPECT_EQ(step.state, io_state::done);
  EXPECT_EQ(std::string(room.data(), step.bytes), "hello");
  wait_for(s, POLLIN);
  EXPECT_FALSE(s.quiet());
  EXPECT_EQ(s.read(room).state, io_state::end);
}

TEST(tcp_socket, wants_to_write_once_the_other_side_reads_no_more) {
  std::promise<void> over;
  scripted_server server({[&](peer&) { over.get_future().wait(); }});
  tcp_socket s = connected(server.port());
  const std::string much(1'000'000, 'x');
  io_step step = s.write(much);
  for (; step.state == io_state::done; step = s.write(much)) {
  }
  EXPECT_EQ(step.state, io_state::want_write);
  over.set_value();
}

TEST(tcp_socket, counts_nothing_written_to_a_connection_that_is_gone) {
  std::promise<void> is_connected;
  scripted_server server({[&](peer& p) {
    is_connected.get_future().wait();
    p.reset();
  }});
  tcp_socket s = connected(server.port());
  is_connected.set_value();
  wait_for(s, POLLIN);
  for (int i = 0; i < 2; ++i) EXPECT_EQ(s.write("hello").state, io_state::failed) << "and no signal";
  EXPECT_EQ(s.bytes_written(), 0u);
  EXPECT_FALSE(s.quiet());
}

}  // namespace
}  // namespace partmark::http
