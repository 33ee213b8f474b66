// Where a server is, as its URL says it. A pure value, made at start-up from the configuration.
#pragma once

#include "core/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace partmark::http {

struct endpoint_address {
  bool https = false;
  std::string host;         // a name, or an IP address without brackets
  std::uint16_t port = 80;  // 1-65535
  std::string base_path;    // goes before every target: empty, or starts with '/' and does not end with one

  // For people and logs: "can.example:8083", "[::1]:8083".
  [[nodiscard]] std::string text() const;

  // The Host header: as text(), without the scheme's own port.
  [[nodiscard]] std::string host_header() const;

  // Whether `host` is an IPv4 or IPv6 address: it is neither looked up nor sent as SNI.
  [[nodiscard]] bool is_ip() const;
};

// Reads "http://host[:port][/base/path]" or https. Names and IPv4 addresses, and IPv6 addresses in brackets (no zone).
// errc::invalid for anything else: another scheme, user information, a query, a fragment, no host, port 0.
// The message never repeats user information, which may be a secret.
[[nodiscard]] result<endpoint_address> parse_url(std::string_view url);

}  // namespace partmark::http
