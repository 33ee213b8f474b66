// The simulator as a child process in a temporary folder, and a plain blocking client for it. Owned by one test; one thread.
#pragma once

#include <sys/types.h>

#include <boost/json/value.hpp>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace partmark::testing {

class simulator_process {
 public:
  // Starts the program with `arguments` and waits until it listens.
  explicit simulator_process(const std::vector<std::string>& arguments = {});
  ~simulator_process();  // SIGTERM, and waits
  simulator_process(const simulator_process&) = delete;
  simulator_process& operator=(const simulator_process&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  // SIGKILL, and waits.
  void kill();

  boost::json::value control(std::string_view method, std::string_view what, std::string_view body = {}) const;
  [[nodiscard]] boost::json::value state() const { return control("GET", "state"); }

 private:
  std::filesystem::path folder_;
  pid_t pid_ = -1;
  std::uint16_t port_ = 0;
};

// What one exchange on a connection gave.
struct raw_reply {
  std::string text;    // everything that was read
  bool whole = false;  // header, and as many body bytes as it promised
  bool was_reset = false;
  bool was_closed = false;

  [[nodiscard]] int status() const;
  [[nodiscard]] std::string body() const;
};

class raw_client {
 public:
  explicit raw_client(std::uint16_t port);
  ~raw_client();
  raw_client(const raw_client&) = delete;
  raw_client& operator=(const raw_client&) = delete;

  void send(std::string_view text) const;
  [[nodiscard]] raw_reply read() const;
  raw_reply exchange(std::string_view text) const {
    send(text);
    return read();
  }
  // Whether the other end closes within the deadline of every wait here.
  [[nodiscard]] bool sees_close() const;

 private:
  int socket_ = -1;
};

[[nodiscard]] std::string post_text(std::string_view path, std::string_view body);

}  // namespace partmark::testing
