// A request as the bytes of HTTP/1.1. Pure; client.cpp sends the result in one write.
#pragma once

#include "core/exchange.hpp"
#include "core/result.hpp"
#include "http/endpoint_address.hpp"

#include <string>

namespace partmark::http {

// Writes Host, Content-Length and the caller's headers; no Connection header, since HTTP/1.1 keeps connections by default.
// errc::invalid for what would let a value speak for a header or a second request: a method or header name that is no token, a target
// that does not start with '/' or has a blank or control character, CR, LF or another control character but TAB in a header's value,
// and Host, Content-Length, Connection, Transfer-Encoding, Expect or Upgrade among the headers. The message names the header, never its
// value.
[[nodiscard]] result<std::string> write_request(const http_request& request, const endpoint_address& address);

}  // namespace partmark::http
