#include "status/web_exchange.hpp"

#include "core/text.hpp"

#include <arpa/inet.h>
#include <algorithm>
#include <array>

namespace partmark {
namespace {

constexpr std::string_view digits = "0123456789ABCDEF";

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

// What a browser sends and a page may show. `plus`: a '+' is a blank, as forms write it.
std::optional<std::string> percent_decoded(std::string_view text, bool plus) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus) {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      if (text.size() - i < 3) return std::nullopt;
      const int high = hex_value(text[i + 1]);
      const int low = hex_value(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      out += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  if (!is_plain_text(out)) return std::nullopt;
  return out;
}

std::string_view reason_of(unsigned status) {
  switch (status) {
    case 200:
      return "OK";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 414:
      return "URI Too Long";
    case 421:
      return "Misdirected Request";
    case 431:
      return "Request Header Fields Too Large";
    case 503:
      return "Service Unavailable";
    default:
      return "Error";
  }
}

bool is_ip_address(const std::string& text) {
  std::array<unsigned char, 16> bytes{};
  return ::inet_pton(AF_INET, text.c_str(), bytes.data()) == 1 || ::inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1;
}

bool is_port(std::string_view text) {
  return !text.empty() && text.size() <= 5 && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// The name or address without its port and brackets; nullopt: not a host.
std::optional<std::string> host_name(std::string_view host) {
  const bool bracketed = host.starts_with('[');
  const auto end = bracketed ? host.find(']') : host.find(':');
  if (bracketed && end == std::string_view::npos) return std::nullopt;
  const std::string_view name = bracketed ? host.substr(1, end - 1) : host.substr(0, end);
  const std::string_view rest = end == std::string_view::npos ? std::string_view() : host.substr(end + (bracketed ? 1 : 0));
  if (!rest.empty() && (rest.front() != ':' || !is_port(rest.substr(1)))) return std::nullopt;
  return lower_case(name);
}

}  // namespace

std::string_view web_request::argument(std::string_view name) const {
  for (const auto& [key, value] : query)
    if (key == name) return value;
  return {};
}

web_reply plain_reply(unsigned status, std::string text) {
  web_reply reply;
  reply.status = status;
  reply.body = std::move(text) + "\n";
  return reply;
}

std::optional<web_request> parse_target(std::string_view target) {
  if (!target.starts_with('/')) return std::nullopt;
  const auto mark = target.find('?');
  web_request request;
  auto path = percent_decoded(target.substr(0, mark), false);
  if (!path) return std::nullopt;
  request.path = std::move(*path);
  std::string_view rest = mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
  while (!rest.empty()) {
    const auto end = rest.find('&');
    const std::string_view pair = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    const auto equals = pair.find('=');
    auto key = percent_decoded(pair.substr(0, equals), true);
    auto value = percent_decoded(equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1), true);
    if (!key || !value) return std::nullopt;
    if (!key->empty()) request.query.emplace_back(std::move(*key), std::move(*value));
  }
  return request;
}

std::string percent_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == '~';
    if (plain) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += digits[byte >> 4U];
    out += digits[byte & 15U];
  }
  return out;
}

bool is_own_host(std::string_view host, std::string_view machine_name) {
  const auto name = host_name(host);
  if (!name || name->empty()) return false;
  return is_ip_address(*name) || *name == "localhost" || name->ends_with(".localhost") || *name == lower_case(machine_name);
}

std::string reply_text(const web_reply& reply, bool head, bool keep_alive) {
  std::string out = "HTTP/1.1 " + std::to_string(reply.status) + ' ' + std::string(reason_of(reply.status)) + "\r\n";
  out += "Server: partmarkd\r\n";
  if (reply.status != 304) out += "Content-Type: " + reply.type + "\r\nContent-Length: " + std::to_string(reply.body.size()) + "\r\n";
  out += reply.etag.empty() ? "Cache-Control: no-store\r\n" : "Cache-Control: no-cache\r\nETag: " + reply.etag + "\r\n";
  if (reply.status == 405) out += "Allow: GET, HEAD\r\n";
  out +=
      "Content-Security-Policy: default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; "
      "form-action 'self'; base-uri 'none'; frame-ancestors 'none'\r\n"
      "X-Content-Type-Options: nosniff\r\n"
      "X-Frame-Options: DENY\r\n"
      "Referrer-Policy: no-referrer\r\n"
      "Cross-Origin-Resource-Policy: same-origin\r\n";
  out += keep_alive ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n";
  if (!head && reply.status != 304) out += reply.body;
  return out;
}

}  // namespace partmark
