// Opens connections to the endpoint: looks its name up, tries the addresses in turn, and speaks TLS where asked for.
// Owned by a client; the io_context's thread only.
#pragma once

#include "core/exchange.hpp"
#include "http/address_lookup.hpp"
#include "http/client_settings.hpp"
#include "http/connection.hpp"
#include "http/tls_context.hpp"
#include "http/waiter.hpp"

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string>
#include <vector>

namespace partmark::http {

class dialer {
 public:
  struct outcome {
    std::shared_ptr<connection> opened;  // null: see `failure`
    transport_failure failure;
  };

  // `tls` is null for plain http. Both references outlive the dialer.
  dialer(boost::asio::io_context& io, const client_settings& settings, std::shared_ptr<tls_context> tls, lookup_function lookup);

  // One new connection, within the connect deadline. An address has its share of that time to accept, the last one the rest. One that has
  // accepted may take all that is left for TLS: a slow handshake succeeds however many addresses there are, and one that hangs costs this
  // dial, but not the next, which begins elsewhere.
  [[nodiscard]] boost::asio::awaitable<outcome> dial(waiter& w);

  // A call to this address failed, or told of trouble there: dials come to it last, until others have trouble later. dial() itself puts
  // last whom it could not connect to.
  void put_last(const std::string& ip);
  // Whether the next dial would begin with an address that is better off: a connection kept to this one should not be used.
  [[nodiscard]] bool avoids(const std::string& ip) const;

 private:
  [[nodiscard]] boost::asio::awaitable<void> find_addresses(waiter& w, std::vector<std::string>& addresses, outcome& o);
  // Null: noted why.
  [[nodiscard]] boost::asio::awaitable<std::shared_ptr<connection>> reach(waiter& w, const std::string& ip, milliseconds at_most,
                                                                          outcome& o);
  [[nodiscard]] boost::asio::awaitable<void> start_tls(waiter& w, std::shared_ptr<connection> fresh, outcome& o);
  void note(outcome& o, transport_phase phase, const std::string& what) const;
  [[nodiscard]] std::size_t rank(const std::string& ip) const;

  boost::asio::io_context& io_;
  const client_settings& settings_;
  std::shared_ptr<tls_context> tls_;
  address_lookup lookup_;
  std::vector<std::string> addresses_;  // the name's, as last looked up
  std::vector<std::string> troubled_;   // latest trouble last; the resolver's order counts among the others only
};

}  // namespace partmark::http
