// Runs a client's io_context for a test, so that the tests themselves need no Asio.
#pragma once

#include "http/client.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace partmark::http {

class test_loop {
 public:
  test_loop();
  ~test_loop();
  test_loop(const test_loop&) = delete;
  test_loop& operator=(const test_loop&) = delete;

  // Throws when the settings are refused.
  [[nodiscard]] std::unique_ptr<client> make_client(const client_settings& settings, lookup_function lookup = system_lookup);
  [[nodiscard]] result<std::unique_ptr<client>> try_client(const client_settings& settings);

  // Sends and runs the loop until the call's end.
  exchange carry(client& c, http_request request);
  // The same, for the two ends a call can have; the other one throws with its text.
  http_reply reply(client& c, http_request request);
  transport_failure failure(client& c, http_request request);

  void run_until(const std::function<bool()>& condition);
  // Runs what is ready and returns.
  void run_ready();
  // Runs until nothing is left that could still happen: no call, no kept connection, no timer.
  void run_to_the_end();

 private:
  struct context;
  std::unique_ptr<context> context_;
};

// Settings for a server on this address, with deadlines no test waits for.
[[nodiscard]] client_settings settings_for(std::uint16_t port, const std::string& host = "127.0.0.1");

[[nodiscard]] http_request post(const std::string& body, const std::string& target = "/call");

}  // namespace partmark::http
