// How one endpoint is to be reached. Plain values, fixed for a client's life: a reload makes a new client.
#pragma once

#include "core/clock.hpp"
#include "http/endpoint_address.hpp"

#include <cstddef>
#include <string>

namespace partmark::http {

struct tls_settings {
  std::string ca_file;           // PEM; empty: the system's store
  std::string client_cert_file;  // PEM chain, leaf first; empty: no client certificate
  std::string client_key_file;   // PEM, not encrypted; empty: the key is in client_cert_file
  bool verify = true;            // false accepts any certificate: the owner warns about it
};

struct client_settings {
  endpoint_address address;
  tls_settings tls;                      // used for https only
  std::size_t connections_max = 8;       // at least 1; calls beyond it wait their turn, first come first served
  milliseconds connect_timeout{5'000};   // name lookup, every address tried, and TLS together
  milliseconds request_timeout{30'000};  // from the first byte written to the whole reply read
  milliseconds idle_timeout{10'000};     // how long an unused connection is kept, 0: not at all; below what servers commonly keep theirs
  std::size_t header_bytes_max = 16 * 1024;   // of a reply's header
  std::size_t reply_bytes_max = 1024 * 1024;  // of a reply's body
};

}  // namespace partmark::http
