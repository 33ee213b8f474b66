// A name of several addresses: to which of them the next call goes once one has made trouble.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "http/client.hpp"
#include "unit/http/expected_failure.hpp"
#include "unit/http/scripted_server.hpp"
#include "unit/http/test_certificates.hpp"
#include "unit/http/test_loop.hpp"

namespace partmark::http {
namespace {

using addresses = std::vector<std::string>;

lookup_function always(addresses found) {
  return [found](const std::string&) -> result<addresses> { return found; };
}

const std::string unavailable = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\n\r\nsick";

// Answers every request on the connection with this, and keeps the connection.
scripted_server::script answer_all(const std::string& reply) {
  return [reply](peer& p) {
    while (!p.read_request().empty()) p.send(reply);
  };
}

void take_and_hang(peer& p) {
  p.read_request();
  p.client_closes();
}

void take_and_close(peer& p) { p.read_request(); }

// The name's first address is 127.0.0.1, its second 127.0.0.2.
class http_client_address : public testing::Test {
 protected:
  void serve(const scripted_server::script& at_first, const scripted_server::script& at_second) {
    first_ = std::make_unique<scripted_server>(std::vector{at_first});
    second_ = std::make_unique<scripted_server>(std::vector{at_second}, scripted_server::place{.ip = "127.0.0.2", .port = first_->port()});
    settings_ = settings_for(first_->port(), "can.example");
  }

  std::unique_ptr<client> make(const addresses& named = {"127.0.0.1", "127.0.0.2"}) { return loop_.make_client(settings_, always(named)); }

  test_loop loop_;
  std::unique_ptr<scripted_server> first_;
  std::unique_ptr<scripted_server> second_;
  client_settings settings_;
};

TEST_F(http_client_address, after_a_5xx_the_next_call_goes_to_the_other_one_and_stays_there) {
  serve(answer_all(unavailable), answer_all(ok_reply("well")));
  const auto c = make();
  EXPECT_EQ(loop_.reply(*c, post("x")).status, 503u);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(loop_.reply(*c, post("x")).body, "well") << "though a kept connection led to the first";
  EXPECT_EQ(first_->connections(), 1u);
  EXPECT_EQ(second_->connections(), 1u);
}

TEST_F(http_client_address, stays_last_while_the_other_one_is_well) {
  serve(answer_all(unavailable), [](peer& p) {
    p.read_request();
    p.send(ok_reply("well", "Connection: close\r\n"));
  });
  const auto c = make();
  EXPECT_EQ(loop_.reply(*c, post("x")).status, 503u);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(loop_.reply(*c, post("x")).body, "well");
  EXPECT_EQ(first_->connections(), 1u);
}

TEST_F(http_client_address, after_a_timeout_the_next_call_goes_to_the_other_one) {
  serve(take_and_hang, answer_all(ok_reply("well")));
  settings_.request_timeout = milliseconds{300};
  const auto c = make();
  expect_failure(loop_.failure(*c, post("x")), {.phase = transport_phase::read_header, .bytes_sent = true, .timed_out = true},
                 "can.example:");
  EXPECT_EQ(loop_.reply(*c, post("x")).body, "well");
}

TEST_F(http_client_address, after_a_lost_reply_the_next_call_goes_to_the_other_one) {
  serve(take_and_close, answer_all(ok_reply("well")));
  const auto c = make();
  expect_failure(loop_.failure(*c, post("x")), {.phase = transport_phase::read_header, .bytes_sent = true}, "can.example:");
  EXPECT_EQ(loop_.reply(*c, post("x")).body, "well");
}

TEST_F(http_client_address, takes_turns_while_all_are_in_trouble) {
  serve(answer_all(unavailable), take_and_close);
  const auto c = make();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(loop_.reply(*c, post("x")).status, 503u);
    expect_failure(loop_.failure(*c, post("x")), {.phase = transport_phase::read_header, .bytes_sent = true}, "can.example:");
  }
}

TEST_F(http_client_address, is_tried_again_where_the_other_one_cannot_be_reached) {
  scripted_server only({answer_all(unavailable)});
  const auto c = loop_.make_client(settings_for(only.port(), "can.example"), always({"127.0.0.1", "127.0.0.2"}));
  for (int i = 0; i < 4; ++i) EXPECT_EQ(loop_.reply(*c, post("x")).status, 503u);
}

TEST_F(http_client_address, is_not_left_for_what_is_no_trouble_of_its_own) {
  serve(answer_all("HTTP/1.1 429 Too Many Requests\r\nContent-Length: 4\r\n\r\nbusy"), answer_all(ok_reply("well")));
  const auto c = make();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(loop_.reply(*c, post("x")).status, 429u);
  EXPECT_EQ(first_->connections(), 1u);
}

TEST_F(http_client_address, the_only_one_keeps_its_connection_whatever_it_answers) {
  serve(answer_all(unavailable), answer_all(ok_reply("well")));
  for (const auto& c : {make({"127.0.0.1"}), loop_.make_client(settings_for(first_->port()))})
    for (int i = 0; i < 3; ++i) EXPECT_EQ(loop_.reply(*c, post("x")).status, 503u);
  EXPECT_EQ(first_->connections(), 2u) << "one of each client";
}

class http_client_address_tls : public http_client_address {
 protected:
  [[nodiscard]] client_settings settings(std::uint16_t port, milliseconds connect_timeout) const {
    auto s = settings_for(port, "can.example");
    s.address.https = true;
    s.tls.ca_file = ca_file_;
    s.connect_timeout = connect_timeout;
    return s;
  }

  test_authority authority_;
  pem_folder files_;
  std::string ca_file_ = files_.file("ca.pem", authority_.certificate_pem());
  unique_server_end end_ = server_end(authority_.issue({}));
};

// 20 addresses have 100 ms each to accept, and all of them shake hands in 300: three shares, and far less than the whole.
TEST_F(http_client_address_tls, a_slow_handshake_may_take_more_than_an_addresss_share) {
  const auto slow = [] { std::this_thread::sleep_for(milliseconds{300}); };
  scripted_server server({answer_all(ok_reply("well"))}, {.ip = "0.0.0.0", .tls = end_.get(), .before_handshake = slow});
  addresses twenty;
  for (int i = 1; i <= 20; ++i) twenty.push_back("127.0.0." + std::to_string(i));
  const auto c = loop_.make_client(settings(server.port(), milliseconds{2'000}), always(twenty));
  EXPECT_EQ(loop_.reply(*c, post("x")).body, "well");
  EXPECT_EQ(server.connections(), 1u);
}

TEST_F(http_client_address_tls, a_handshake_that_hangs_costs_one_call_and_the_next_begins_elsewhere) {
  scripted_server good({answer_all(ok_reply("well"))}, {.tls = end_.get()});
  scripted_server hanging({[](peer& p) {
                            while (!p.read_some(1000).empty()) {
                            }
                          }},
                          {.ip = "127.0.0.2", .port = good.port()});
  const auto c = loop_.make_client(settings(good.port(), milliseconds{500}), always({"127.0.0.2", "127.0.0.1"}));
  expect_failure(loop_.failure(*c, post("x")), {.phase = transport_phase::tls, .timed_out = true}, "can.example:");
  EXPECT_EQ(loop_.reply(*c, post("x")).body, "well");
  EXPECT_EQ(hanging.connections(), 1u);
}

}  // namespace
}  // namespace partmark::http
