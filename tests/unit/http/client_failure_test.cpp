// Every way in which a call can end without a reply, field by field: what the remote may have done follows from them.
#include <gtest/gtest.h>

#include <future>
#include <optional>
#include <string>

#include "http/client.hpp"
#include "unit/http/expected_failure.hpp"
#include "unit/http/scripted_server.hpp"
#include "unit/http/test_loop.hpp"

namespace partmark::http {
namespace {

transport_failure failure_of(const scripted_server::script& script, client_settings settings = settings_for(0)) {
  scripted_server server({script});
  settings.address.port = server.port();
  test_loop loop;
  const auto c = loop.make_client(settings);
  return loop.failure(*c, post("x"));
}

scripted_server::script say_and_close(const std::string& part) {
  return [part](peer& p) {
    p.read_request();
    p.send(part);
  };
}

scripted_server::script say_and_wait(const std::string& part) {
  return [part](peer& p) {
    p.read_request();
    p.send(part);
    p.client_closes();
  };
}

// Once more every millisecond, until the client has had enough.
scripted_server::script trickle(const std::string& start, const std::string& drop) {
  return [start, drop](peer& p) {
    p.read_request();
    p.send(start);
    while (p.send(drop)) std::this_thread::sleep_for(milliseconds{1});
  };
}

client_settings soon_over() {
  auto s = settings_for(0);
  s.request_timeout = milliseconds{50};
  return s;
}

TEST(http_client_failure, a_refused_connection_sent_nothing) {
  test_loop loop;
  const auto c = loop.make_client(settings_for(unused_port()));
  expect_failure(loop.failure(*c, post("x")), {.phase = transport_phase::connect});
}

TEST(http_client_failure, a_connection_that_is_never_answered_times_out_with_nothing_sent) {
  const deaf_listener deaf("127.0.0.1", 0);
  test_loop loop;
  auto settings = settings_for(deaf.port());
  settings.connect_timeout = milliseconds{50};
  const auto c = loop.make_client(settings);
  expect_failure(loop.failure(*c, post("x")), {.phase = transport_phase::connect, .timed_out = true});
}

TEST(http_client_failure, a_request_that_cannot_be_written_sends_nothing) {
  scripted_server server({say_and_wait("")});
  test_loop loop;
  const auto c = loop.make_client(settings_for(server.port()));
  http_request evil = post("x");
  evil.headers = {{"auth-value", "secret\r\nEvil: 1"}};
  const auto f = loop.failure(*c, evil);
  expect_failure(f, {.phase = transport_phase::write});
  EXPECT_EQ(f.message.find("secret"), std::string::npos);
  EXPECT_EQ(server.connections(), 0u);
}

TEST(http_client_failure, a_reset_before_the_request_was_read) {
  const auto f = failure_of([](peer& p) { p.reset(); });
  // The reset may overtake the end of connecting, or the first byte, or neither; nothing else is open.
  EXPECT_TRUE(f.phase == transport_phase::connect || f.phase == transport_phase::write || f.phase == transport_phase::read_header);
  EXPECT_TRUE(f.bytes_sent ? f.phase != transport_phase::connect : f.phase != transport_phase::read_header);
  EXPECT_FALSE(f.timed_out || f.cancelled || f.reused_connection || f.reply_too_large || f.status) << f.message;
}

TEST(http_client_failure, a_reset_after_the_request_was_read) {
  const auto f = failure_of([](peer& p) {
    p.read_request();
    p.reset();
  });
  expect_failure(f, {.phase = transport_phase::read_header, .bytes_sent = true});
}

TEST(http_client_failure, a_server_that_goes_away_while_a_large_body_is_sent) {
  scripted_server server({[](peer& p) {
    p.read_some(1000);
    p.reset();
  }});
  test_loop loop;
  const auto c = loop.make_client(settings_for(server.port()));
  expect_failure(loop.failure(*c, post(std::string(16'000'000, 'x'))), {.phase = transport_phase::write, .bytes_sent = true});
}

TEST(http_client_failure, a_server_that_stops_reading_a_large_body) {
  std::promise<void> over;
  scripted_server server({[&](peer& p) {
    p.read_some(1000);
    over.get_future().wait();
  }});
  test_loop loop;
  auto settings = soon_over();
  settings.address.port = server.port();
  const auto c = loop.make_client(settings);
  expect_failure(loop.failure(*c, post(std::string(16'000'000, 'x'))),
                 {.phase = transport_phase::write, .bytes_sent = true, .timed_out = true});
  over.set_value();
}

TEST(http_client_failure, a_close_without_a_reply) {
  expect_failure(failure_of(say_and_close("")), {.phase = transport_phase::read_header, .bytes_sent = true});
}

TEST(http_client_failure, half_a_header) {
  expect_failure(failure_of(say_and_close("HTTP/1.1 200 OK\r\nContent-Le")), {.phase = transport_phase::read_header, .bytes_sent = true});
}

TEST(http_client_failure, half_a_body) {
  expect_failure(failure_of(say_and_close("HTTP/1.1 503 No\r\nContent-Length: 10\r\n\r\n12345")),
                 {.phase = transport_phase::read_body, .bytes_sent = true, .status = 503u});
  expect_failure(failure_of(say_and_close("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")),
                 {.phase = transport_phase::read_body, .bytes_sent = true, .status = 200u});
}

TEST(http_client_failure, no_reply_in_time) {
  expect_failure(failure_of(say_and_wait(""), soon_over()), {.phase = transport_phase::read_header, .bytes_sent = true, .timed_out = true});
}

TEST(http_client_failure, an_interim_reply_is_no_reply) {
  expect_failure(failure_of(say_and_wait("HTTP/1.1 100 Continue\r\n\r\n"), soon_over()),
                 {.phase = transport_phase::read_header, .bytes_sent = true, .timed_out = true});
}

TEST(http_client_failure, a_body_that_stays_away) {
  expect_failure(failure_of(say_and_wait("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"), soon_over()),
                 {.phase = transport_phase::read_body, .bytes_sent = true, .timed_out = true, .status = 200u});
}

TEST(http_client_failure, a_trickle_of_bytes_does_not_stretch_the_deadline) {
  expect_failure(failure_of(trickle("HTTP/1.1 200 OK\r\nX: ", "x"), soon_over()),
                 {.phase = transport_phase::read_header, .bytes_sent = true, .timed_out = true});
  expect_failure(failure_of(trickle("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", "x"), soon_over()),
                 {.phase = transport_phase::read_body, .bytes_sent = true, .timed_out = true, .status = 200u});
}

TEST(http_client_failure, a_header_beyond_its_bound) {
  const std::string endless(1'000'000, 'x');
  expect_failure(failure_of(say_and_wait("HTTP/1.1 200 OK\r\nX: " + endless)),
                 {.phase = transport_phase::read_header, .bytes_sent = true, .reply_too_large = true});
}

TEST(http_client_failure, a_body_beyond_its_bound) {
  expect_failure(failure_of(say_and_wait("HTTP/1.1 200 OK\r\nContent-Length: 67108864\r\n\r\n")),
                 {.phase = transport_phase::read_body, .bytes_sent = true, .reply_too_large = true, .status = 200u});
  const auto endless = [](peer& p) {
    p.read_request();
    p.send("HTTP/1.1 200 OK\r\n\r\n");
    while (p.send(std::string(65536, 'x'))) {
    }
  };
  expect_failure(failure_of(endless), {.phase = transport_phase::read_body, .bytes_sent = true, .reply_too_large = true, .status = 200u});
}

TEST(http_client_failure, garbage) {
  expect_failure(failure_of(say_and_wait("\x16\x03\x01 is no HTTP\r\n\r\n")), {.phase = transport_phase::read_header, .bytes_sent = true});
}

TEST(http_client_failure, a_kept_connection_that_the_server_closes_under_the_call_says_so) {
  scripted_server server({[](peer& p) {
    p.read_request();
    p.send(ok_reply("first"));
    p.read_request();
  }});
  test_loop loop;
  const auto c = loop.make_client(settings_for(server.port()));
  EXPECT_EQ(loop.reply(*c, post("x")).body, "first");
  expect_failure(loop.failure(*c, post("x")), {.phase = transport_phase::read_header, .bytes_sent = true, .reused_connection = true});
  EXPECT_EQ(server.connections(), 1u) << "whether to send it again is the caller's to say";
}

}  // namespace
}  // namespace partmark::http
