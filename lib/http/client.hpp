// An HTTP/1.1 client for one endpoint: keeps connections, speaks TLS, and puts a deadline and a bound on everything. It carries requests
// as they are and knows nothing of what they mean: no retry, no redirect, no cookie. One a configured endpoint, owned by the daemon's
// wiring; used on the io_context's thread only. Nothing here blocks that thread.
#pragma once

#include "core/exchange.hpp"
#include "core/result.hpp"
#include "http/address_lookup.hpp"
#include "http/client_settings.hpp"
#include "http/request_text.hpp"

#include <cstddef>
#include <functional>
#include <memory>

namespace boost::asio {
class io_context;
}

namespace partmark::http {

class client {
 public:
  using completion_handler = std::function<void(exchange)>;

  // errc::invalid, naming the file, if a TLS file cannot be used, and for connections_max 0. Opens no connection yet. The io_context
  // outlives the client. `lookup` is for tests.
  [[nodiscard]] static result<std::unique_ptr<client>> make(boost::asio::io_context& io, const client_settings& settings,
                                                            lookup_function lookup = system_lookup);

  // As shut_down().
  ~client();
  client(const client&) = delete;
  client& operator=(const client&) = delete;

  // Carries one request. `done` is called exactly once, on the io_context, never from inside send(), as long as the io_context runs;
  // also after the client is gone. It may call send(), shut_down() or destroy the client. What it throws leaves io_context::run().
  //
  // At most connections_max calls are under way; the others wait in order, without a deadline of their own. A call takes the connection
  // last used, if one is there and still silent, else opens one (connect_timeout); then request_timeout runs from its first byte.
  // When a kept connection fails under a call, the other kept ones are closed too: a retry meets a new one.
  // Where the name has several addresses, one at which a call failed or was answered with a 5xx comes last for the next ones.
  // A request that cannot be written as HTTP (see request_text.hpp) fails in phase `write` with nothing sent.
  void send(const http_request& request, completion_handler done);
  // With headers that many requests have in common beside its own.
  void send(const http_request& request, const header_lines& more, completion_handler done);

  // Certificates and keys may have been renewed under their names: reads the files again, for the connections that follow, and closes those
  // that no call uses. errc::invalid, naming the file: everything is as before.
  result<void> reload_certificates();

  // Ends every call, under way or waiting, with transport_failure{cancelled}, and closes all connections. Later calls end so too.
  // After their `done`s nothing of the client keeps the io_context running, a hanging name lookup included.
  void shut_down();

  // Calls whose `done` has not been called. To replace a client without ending its calls, keep it until this is 0.
  [[nodiscard]] std::size_t calls() const;

 private:
  class implementation;
  explicit client(std::shared_ptr<implementation> made);

  std::shared_ptr<implementation> implementation_;
};

}  // namespace partmark::http
