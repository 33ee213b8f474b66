// The remote port over real HTTP: one client and one credential an endpoint. A reload replaces what changed; calls under way on a former
// client end there. Owned by the service; used on the io_context's thread.
#pragma once

#include "config/settings.hpp"
#include "daemon/can_endpoint.hpp"
#include "reconcile/remote.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace partmark {

class can_remote final : public remote {
 public:
  using ended_handler = std::function<void(std::uint64_t call_id, call_answer answer)>;

  can_remote(boost::asio::io_context& io, events& log, ended_handler ended) : io_(io), log_(log), ended_(std::move(ended)) {}

  // Makes clients for new and changed endpoints. An error (a TLS file that cannot be used) changes nothing.
  result<void> configure(const std::vector<config::endpoint_settings>& endpoints);

  void send(std::uint64_t call_id, const std::string& endpoint, call_type type, http_request request) override;

  // Ends every call as cancelled.
  void shut_down();

 private:
  boost::asio::io_context& io_;
  events& log_;
  ended_handler ended_;
  std::map<std::string, std::shared_ptr<can_endpoint>> endpoints_;
  std::vector<std::weak_ptr<can_endpoint>> former_;  // replaced by a reload, alive while calls are under way
};

}  // namespace partmark
