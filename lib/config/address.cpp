#include "config/address.hpp"

#include <boost/url/ipv4_address.hpp>
#include <boost/url/ipv6_address.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>
#include <charconv>
#include <string>

namespace partmark::config {
namespace {

constexpr std::size_t host_bytes_max = 253;  // of a DNS name

bool is_host_name(std::string_view text) {
  return !text.empty() && text.size() <= host_bytes_max && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
  });
}

std::optional<std::uint16_t> read_port(std::string_view text, std::uint16_t least) {
  std::uint16_t port = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, port);
  if (text.empty() || failure != std::errc() || stop != end || port < least) return std::nullopt;
  return port;
}

std::optional<std::string> host_of(const boost::urls::url_view& url) {
  switch (url.host_type()) {
    case boost::urls::host_type::ipv4:
      return url.host();
    case boost::urls::host_type::ipv6:
      return url.host_address();
    case boost::urls::host_type::name:
      if (is_host_name(std::string_view(url.encoded_host().data(), url.encoded_host().size()))) return url.host();
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

}  // namespace

std::optional<endpoint_url> parse_url(std::string_view text) {
  const auto parsed = boost::urls::parse_uri(boost::core::string_view(text.data(), text.size()));
  if (!parsed) return std::nullopt;
  const boost::urls::url_view url = *parsed;
  const bool tls = url.scheme_id() == boost::urls::scheme::https;
  if ((!tls && url.scheme_id() != boost::urls::scheme::http) || url.has_userinfo() || url.has_query() || url.has_fragment())
    return std::nullopt;

  const auto host = host_of(url);
  if (!host) return std::nullopt;
  endpoint_url made{.tls = tls, .host = *host, .port = static_cast<std::uint16_t>(tls ? 443 : 80), .base_path = {}};
  if (url.has_port()) {
    const auto port = read_port(std::string_view(url.port().data(), url.port().size()), 1);
    if (!port) return std::nullopt;
    made.port = *port;
  }
  made.base_path.assign(url.encoded_path().data(), url.encoded_path().size());
  // Boost 1.81 takes "http://can:80x" for a host, a port and the path "x".
  if (!made.base_path.empty() && made.base_path.front() != '/') return std::nullopt;
  while (made.base_path.ends_with('/')) made.base_path.pop_back();
  return made;
}

std::optional<listen_address> parse_listen(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto port = read_port(text.substr(colon + 1), 0);
  if (!port) return std::nullopt;
  std::string_view address = text.substr(0, colon);
  if (address.starts_with('[') && address.ends_with(']')) {
    address = address.substr(1, address.size() - 2);
    if (!boost::urls::parse_ipv6_address(boost::core::string_view(address.data(), address.size()))) return std::nullopt;
  } else if (!boost::urls::parse_ipv4_address(boost::core::string_view(address.data(), address.size()))) {
    return std::nullopt;
  }
  return listen_address{std::string(address), *port};
}

bool is_loopback(std::string_view host) {
  const boost::core::string_view text(host.data(), host.size());
  if (const auto v4 = boost::urls::parse_ipv4_address(text)) return v4->is_loopback();
  if (const auto v6 = boost::urls::parse_ipv6_address(text)) return v6->is_loopback();
  std::string name(host);
  std::ranges::transform(name, name.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return name == "localhost" || name.ends_with(".localhost");
}

}  // namespace partmark::config
