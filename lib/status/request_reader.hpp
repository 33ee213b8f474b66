// Reads requests from bytes as they come: Beast's parser with our bounds around it. Only GET and HEAD without a body are let through. No
// I/O; one reader a connection.
#pragma once

#include "status/web_exchange.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace partmark {

inline constexpr std::size_t request_bytes_max = 8 * 1024;  // line and headers

class request_reader {
 public:
  // `names`: what a Host may say beside addresses and localhost.
  explicit request_reader(std::vector<std::string> names) : names_(std::move(names)) {}

  struct whole {
    web_request request;
    bool head = false;
    bool keep_alive = false;
  };
  struct refused {
    web_reply reply;  // the connection closes after it
  };

  void feed(std::string_view bytes) { bytes_.append(bytes); }

  // The next request, once it is there; nullopt: more bytes are needed. After `refused` nothing more is to be asked.
  [[nodiscard]] std::optional<std::variant<whole, refused>> next();

  // Whether a request has begun to arrive.
  [[nodiscard]] bool begun() const { return !bytes_.empty(); }

 private:
  std::vector<std::string> names_;
  std::string bytes_;
};

}  // namespace partmark
