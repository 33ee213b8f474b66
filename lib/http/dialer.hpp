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

  // One new connection, within the connect deadline. An address that does not answer gets its share of that time, the last one the rest.
  [[nodiscard]] boost::asio::awaitable<outcome> dial(waiter& w);

 private:
  [[nodiscard]] boost::asio::awaitable<void> find_addresses(waiter& w, std::vector<std::string>& addresses, outcome& o);
  [[nodiscard]] boost::asio::awaitable<void> try_address(waiter& w, const std::string& ip, outcome& o);
  [[nodiscard]] boost::asio::awaitable<void> start_tls(waiter& w, std::shared_ptr<connection> fresh, outcome& o);
  void note(outcome& o, transport_phase phase, const std::string& what) const;

  boost::asio::io_context& io_;
  const client_settings& settings_;
  std::shared_ptr<tls_context> tls_;
  address_lookup lookup_;
  std::string last_good_ip_;  // tried first while the name still has it, so that a dead sibling costs its share only once
};

}  // namespace partmark::http
