// A request as the bytes of HTTP/1.1. Pure; client.cpp sends the result in one write.
#pragma once

#include "core/exchange.hpp"
#include "core/result.hpp"
#include "http/endpoint_address.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace partmark::http {

using header_list = std::vector<std::pair<std::string, std::string>>;

// Headers that many requests carry, checked and written once. They may hold a secret: keep no longer than it is of use.
class header_lines {
 public:
  header_lines() = default;

  // errc::invalid as write_request().
  [[nodiscard]] static result<header_lines> make(const header_list& headers);

  [[nodiscard]] std::string_view text() const { return text_; }

 private:
  std::string text_;  // each with its line end
};

// Writes Host, Content-Length and the caller's headers; no Connection header, since HTTP/1.1 keeps connections by default.
// errc::invalid for what would let a value speak for a header or a second request: a method or header name that is no token, a target
// that does not start with '/' or has a blank or control character, CR, LF or another control character but TAB in a header's value,
// and Host, Content-Length, Connection, Transfer-Encoding, Expect or Upgrade among the headers. The message names the header, never its
// value. `more_header_lines` are those of a header_lines.
[[nodiscard]] result<std::string> write_request(const http_request& request, const endpoint_address& address,
                                                std::string_view more_header_lines = {});

}  // namespace partmark::http
