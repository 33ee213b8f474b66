#include "http/endpoint_address.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <cstring>

namespace partmark::http {
namespace {

constexpr std::uint16_t http_port = 80;
constexpr std::uint16_t https_port = 443;

error refused(std::string why) { return {errc::invalid, "url: " + std::move(why) + "; expected http://HOST[:PORT][/PATH] or https://…"}; }

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

result<std::string> read_host(const boost::urls::url_view& url) {
  if (url.host_type() == boost::urls::host_type::ipv6) {
    const std::string address = url.host_address();
    in6_addr ignored{};
    if (inet_pton(AF_INET6, address.c_str(), &ignored) != 1) return refused("'" + address + "' is not an IPv6 address");
    return address;
  }
  // Percent-escapes are taken for what they are, a mistake: no real host name has one.
  const auto encoded = url.encoded_host();
  std::string host(encoded.data(), encoded.size());
  if (host.empty()) return refused("the host is missing");
  if (host.size() > 253) return refused("the host is longer than 253 characters");
  if (!std::ranges::all_of(host, is_name_character)) return refused("'" + host + "' is not a host name");
  return host;
}

result<std::uint16_t> read_port(const boost::urls::url_view& url, bool https) {
  const auto digits = url.port();
  if (digits.empty()) return https ? https_port : http_port;
  // port_number() is 0 for what does not fit, and for 0.
  if (url.port_number() == 0) return refused("port '" + std::string(digits.data(), digits.size()) + "' is not in 1-65535");
  return url.port_number();
}

}  // namespace

result<endpoint_address> parse_url(std::string_view text) {
  const auto parsed = boost::urls::parse_uri({text.data(), text.size()});
  if (!parsed) return refused("this is not a URL");
  const boost::urls::url_view url = *parsed;

  endpoint_address address;
  if (url.scheme_id() == boost::urls::scheme::https) {
    address.https = true;
  } else if (url.scheme_id() != boost::urls::scheme::http) {
    const auto scheme = url.scheme();
    return refused("scheme '" + std::string(scheme.data(), scheme.size()) + "' is not http or https");
  }
  if (!url.has_authority()) return refused("the host is missing");
  if (url.has_userinfo()) return refused("user information before the host is not accepted");
  if (url.has_query()) return refused("a query is not accepted");
  if (url.has_fragment()) return refused("a fragment is not accepted");

  auto host = read_host(url);
  if (!host) return host.error();
  address.host = std::move(*host);
  const auto port = read_port(url, address.https);
  if (!port) return port.error();
  address.port = *port;

  const auto path = url.encoded_path();
  // Boost.URL 1.81 takes "can:80x" for port 80 and a path "x", and "1.2.3.4.5" for an address and a path.
  if (!path.empty() && path.front() != '/') return refused("what follows the host and port must start with '/'");
  address.base_path.assign(path.data(), path.size());
  while (address.base_path.ends_with('/')) address.base_path.pop_back();
  return address;
}

std::string endpoint_address::text() const {
  const bool brackets = host.find(':') != std::string::npos;
  return (brackets ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::string endpoint_address::host_header() const {
  std::string whole = text();
  if (port == (https ? https_port : http_port)) whole.resize(whole.rfind(':'));
  return whole;
}

bool endpoint_address::is_ip() const {
  in6_addr room{};  // large enough for either family
  return inet_pton(AF_INET, host.c_str(), &room) == 1 || inet_pton(AF_INET6, host.c_str(), &room) == 1;
}

}  // namespace partmark::http
