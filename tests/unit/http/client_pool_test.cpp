// Which connection carries which call, and when one is closed.
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <optional>
#include <string>
#include <vector>

#include "http/client.hpp"
#include "unit/http/expected_failure.hpp"
#include "unit/http/scripted_server.hpp"
#include "unit/http/test_loop.hpp"

namespace partmark::http {
namespace {

// Answers every request on the connection with this.
scripted_server::script answer_all(const std::string& reply) {
  return [reply](peer& p) {
    while (!p.read_request().empty()) p.send(reply);
  };
}

TEST(http_client_pool, carries_one_call_after_another_over_one_connection) {
  scripted_server server({answer_all(ok_reply("same"))});
  test_loop loop;
  const auto c = loop.make_client(settings_for(server.port()));
  for (int i = 0; i < 20; ++i) EXPECT_EQ(loop.reply(*c, post("x")).body, "same");
  EXPECT_EQ(server.connections(), 1u);
}

TEST(http_client_pool, opens_a_new_connection_where_the_last_reply_ended_the_old_one) {
  for (const auto* reply : {"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx",
                            "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx and more",
                            "HTTP/1.1 200 OK\r\nKeep-Alive: timeout=1\r\nContent-Length: 1\r\n\r\nx"}) {
    std::atomic<int> closed = 0;
    scripted_server server({[&](peer& p) {
      p.read_request();
      p.send(reply);
      if (p.client_closes()) ++closed;  // it is the client that closes
    }});
    test_loop loop;
    const auto c = loop.make_client(settings_for(server.port()));
    EXPECT_EQ(loop.reply(*c, post("x")).body, "x");
    EXPECT_EQ(loop.reply(*c, post("x")).body, "x");
    server.join();
    EXPECT_EQ(closed, 2) << reply;
    EXPECT_EQ(server.connections(), 2u) << reply;
  }
}

TEST(http_client_pool, keeps_an_old_servers_connection_when_it_asks_for_that) {
  scripted_server server(
      {answer_all("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nKeep-Alive: timeout=60, max=5\r\nContent-Length: 1\r\n\r\nx")});
  test_loop loop;
  const auto c = loop.make_client(settings_for(server.port()));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(loop.reply(*c, post("x")).body, "x");
  EXPECT_EQ(server.connections(), 1u);
}

TEST(http_client_pool, never_reuses_a_connection_that_the_server_closed_meanwhile) {
  for (const bool by_reset : {false, true}) {
    std::promise<void> replied;
    std::promise<void> gone;
    scripted_server server({[&](peer& p) {
                              p.read_request();
                              p.send(ok_reply("first"));
                              replied.get_future().wait();
                              by_reset ? p.reset() : p.close();
                              gone.set_value();
                            },
                            answer_all(ok_reply("second"))});
    test_loop loop;
    const auto c = loop.make_client(settings_for(server.port()));
    EXPECT_EQ(loop.reply(*c, post("x")).body, "first");
    replied.set_value();
    gone.get_future().wait();
    EXPECT_EQ(loop.reply(*c, post("x")).body, "second");
    EXPECT_EQ(server.connections(), 2u);
  }
}

TEST(http_client_pool, closes_a_kept_connection_as_soon_as_the_server_does) {
  scripted_server server({[](peer& p) {
    p.read_request();
    p.send(ok_reply("x"));
  }});
  test_loop loop;
  const auto c = loop.make_client(settings_for(server.port()));
  EXPECT_EQ(loop.reply(*c, post("x")).body, "x");
  loop.run_to_the_end();  // would last for the idle timeout, an hour
}

TEST(http_client_pool, closes_a_kept_connection_on_which_the_server_speaks_unasked) {
  std::promise<void> replied;
  std::atomic<bool> closed = false;
  scripted_server server({[&](peer& p) {
    p.read_request();
    p.send(ok_reply("x"));
    replied.get_future().wait();
    p.send("HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n");
    closed = p.client_closes();
  }});
  test_loop loop;
  const auto c = loop.make_client(settings_for(server.port()));
  EXPECT_EQ(loop.reply(*c, post("x")).body, "x");
  replied.set_value();
  loop.run_to_the_end();
  server.join();
  EXPECT_TRUE(closed);
}

TEST(http_client_pool, closes_a_connection_that_was_kept_long_enough) {
  std::atomic<bool> closed = false;
  scripted_server server({[&](peer& p) {
    p.read_request();
    p.send(ok_reply("x"));
    closed = p.client_closes();
  }});
  test_loop loop;
  auto settings = settings_for(server.port());
  settings.idle_timeout = milliseconds{5};
  const auto c = loop.make_client(settings);
  EXPECT_EQ(loop.reply(*c, post("x")).body, "x");
  loop.run_to_the_end();
  server.join();
  EXPECT_TRUE(closed);
}

// Two connections, of which the second was used last.
struct two_kept {
  explicit two_kept(test_loop& l, client& c, std::promise<void>& first_may_reply) {
    std::vector<std::string> bodies;
    for (int i = 0; i < 2; ++i)
      c.send(post("x"), [&](exchange e) {
        bodies.push_back(std::get<http_reply>(e).body);
        if (bodies.size() == 1) first_may_reply.set_value();
      });
    l.run_until([&] { return bodies.size() == 2; });
    last_used = bodies.back();
  }
  std::string last_used;
};

TEST(http_client_pool, takes_the_connection_that_was_used_last) {
  std::promise<void> may_reply;
  std::atomic<int> turn = 0;
  // Whichever connection is asked first replies last.
  const auto script = [&](peer& p) {
    p.read_request();
    const int mine = turn++;
    const std::string name = mine == 0 ? "slow" : "quick";
    if (mine == 0) may_reply.get_future().wait();
    p.send(ok_reply(name));
    while (!p.read_request().empty()) p.send(ok_reply(name));
  };
  scripted_server server({script});
  test_loop loop;
  const auto c = loop.make_client(settings_for(server.port()));
  const two_kept kept(loop, *c, may_reply);
  EXPECT_EQ(kept.last_used, "slow");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(loop.reply(*c, post("x")).body, "slow");
}

TEST(http_client_pool, gives_up_all_kept_connections_when_one_of_them_fails) {
  std::promise<void> may_reply;
  std::atomic<int> turn = 0;
  std::atomic<bool> other_closed = false;
  const auto script = [&](peer& p) {
    p.read_request();
    const int mine = turn++;
    if (mine == 0) may_reply.get_future().wait();
    p.send(ok_reply("x"));
    if (mine == 0) p.read_request();  // and closes
    if (mine == 1) other_closed = p.client_closes();
  };
  scripted_server server({script});
  test_loop loop;
  const auto c = loop.make_client(settings_for(server.port()));
  const two_kept kept(loop, *c, may_reply);
  expect_failure(loop.failure(*c, post("x")), {.phase = transport_phase::read_header, .bytes_sent = true, .reused_connection = true});
  loop.run_to_the_end();
  EXPECT_EQ(loop.reply(*c, post("x")).body, "x") << "a retry meets a new connection";
  EXPECT_EQ(server.connections(), 3u);
  c->shut_down();
  server.join();
  EXPECT_TRUE(other_closed);
}

TEST(http_client_pool, has_at_most_so_many_calls_under_way_and_the_rest_wait_in_order) {
  std::vector<std::string> seen;  // by one connection at a time
  std::promise<void> all_sent;
  scripted_server server({[&](peer& p) {
    all_sent.get_future().wait();
    for (auto request = p.read_request(); !request.empty(); request = p.read_request()) {
      seen.push_back(request.substr(request.find("\r\n\r\n") + 4));
      p.send(ok_reply("x"));
    }
  }});
  test_loop loop;
  auto settings = settings_for(server.port());
  settings.connections_max = 1;
  const auto c = loop.make_client(settings);
  int ended = 0;
  for (int i = 0; i < 5; ++i) c->send(post(std::to_string(i)), [&](const exchange&) { ++ended; });
  loop.run_ready();
  all_sent.set_value();
  loop.run_until([&] { return ended == 5; });
  c->shut_down();
  server.join();
  EXPECT_EQ(seen, (std::vector<std::string>{"0", "1", "2", "3", "4"}));
  EXPECT_EQ(server.connections(), 1u);
}

TEST(http_client_pool, uses_every_connection_it_may_at_once) {
  std::atomic<int> here = 0;
  std::promise<void> all_here;
  const auto everyone = all_here.get_future().share();
  // Nobody gets a reply until three requests are here at the same time.
  const auto script = [&](peer& p) {
    while (!p.read_request().empty()) {
      if (++here == 3) all_here.set_value();
      everyone.wait();
      p.send(ok_reply("x"));
    }
  };
  scripted_server server({script});
  test_loop loop;
  auto settings = settings_for(server.port());
  settings.connections_max = 3;
  const auto c = loop.make_client(settings);
  int ended = 0;
  for (int i = 0; i < 12; ++i) c->send(post("x"), [&](const exchange&) { ++ended; });
  loop.run_until([&] { return ended == 12; });
  EXPECT_EQ(server.connections(), 3u);
}

TEST(http_client_pool, goes_on_with_the_waiting_calls_after_failures) {
  scripted_server server({[](peer& p) { p.read_request(); }});
  test_loop loop;
  auto settings = settings_for(server.port());
  settings.connections_max = 2;
  const auto c = loop.make_client(settings);
  int failed = 0;
  for (int i = 0; i < 10; ++i)
    c->send(post("x"), [&](const exchange& e) { failed += std::holds_alternative<transport_failure>(e) ? 1 : 0; });
  loop.run_until([&] { return failed == 10; });
  EXPECT_EQ(server.connections(), 10u);
}

}  // namespace
}  // namespace partmark::http
