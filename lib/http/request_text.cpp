#include "http/request_text.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace partmark::http {
namespace {

bool is_token_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool is_token(std::string_view s) { return !s.empty() && std::ranges::all_of(s, is_token_character); }

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

bool is_target_character(char c) { return c > 0x20 && c < 0x7f; }

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

bool is_the_carriers(std::string_view name) {
  static constexpr std::array<std::string_view, 6> names{"host", "content-length", "connection", "transfer-encoding", "expect", "upgrade"};
  return std::ranges::any_of(names, [name](std::string_view n) { return equal_ignoring_case(n, name); });
}

result<void> check(const header_list& headers) {
  for (const auto& [name, value] : headers) {
    if (!is_token(name)) return error{errc::invalid, "a header's name is not a token"};
    if (is_the_carriers(name)) return error{errc::invalid, "header '" + name + "' is written by the HTTP client itself"};
    if (std::ranges::any_of(value, [](char c) { return is_control(c) && c != '\t'; }))
      return error{errc::invalid, "the value of header '" + name + "' has a control character"};
  }
  return {};
}

void append(std::string& text, const header_list& headers) {
  for (const auto& [name, value] : headers) text.append(name).append(": ").append(value).append("\r\n");
}

result<void> check(const http_request& request) {
  if (!is_token(request.method) || request.method == "CONNECT") return error{errc::invalid, "the request's method cannot be sent"};
  if (!request.target.starts_with('/') || !std::ranges::all_of(request.target, is_target_character))
    return error{errc::invalid, "the request's target must start with '/' and have no blank, control or non-ASCII character"};
  return check(request.headers);
}

}  // namespace

result<header_lines> header_lines::make(const header_list& headers) {
  if (const auto checked = check(headers); !checked) return checked.error();
  header_lines made;
  append(made.text_, headers);
  return made;
}

result<std::string> write_request(const http_request& request, const endpoint_address& address, std::string_view more_header_lines) {
  if (const auto checked = check(request); !checked) return checked.error();
  std::string text;
  text.reserve(256 + more_header_lines.size() + request.target.size() + request.body.size());
  text.append(request.method).append(" ").append(address.base_path).append(request.target).append(" HTTP/1.1\r\n");
  text.append("Host: ").append(address.host_header()).append("\r\n");
  text.append(more_header_lines);
  append(text, request.headers);
  // A POST without a body says so too: some servers answer 411 otherwise.
  const bool bodyless_by_nature = request.method == "GET" || request.method == "HEAD" || request.method == "DELETE";
  if (!request.body.empty() || !bodyless_by_nature)
    text.append("Content-Length: ").append(std::to_string(request.body.size())).append("\r\n");
  text.append("\r\n").append(request.body);
  return text;
}

}  // namespace partmark::http
