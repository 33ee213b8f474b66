// One request and its reply over an open connection. The loop's thread only.
#pragma once

#include "core/exchange.hpp"
#include "http/client_settings.hpp"
#include "http/connection.hpp"
#include "http/waiter.hpp"

#include <boost/asio/awaitable.hpp>
#include <string>

namespace partmark::http {

struct conversation_outcome {
  exchange ended;
  bool connection_is_good = false;  // for another request
};

// Writes `request` (whole, as bytes), reads the reply, within the request deadline. Never follows a redirect, never sends anything twice.
// `request` and the references outlive the coroutine. The failure's reused_connection is the connection's served_before.
[[nodiscard]] boost::asio::awaitable<conversation_outcome> converse(connection& link, waiter& w, const client_settings& settings,
                                                                    const std::string& request, bool is_head);

}  // namespace partmark::http
