// The HTTP/1.1 server behind status.listen: GET and HEAD, no password, no writing. Answers on the thread of its io_context, with bounds on
// everything that a caller can make it keep: connections, header bytes, and the time that a slow one may take. Owned by the service.
#pragma once

#include "core/result.hpp"
#include "status/web_exchange.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace partmark {

struct web_limits {
  std::size_t connections_max = 64;           // beyond it the one that has been idle longest goes, else the new one
  std::chrono::milliseconds request{10'000};  // from a request's first byte to its header's end
  std::chrono::milliseconds idle{60'000};     // between two requests
  std::chrono::milliseconds reply{20'000};    // until a reply has been taken
};

class web_server {
 public:
  // Answers a request; must be quick, for the loop waits meanwhile.
  using handler = std::function<web_reply(const web_request&)>;

  web_server(boost::asio::io_context& io, handler answer, web_limits limits = {});
  ~web_server();
  web_server(const web_server&) = delete;
  web_server& operator=(const web_server&) = delete;

  // Listens at an IP address; port 0: any free one. Where it listened before it stops; connections made there stay. On an error everything
  // is as it was. busy: the port is taken; permission; io.
  result<void> listen(const std::string& address, std::uint16_t port);
  // Further names than the machine's that a request's Host may give; for connections made from now on.
  void set_names(const std::vector<std::string>& names);
  // Stops listening; connections end with their request.
  void stop_listening();
  // Closes everything.
  void close();

  // 0: it does not listen.
  [[nodiscard]] std::uint16_t port() const;

 private:
  class session;
  struct state;
  static void accept(const std::shared_ptr<state>& shared);

  std::shared_ptr<state> state_;
};

}  // namespace partmark
