// TLS connections that break, and replies that were cut: nothing cut may pass for whole.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "http/client.hpp"
#include "unit/http/expected_failure.hpp"
#include "unit/http/scripted_server.hpp"
#include "unit/http/test_certificates.hpp"
#include "unit/http/test_loop.hpp"

namespace partmark::http {
namespace {

class http_client_tls_failure : public testing::Test {
 protected:
  [[nodiscard]] client_settings settings(const scripted_server& server) const {
    auto s = settings_for(server.port());
    s.address.https = true;
    s.tls.ca_file = ca_file_;
    return s;
  }

  exchange call_to(const scripted_server::script& script, const std::string& body = "x") {
    scripted_server server({script}, {.tls = end_.get()});
    const auto client = loop_.make_client(settings(server));
    return loop_.carry(*client, post(body));
  }

  test_loop loop_;
  test_authority authority_;
  pem_folder files_;
  std::string ca_file_ = files_.file("ca.pem", authority_.certificate_pem());
  unique_server_end end_ = server_end(authority_.issue({}));
};

scripted_server::script say_and_cut(const std::string& reply) {
  return [reply](peer& p) {
    p.read_request();
    p.send(reply);
    p.cut();
  };
}

scripted_server::script say_and_close(const std::string& reply) {
  return [reply](peer& p) {
    p.read_request();
    p.send(reply);
    p.close();
  };
}

TEST_F(http_client_tls_failure, a_body_that_ends_with_the_connection_must_end_with_close_notify) {
  const auto whole = call_to(say_and_close("HTTP/1.1 200 OK\r\n\r\nwhole"));
  EXPECT_EQ(std::get<http_reply>(whole).body, "whole");
  const auto cut = call_to(say_and_cut("HTTP/1.1 200 OK\r\n\r\nwhole"));
  expect_failure(std::get<transport_failure>(cut), {.phase = transport_phase::read_body, .bytes_sent = true, .status = 200u});
}

TEST_F(http_client_tls_failure, a_body_of_known_length_needs_no_close_notify) {
  const auto known = call_to(say_and_cut(ok_reply("all there")));
  EXPECT_EQ(std::get<http_reply>(known).body, "all there");
}

TEST_F(http_client_tls_failure, a_cut_without_a_reply) {
  const auto cut = call_to(say_and_cut(""));
  expect_failure(std::get<transport_failure>(cut), {.phase = transport_phase::read_header, .bytes_sent = true});
}

TEST_F(http_client_tls_failure, a_reset_after_the_request) {
  const auto reset = call_to([](peer& p) {
    p.read_request();
    p.reset();
  });
  const auto& f = std::get<transport_failure>(reset);
  expect_failure(f, {.phase = transport_phase::read_header, .bytes_sent = true});
  EXPECT_NE(f.message.find("Connection reset by peer"), std::string::npos) << f.message;
}

TEST_F(http_client_tls_failure, a_server_that_goes_away_while_a_large_body_is_sent) {
  const auto gone = call_to(
      [](peer& p) {
        p.read_some(1000);
        p.reset();
      },
      std::string(16'000'000, 'x'));
  expect_failure(std::get<transport_failure>(gone), {.phase = transport_phase::write, .bytes_sent = true});
}

TEST_F(http_client_tls_failure, not_when_the_server_refuses_before_reading_everything) {
  const auto refused = call_to(
      [](peer& p) {
        p.read_some(1000);
        p.send("HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig");
      },
      std::string(16'000'000, 'x'));
  EXPECT_EQ(std::get<http_reply>(refused).status, 413u);
}

TEST_F(http_client_tls_failure, a_server_that_never_shakes_hands) {
  scripted_server server({[](peer& p) {
    while (!p.read_some(1000).empty()) {
    }
  }});
  auto s = settings(server);
  s.connect_timeout = milliseconds{50};
  const auto client = loop_.make_client(s);
  expect_failure(loop_.failure(*client, post("x")), {.phase = transport_phase::tls, .timed_out = true});
}

TEST_F(http_client_tls_failure, a_server_that_hangs_up_on_the_handshake) {
  scripted_server server({[](peer& p) { p.read_some(1000); }});
  const auto client = loop_.make_client(settings(server));
  expect_failure(loop_.failure(*client, post("x")), {.phase = transport_phase::tls});
}

TEST_F(http_client_tls_failure, a_server_that_speaks_plain_http) {
  scripted_server server({[](peer& p) {
    p.read_some(1000);
    p.send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    p.client_closes();
  }});
  const auto client = loop_.make_client(settings(server));
  expect_failure(loop_.failure(*client, post("x")), {.phase = transport_phase::tls});
}

TEST_F(http_client_tls_failure, one_address_that_fails_leaves_the_next_to_try) {
  scripted_server good({[](peer& p) {
                         p.read_request();
                         p.send(ok_reply("good"));
                       }},
                       {.tls = end_.get()});
  scripted_server no_tls({[](peer&) {}}, {.ip = "127.0.0.2", .port = good.port()});
  auto s = settings(good);
  s.address.host = "can.example";
  const auto client = loop_.make_client(
      s, [](const std::string&) -> result<std::vector<std::string>> { return std::vector<std::string>{"127.0.0.2", "127.0.0.1"}; });
  EXPECT_EQ(loop_.reply(*client, post("x")).body, "good");
  EXPECT_EQ(no_tls.connections(), 1u);
}

TEST_F(http_client_tls_failure, none_of_it_when_bodies_are_large_and_the_server_is_slow_to_read) {
  const std::string large(900'000, 'r');
  const std::string larger(8'000'000, 'q');
  std::string received;
  const auto ended = call_to(
      [&](peer& p) {
        received = p.read_request();
        p.send(ok_reply(large));
        p.client_closes();
      },
      larger);
  EXPECT_EQ(std::get<http_reply>(ended).body, large);
  EXPECT_TRUE(received.ends_with("\r\n\r\n" + larger));
}

}  // namespace
}  // namespace partmark::http
