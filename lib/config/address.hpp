// Network addresses of the configuration file: the URL of an endpoint and the address that the status page listens on. Internal to
// lib/config; pure.
#pragma once

#include "config/settings.hpp"

#include <optional>
#include <string_view>

namespace partmark::config {

// http or https with a host, at most a port from 1 to 65535 and a path. nullopt for all else: user, query, fragment, a host that DNS cannot
// have.
[[nodiscard]] std::optional<endpoint_url> parse_url(std::string_view text);

// ADDRESS:PORT, IPv6 in brackets; names are refused, since one may mean several addresses.
[[nodiscard]] std::optional<listen_address> parse_listen(std::string_view text);

// What is sent there stays on this machine: 127.0.0.0/8, ::1, localhost and the names below it.
[[nodiscard]] bool is_loopback(std::string_view host);

}  // namespace partmark::config
