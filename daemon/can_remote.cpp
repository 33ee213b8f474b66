#include "daemon/can_remote.hpp"

#include <cassert>
#include <utility>

namespace partmark {

result<void> can_remote::configure(const std::vector<config::endpoint_settings>& endpoints) {
  std::map<std::string, std::shared_ptr<can_endpoint>> next;
  for (const auto& e : endpoints) {
    const auto known = endpoints_.find(e.name);
    if (known != endpoints_.end() && known->second->settings() == e) {
      if (auto read = known->second->reload_files(); !read) return read.error();
      next.emplace(e.name, known->second);
      continue;
    }
    auto made = can_endpoint::make(io_, e, known == endpoints_.end() ? std::make_shared<known_secrets>() : known->second->secrets(), log_);
    if (!made) return made.error();
    next.emplace(e.name, std::move(*made));
  }
  // A removed endpoint stays reachable by its name for what was prepared before the reload.
  for (const auto& [name, endpoint] : endpoints_)
    if (next.try_emplace(name, endpoint).first->second != endpoint) former_.push_back(endpoint);
  endpoints_ = std::move(next);
  std::erase_if(former_, [](const auto& e) { return e.expired(); });
  return {};
}

void can_remote::send(std::uint64_t call_id, const std::string& endpoint, call_type type, http_request request) {
  const auto found = endpoints_.find(endpoint);
  assert(found != endpoints_.end());
  found->second->send(type, std::move(request), [this, call_id](call_answer answer) { ended_(call_id, std::move(answer)); });
}

void can_remote::shut_down() {
  for (auto& [name, endpoint] : endpoints_) endpoint->shut_down();
  for (auto& former : former_)
    if (const auto endpoint = former.lock()) endpoint->shut_down();
}

}  // namespace partmark
