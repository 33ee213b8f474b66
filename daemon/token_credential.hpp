// A credential that the daemon fetches with an application's id and secret, renews ahead of its end, and once more when it is refused
// (CAN_API.md §6). Calls wait for a token that is on its way; one token call is under way at a time.
#pragma once

#include "can/token.hpp"
#include "config/settings.hpp"
#include "core/retry.hpp"
#include "daemon/credential.hpp"
#include "http/client.hpp"
#include "reconcile/events.hpp"

#include <boost/asio/io_context.hpp>

#include <memory>
#include <string>
#include <vector>

namespace partmark {

class token_credential final : public credential, public std::enable_shared_from_this<token_credential> {
 public:
  token_credential(boost::asio::io_context& io, http::client& client, const config::endpoint_settings& endpoint, events& log);

  [[nodiscard]] const proof* current(now t) override;
  void obtain(now t, handler ready) override;
  bool refused(std::uint64_t generation) override;
  void worked(std::uint64_t generation) override;
  [[nodiscard]] std::vector<std::string> secrets() const override;
  result<void> reload() override;

 private:
  result<void> read_secret();
  void fetch(now t);
  void fetched(const exchange& reply);
  void failed(const verdict& v);

  boost::asio::io_context& io_;
  http::client& client_;
  std::string endpoint_;
  std::string tenant_id_;
  config::app_credentials app_;
  events& log_;
  config::secret app_secret_;
  can::token_keeper keeper_;
  proof proof_;  // the keeper's token
  std::vector<handler> waiting_;
  unsigned failures_ = 0;
  verdict last_failure_;  // how calls end until the next token call
  random_source random_;
};

}  // namespace partmark
