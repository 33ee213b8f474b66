// What a client does when the server behaves, in all the ways a server may.
#include "http/client.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "unit/http/scripted_server.hpp"
#include "unit/http/test_loop.hpp"

namespace partmark::http {
namespace {

using headers = std::vector<std::pair<std::string, std::string>>;

scripted_server::script say(const std::string& reply) {
  return [reply](peer& p) {
    p.read_request();
    p.send(reply);
  };
}

// What a fresh client makes of this reply, whose server then closes.
http_reply reply_to(const std::string& reply) {
  scripted_server server({say(reply)});
  test_loop loop;
  const auto c = loop.make_client(settings_for(server.port()));
  return loop.reply(*c, post("x"));
}

TEST(http_client, carries_a_request_and_its_reply_byte_for_byte) {
  std::string received;
  scripted_server server({[&received](peer& p) {
    received = p.read_request();
    p.send("HTTP/1.1 418 I'm a teapot\r\nX-Kind: Tea\r\nContent-Length: 5\r\n\r\nhello");
    p.client_closes();
  }});
  test_loop loop;
  auto settings = settings_for(server.port());
  settings.address.base_path = "/gateway";
  const auto c = loop.make_client(settings);
  http_request request = post("{\"uuid\":\"1\"}", "/mark?x=1");
  request.headers = {{"tenant-id", "tn_1"}};
  const http_reply reply = loop.reply(*c, request);

  EXPECT_EQ(received, "POST /gateway/mark?x=1 HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server.port()) +
                          "\r\ntenant-id: tn_1\r\nContent-Length: 12\r\n\r\n{\"uuid\":\"1\"}");
  EXPECT_EQ(reply.status, 418u);
  EXPECT_EQ(reply.headers, (headers{{"x-kind", "Tea"}}));
  EXPECT_EQ(reply.body, "hello");
}

TEST(http_client, never_completes_a_call_inside_send) {
  scripted_server server({say(ok_reply("x"))});
  test_loop loop;
  const auto c = loop.make_client(settings_for(server.port()));
  int completed = 0;
  c->send(post("x"), [&](const exchange&) { ++completed; });
  http_request unsendable = post("x");
  unsendable.target = "no slash";
  c->send(unsendable, [&](const exchange&) { ++completed; });
  EXPECT_EQ(completed, 0);
  loop.run_until([&] { return completed == 2; });

  c->shut_down();
  c->send(post("x"), [&](const exchange&) { ++completed; });
  EXPECT_EQ(completed, 2);
  loop.run_to_the_end();
  EXPECT_EQ(completed, 3);
}

TEST(http_client, never_completes_a_call_inside_a_send_from_another_calls_end) {
  scripted_server server({say(ok_reply("x"))});
  test_loop loop;
  const auto c = loop.make_client(settings_for(server.port()));
  // A broadcast address is refused by the system at once, so that nothing makes this call wait.
  const auto hopeless = loop.make_client(settings_for(1, "255.255.255.255"));
  bool sending = false;
  bool completed = false;
  c->send(post("x"), [&](const exchange&) {
    sending = true;
    hopeless->send(post("x"), [&](const exchange& e) {
      EXPECT_FALSE(sending);
      EXPECT_EQ(std::get<transport_failure>(e).phase, transport_phase::connect);
      completed = true;
    });
    sending = false;
  });
  loop.run_until([&] { return completed; });
}

TEST(http_client, counts_the_calls_that_have_not_ended) {
  scripted_server server({say(ok_reply("x", "Connection: close\r\n"))});
  test_loop loop;
  auto settings = settings_for(server.port());
  settings.connections_max = 1;
  const auto c = loop.make_client(settings);
  http_request unsendable = post("x");
  unsendable.target = "no slash";
  std::vector<std::size_t> left;
  for (const auto& r : {post("x"), post("x"), unsendable}) c->send(r, [&](const exchange&) { left.push_back(c->calls()); });
  EXPECT_EQ(c->calls(), 3u);
  loop.run_to_the_end();
  EXPECT_EQ(left, (std::vector<std::size_t>{2, 1, 0}));
}

TEST(http_client, needs_at_least_one_connection) {
  test_loop loop;
  auto settings = settings_for(1);
  settings.connections_max = 0;
  const auto made = loop.try_client(settings);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, errc::invalid);
}

TEST(http_client, reads_replies_of_every_framing) {
  EXPECT_EQ(reply_to("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;ext\r\nde\r\n0\r\nTrailer: x\r\n\r\n").body,
            "abcde");
  EXPECT_EQ(reply_to("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nuntil the end").body, "until the end");
  EXPECT_EQ(reply_to("HTTP/1.0 200 OK\r\n\r\nold").body, "old");
  EXPECT_EQ(reply_to("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n" + ok_reply("late")).body, "late");
  EXPECT_EQ(reply_to("HTTP/1.1 204 No Content\r\n\r\n").status, 204u);
  EXPECT_EQ(reply_to(ok_reply("")).body, "");
}

TEST(http_client, hands_a_redirect_to_its_caller_instead_of_following_it) {
  const http_reply reply = reply_to("HTTP/1.1 307 Elsewhere\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(reply.status, 307u);
  EXPECT_EQ(reply.header("location"), "http://127.0.0.1:1/");
}

TEST(http_client, carries_bodies_larger_than_any_socket_buffer) {
  const std::string large(900'000, 'x');
  const std::string larger(8'000'000, 'y');
  std::string received;
  scripted_server server({[&](peer& p) {
    received = p.read_request();
    p.send(ok_reply(large));
    p.client_closes();
  }});
  test_loop loop;
  const auto c = loop.make_client(settings_for(server.port()));
  EXPECT_EQ(loop.reply(*c, post(larger)).body, large);
  EXPECT_TRUE(received.ends_with("\r\n\r\n" + larger));
}

TEST(http_client, takes_the_reply_of_a_server_that_refuses_before_reading_everything) {
  scripted_server server({[](peer& p) {
    p.read_some(1000);
    p.send("HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig");
    p.close();
  }});
  test_loop loop;
  const auto c = loop.make_client(settings_for(server.port()));
  const http_reply reply = loop.reply(*c, post(std::string(16'000'000, 'x')));
  EXPECT_EQ(reply.status, 413u);
  EXPECT_EQ(reply.body, "big");
}

TEST(http_client, speaks_over_ipv6) {
  std::string received;
  const auto script = [&received](peer& p) {
    received = p.read_request();
    p.send(ok_reply("six"));
  };
  scripted_server server({script}, {.ip = "::1"});
  test_loop loop;
  const auto c = loop.make_client(settings_for(server.port(), "::1"));
  EXPECT_EQ(loop.reply(*c, post("x")).body, "six");
  EXPECT_NE(received.find("Host: [::1]:" + std::to_string(server.port()) + "\r\n"), std::string::npos);
}

TEST(http_client, may_be_destroyed_by_the_end_of_its_own_call) {
  scripted_server server({say(ok_reply("x"))});
  test_loop loop;
  auto c = loop.make_client(settings_for(server.port()));
  bool completed = false;
  c->send(post("x"), [&](const exchange& e) {
    EXPECT_TRUE(std::holds_alternative<http_reply>(e));
    c.reset();
    completed = true;
  });
  loop.run_to_the_end();
  EXPECT_TRUE(completed);
}

TEST(http_client, lets_what_a_completion_throws_leave_the_loop) {
  scripted_server server({say(ok_reply("x"))});
  test_loop loop;
  const auto c = loop.make_client(settings_for(server.port()));
  c->send(post("x"), [](const exchange&) { throw std::runtime_error("thrown by done"); });
  EXPECT_THROW(loop.run_to_the_end(), std::runtime_error);
}

TEST(http_client, may_be_left_with_calls_when_the_loop_is_gone) {
  scripted_server server({[](peer& p) {
    p.read_request();
    p.client_closes();
  }});
  bool completed = false;
  {
    test_loop loop;
    auto c = loop.make_client(settings_for(server.port()));
    c->send(post("x"), [&](const exchange&) { completed = true; });
    loop.run_ready();
    c.reset();
  }
  EXPECT_FALSE(completed);
}

}  // namespace
}  // namespace partmark::http
