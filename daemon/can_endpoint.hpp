// One endpoint of CAN: its HTTP client, and the credential that goes with every call. After a refused credential the call is sent once more
// with another, if there is one: 401 and 403 mean that nothing was processed. Used on the io_context's thread.
#pragma once

#include "can/replies.hpp"
#include "config/settings.hpp"
#include "core/exchange.hpp"
#include "daemon/credential.hpp"
#include "daemon/known_secrets.hpp"
#include "http/client.hpp"
#include "reconcile/events.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace partmark {

class can_endpoint : public std::enable_shared_from_this<can_endpoint> {
 public:
  using handler = std::function<void(call_answer)>;

  // `secrets` has those of the one that it replaces, and learns its own. errc::invalid and the secret's own errors; no message holds a
  // secret.
  static result<std::shared_ptr<can_endpoint>> make(boost::asio::io_context& io, const config::endpoint_settings& settings,
                                                    std::shared_ptr<known_secrets> secrets, events& log);

  // `done` is called exactly once, never from inside send(), with a verdict that holds no secret. The endpoint stays alive until then.
  void send(call_type type, http_request request, handler done);

  [[nodiscard]] const std::shared_ptr<known_secrets>& secrets() const { return secrets_; }

  // Reads the secret and the certificates again: the same words may name files with new ones.
  result<void> reload_files();

  void shut_down() { client_->shut_down(); }
  [[nodiscard]] const config::endpoint_settings& settings() const { return settings_; }

 private:
  can_endpoint(config::endpoint_settings settings, std::unique_ptr<http::client> client, std::shared_ptr<credential> proof,
               std::shared_ptr<known_secrets> secrets)
      : settings_(std::move(settings)), client_(std::move(client)), credential_(std::move(proof)), secrets_(std::move(secrets)) {}

  struct sending {
    call_type type;
    http_request request;
    handler done;
    bool may_renew = true;
    std::uint64_t generation = 0;
    std::shared_ptr<const std::vector<std::string>> carries = {};  // what of it is secret
  };

  result<void> read_credential();
  void obtain_and_send(std::shared_ptr<sending> s);
  void send_proven(std::shared_ptr<sending> s, const credential::proof& proof);
  void ended(const std::shared_ptr<sending>& s, exchange reply);
  void finish(const sending& s, call_answer answer) const;

  config::endpoint_settings settings_;
  std::unique_ptr<http::client> client_;
  std::shared_ptr<credential> credential_;
  http::header_lines lines_;  // what every call carries, with the credential of
  std::optional<std::uint64_t> lines_of_;
  std::shared_ptr<const std::vector<std::string>> lines_carry_;
  std::shared_ptr<known_secrets> secrets_;
};

}  // namespace partmark
