// Finding the server: names, several addresses, and the deadline over both.
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "http/client.hpp"
#include "unit/http/expected_failure.hpp"
#include "unit/http/scripted_server.hpp"
#include "unit/http/test_loop.hpp"

namespace partmark::http {
namespace {

using addresses = std::vector<std::string>;

lookup_function always(addresses found) {
  return [found](const std::string&) -> result<addresses> { return found; };
}

// One request, one reply that names the server, then closes.
scripted_server::script reply_once(const std::string& name) {
  return [name](peer& p) {
    p.read_request();
    p.send(ok_reply(name, "Connection: close\r\n"));
  };
}

client_settings named(std::uint16_t port) { return settings_for(port, "can.example"); }

TEST(http_client_connect, asks_for_the_name_anew_for_every_connection) {
  scripted_server server({reply_once("x")});
  std::atomic<int> asked = 0;
  const auto count = [&](const std::string& host) -> result<addresses> {
    EXPECT_EQ(host, "can.example");
    ++asked;
    return addresses{"127.0.0.1"};
  };
  test_loop loop;
  const auto c = loop.make_client(named(server.port()), count);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(loop.reply(*c, post("x")).body, "x");
  EXPECT_EQ(asked, 3);
}

TEST(http_client_connect, asks_nobody_about_an_ip_address) {
  scripted_server server({reply_once("x")});
  const auto never = [](const std::string&) -> result<addresses> { throw std::runtime_error("asked"); };
  test_loop loop;
  const auto c = loop.make_client(settings_for(server.port()), never);
  EXPECT_EQ(loop.reply(*c, post("x")).body, "x");
}

TEST(http_client_connect, finds_localhost_by_the_systems_lookup) {
  scripted_server server({reply_once("x")});
  test_loop loop;
  const auto c = loop.make_client(settings_for(server.port(), "localhost"));
  EXPECT_EQ(loop.reply(*c, post("x")).body, "x");
}

TEST(http_client_connect, fails_in_resolve_when_the_name_has_no_address) {
  test_loop loop;
  const auto none = [](const std::string&) -> result<addresses> { return error{errc::network, "Name or service not known"}; };
  const auto c = loop.make_client(named(1), none);
  const auto f = loop.failure(*c, post("x"));
  expect_failure(f, {.phase = transport_phase::resolve}, "can.example:1: ");
  EXPECT_NE(f.message.find("Name or service not known"), std::string::npos) << f.message;

  const auto empty = loop.make_client(named(1), always({}));
  expect_failure(loop.failure(*empty, post("x")), {.phase = transport_phase::resolve}, "can.example:1: ");
  const auto throwing = loop.make_client(named(1), [](const std::string&) -> result<addresses> { throw std::runtime_error("oops"); });
  expect_failure(loop.failure(*throwing, post("x")), {.phase = transport_phase::resolve}, "can.example:1: ");
}

TEST(http_client_connect, a_name_server_that_hangs_delays_nothing_beyond_the_deadline) {
  const auto release = std::make_shared<std::promise<void>>();
  const auto hang = [released = release->get_future().share()](const std::string&) -> result<addresses> {
    released.wait();
    return addresses{"127.0.0.1"};
  };
  {
    test_loop loop;
    auto settings = named(1);
    settings.connect_timeout = milliseconds{20};
    const auto c = loop.make_client(settings, hang);
    for (int i = 0; i < 2; ++i)
      expect_failure(loop.failure(*c, post("x")), {.phase = transport_phase::resolve, .timed_out = true}, "can.example:1: ");
    loop.run_to_the_end();  // though the lookup still hangs
  }
  release->set_value();
}

TEST(http_client_connect, calls_that_ask_at_once_share_one_lookup) {
  scripted_server server({reply_once("x")});
  std::atomic<int> asked = 0;
  std::promise<void> all_ask;
  const auto count = [&](const std::string&) -> result<addresses> {
    ++asked;
    all_ask.get_future().wait();
    return addresses{"127.0.0.1"};
  };
  test_loop loop;
  const auto c = loop.make_client(named(server.port()), count);
  int replies = 0;
  for (int i = 0; i < 4; ++i) c->send(post("x"), [&](const exchange& e) { replies += std::holds_alternative<http_reply>(e) ? 1 : 0; });
  loop.run_ready();
  all_ask.set_value();
  loop.run_until([&] { return replies == 4; });
  EXPECT_EQ(asked, 1);
}

TEST(http_client_connect, tries_the_next_address_when_one_refuses_or_is_unusable) {
  scripted_server server({reply_once("good")});
  test_loop loop;
  const auto c = loop.make_client(named(server.port()), always({"127.0.0.9", "not an address", "::1", "127.0.0.1"}));
  EXPECT_EQ(loop.reply(*c, post("x")).body, "good");
}

TEST(http_client_connect, tries_the_next_address_when_one_does_not_answer) {
  scripted_server server({reply_once("good")});
  const deaf_listener deaf("127.0.0.2", server.port());
  test_loop loop;
  auto settings = named(server.port());
  settings.connect_timeout = milliseconds{200};
  const auto c = loop.make_client(settings, always({"127.0.0.2", "127.0.0.1"}));
  EXPECT_EQ(loop.reply(*c, post("x")).body, "good");
}

TEST(http_client_connect, says_of_every_address_what_was_wrong_with_it) {
  const deaf_listener deaf("127.0.0.2", 0);
  test_loop loop;
  auto settings = named(deaf.port());
  settings.connect_timeout = milliseconds{50};
  const auto c = loop.make_client(settings, always({"127.0.0.1", "127.0.0.2"}));
  const auto f = loop.failure(*c, post("x"));
  expect_failure(f, {.phase = transport_phase::connect, .timed_out = true}, "can.example:");
  EXPECT_NE(f.message.find("127.0.0.1: Connection refused"), std::string::npos) << f.message;
  EXPECT_NE(f.message.find("127.0.0.2: no answer in time"), std::string::npos) << f.message;
}

TEST(http_client_connect, begins_with_the_address_that_worked_last) {
  scripted_server good({reply_once("good")});
  test_loop loop;
  const auto c = loop.make_client(named(good.port()), always({"127.0.0.2", "127.0.0.1"}));
  EXPECT_EQ(loop.reply(*c, post("x")).body, "good");
  scripted_server back_again({reply_once("back")}, {.ip = "127.0.0.2", .port = good.port()});
  EXPECT_EQ(loop.reply(*c, post("x")).body, "good");
  EXPECT_EQ(back_again.connections(), 0u);
}

TEST(http_client_connect, forgets_that_address_once_the_name_no_longer_has_it) {
  scripted_server old_place({reply_once("old")});
  scripted_server new_place({reply_once("new")}, {.ip = "127.0.0.2", .port = old_place.port()});
  std::atomic<bool> moved = false;
  test_loop loop;
  const auto c = loop.make_client(named(old_place.port()),
                                  [&](const std::string&) -> result<addresses> { return addresses{moved ? "127.0.0.2" : "127.0.0.1"}; });
  EXPECT_EQ(loop.reply(*c, post("x")).body, "old");
  moved = true;
  EXPECT_EQ(loop.reply(*c, post("x")).body, "new");
}

}  // namespace
}  // namespace partmark::http
