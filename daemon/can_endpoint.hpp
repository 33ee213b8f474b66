// One endpoint of CAN: its HTTP client, and the credential that goes with every call. After a refused credential the call is sent once more
// with another, if there is one: 401 and 403 mean that nothing was processed. Used on the io_context's thread; conceal() on any.
#pragma once

#include "config/settings.hpp"
#include "core/exchange.hpp"
#include "core/verdict.hpp"
#include "daemon/credential.hpp"
#include "http/client.hpp"
#include "reconcile/events.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace partmark {

class can_endpoint : public std::enable_shared_from_this<can_endpoint> {
 public:
  using handler = std::function<void(exchange)>;

  // errc::invalid and the secret's own errors; no message holds a secret.
  static result<std::shared_ptr<can_endpoint>> make(boost::asio::io_context& io, const config::endpoint_settings& settings, events& log);

  // `done` is called exactly once, never from inside send(). The endpoint stays alive until then.
  void send(http_request request, handler done);

  // Takes the credential out of what the remote said, and those before it.
  void conceal(verdict& v) const;
  // Calls of the endpoint that this one replaces may be under way.
  void remember_secrets_of(const can_endpoint& former);

  // Reads the secret again.
  result<void> reload_credential();

  void shut_down() { client_->shut_down(); }
  [[nodiscard]] const config::endpoint_settings& settings() const { return settings_; }

 private:
  can_endpoint(config::endpoint_settings settings, std::unique_ptr<http::client> client, std::shared_ptr<credential> proof)
      : settings_(std::move(settings)), client_(std::move(client)), credential_(std::move(proof)) {}

  struct sending {
    http_request request;
    handler done;
    bool may_renew = true;
    std::uint64_t generation = 0;
  };

  void obtain_and_send(std::shared_ptr<sending> s);
  void send_proven(std::shared_ptr<sending> s, const credential::proof& proof);
  void ended(const std::shared_ptr<sending>& s, exchange reply);
  void remember_secrets();

  config::endpoint_settings settings_;
  std::unique_ptr<http::client> client_;
  std::shared_ptr<credential> credential_;
  http::header_lines lines_;  // what every call carries, with the credential of
  std::optional<std::uint64_t> lines_of_;
  mutable std::mutex mutex_;
  std::vector<std::string> secrets_;  // guarded: what conceal() takes out, known before a byte of it leaves; the latest first
};

}  // namespace partmark
