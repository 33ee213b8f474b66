// One request and its reply over an open connection, within the request deadline. Never follows a redirect, never sends anything twice.
// Used once; the io_context's thread only.
#pragma once

#include "core/exchange.hpp"
#include "http/alarm_clock.hpp"
#include "http/client_settings.hpp"
#include "http/connection.hpp"
#include "http/reply_reader.hpp"

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace partmark::http {

class conversation final : public connection::listener, public std::enable_shared_from_this<conversation> {
 public:
  struct outcome {
    exchange ended;  // a failure's reused_connection is the connection's served_before
    std::shared_ptr<connection> link;
    bool connection_is_good = false;  // for another request
  };
  // Called exactly once, from the loop, never from inside start() or cancel().
  using handler = std::function<void(outcome)>;

  // `request` is the whole of it, as bytes. `io`, `clock` and `settings` outlive the conversation.
  conversation(boost::asio::io_context& io, alarm_clock& clock, const client_settings& settings, std::shared_ptr<connection> link,
               std::string request, bool is_head, handler done);

  void start();
  // Ends it as cancelled.
  void cancel();

  void on_ready() override;

 private:
  enum class progress { waiting, over };
  progress advance();
  progress write();
  progress read();
  progress wait(io_state want);
  void end_soon();
  void end();
  [[nodiscard]] transport_failure failure() const;
  [[nodiscard]] std::string reason(const transport_failure& f) const;

  boost::asio::io_context& io_;
  const client_settings& settings_;
  std::shared_ptr<connection> link_;  // null once it is over
  const std::string request_;
  std::string_view unsent_;
  handler done_;
  const std::uint64_t bytes_before_;
  reply_reader reader_;
  std::optional<alarm> deadline_;
  bool cancelled_ = false;
  std::string write_problem_;
  std::string read_problem_;
};

}  // namespace partmark::http
