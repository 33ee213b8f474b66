// Shutting down: every call ends, at once, whatever it waits for.
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

TEST(http_client_shut_down, ends_what_is_under_way_and_what_waits) {
  std::promise<void> read;
  scripted_server server({[&](peer& p) {
    p.read_request();
    read.set_value();
    p.client_closes();
  }});
  test_loop loop;
  auto settings = settings_for(server.port());
  settings.connections_max = 1;
  const auto c = loop.make_client(settings);
  std::vector<exchange> ended;
  for (int i = 0; i < 2; ++i) c->send(post("x"), [&](exchange e) { ended.push_back(std::move(e)); });
  auto has_read = read.get_future();
  while (has_read.wait_for(milliseconds{0}) != std::future_status::ready) loop.run_ready();
  c->shut_down();
  EXPECT_TRUE(ended.empty());
  loop.run_to_the_end();

  ASSERT_EQ(ended.size(), 2u);
  const auto& waiting = std::get<transport_failure>(ended[0]);
  const auto& under_way = std::get<transport_failure>(ended[1]);
  expect_failure(under_way, {.phase = transport_phase::read_header, .bytes_sent = true, .cancelled = true});
  expect_failure(waiting, {.phase = transport_phase::connect, .cancelled = true});
  expect_failure(loop.failure(*c, post("x")), {.phase = transport_phase::connect, .cancelled = true});
}

TEST(http_client_shut_down, ends_a_connection_being_opened) {
  const deaf_listener deaf("127.0.0.1", 0);
  test_loop loop;
  const auto c = loop.make_client(settings_for(deaf.port()));
  std::optional<exchange> ended;
  c->send(post("x"), [&](exchange e) { ended = std::move(e); });
  loop.run_ready();
  c->shut_down();
  loop.run_to_the_end();
  ASSERT_TRUE(ended);
  expect_failure(std::get<transport_failure>(*ended), {.phase = transport_phase::connect, .cancelled = true});
}

TEST(http_client_shut_down, tries_no_further_address) {
  std::promise<void> shaking_hands;
  scripted_server server({[&](peer& p) {
    p.read_some(1);
    shaking_hands.set_value();
    while (!p.read_some(1000).empty()) {
    }
  }});
  test_loop loop;
  auto settings = settings_for(server.port(), "can.example");
  settings.address.https = true;
  const auto c = loop.make_client(
      settings, [](const std::string&) -> result<std::vector<std::string>> { return std::vector<std::string>{"127.0.0.1", "127.0.0.2"}; });
  std::optional<exchange> ended;
  c->send(post("x"), [&](exchange e) { ended = std::move(e); });
  auto shakes_hands = shaking_hands.get_future();
  while (shakes_hands.wait_for(milliseconds{0}) != std::future_status::ready) loop.run_ready();
  c->shut_down();
  loop.run_to_the_end();
  ASSERT_TRUE(ended);
  const auto& f = std::get<transport_failure>(*ended);
  expect_failure(f, {.phase = transport_phase::tls, .cancelled = true}, "can.example:");
  EXPECT_EQ(f.message.find("127.0.0.2"), std::string::npos) << f.message;
}

TEST(http_client_shut_down, waits_for_no_name_server) {
  const auto asked = std::make_shared<std::promise<void>>();
  const auto release = std::make_shared<std::promise<void>>();
  const auto hang = [asked, release](const std::string&) -> result<std::vector<std::string>> {
    asked->set_value();
    release->get_future().wait();
    return std::vector<std::string>{"127.0.0.1"};
  };
  {
    test_loop loop;
    const auto c = loop.make_client(settings_for(1, "hanging.example"), hang);
    std::optional<exchange> ended;
    c->send(post("x"), [&](exchange e) { ended = std::move(e); });
    loop.run_ready();
    asked->get_future().wait();
    c->shut_down();
    loop.run_to_the_end();
    ASSERT_TRUE(ended);
    expect_failure(std::get<transport_failure>(*ended), {.phase = transport_phase::resolve, .cancelled = true}, "hanging.example:1");
  }
  release->set_value();  // its thread ends after everything it might have told
}

TEST(http_client_shut_down, closes_the_kept_connections) {
  std::atomic<bool> closed = false;
  scripted_server server({[&](peer& p) {
    p.read_request();
    p.send(ok_reply("x"));
    closed = p.client_closes();
  }});
  {
    test_loop loop;
    const auto c = loop.make_client(settings_for(server.port()));
    EXPECT_EQ(loop.reply(*c, post("x")).body, "x");
    c->shut_down();
    loop.run_to_the_end();
    server.join();
    EXPECT_TRUE(closed);
  }
}

}  // namespace
}  // namespace partmark::http
