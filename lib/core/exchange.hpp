// What goes over the wire and what comes back, without saying how: shared by lib/can (which writes requests and reads replies)
// and lib/http (which carries them). Pure values.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace partmark {

struct http_request {
  std::string method = "POST";
  std::string target;                                        // origin form: starts with '/', query included
  std::vector<std::pair<std::string, std::string>> headers;  // beyond Host, Content-Length and Connection, which the carrier writes
  std::string body;
};

struct http_reply {
  unsigned status = 0;
  // Names in lower case; without those that the carrier reads itself or that tell of the server: Connection, Content-Length, Date, Server,
  // Transfer-Encoding.
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;

  [[nodiscard]] std::optional<std::string_view> header(std::string_view lower_case_name) const {
    for (const auto& [name, value] : headers)
      if (name == lower_case_name) return std::string_view(value);
    return std::nullopt;
  }
};

enum class transport_phase { resolve, connect, tls, write, read_header, read_body };

// An exchange that ended without a whole reply. What it may have done there follows from `bytes_sent` alone.
struct transport_failure {
  transport_phase phase = transport_phase::connect;
  bool bytes_sent = false;  // at least one byte of the request may have left this host
  bool timed_out = false;
  bool cancelled = false;          // by this side, on shutdown
  bool reused_connection = false;  // a kept-alive connection that had served before: it may have been closed there long ago
  bool reply_too_large = false;
  std::optional<unsigned> status;  // of a reply whose header was read and whose body was not
  std::string message;             // for people: names the address and the step; holds no header or body text
};

using exchange = std::variant<http_reply, transport_failure>;

}  // namespace partmark
