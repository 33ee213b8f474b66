// What an endpoint's calls carry, or carried not long ago, and nobody may read: taken out of whatever the remote says. One for all the
// can_endpoints that reloads make under one name, since calls of a former one may end, and renew their credential, after the reload. Used
// on the io_context's thread.
#pragma once

#include "can/auth.hpp"
#include "core/verdict.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace partmark {

class known_secrets {
 public:
  // Before a byte of them leaves.
  void add(std::vector<std::string> latest) {
    for (const std::string& secret : secrets_)
      if (latest.size() < secrets_max && std::ranges::find(latest, secret) == latest.end()) latest.push_back(secret);
    secrets_ = std::move(latest);
  }

  void conceal(verdict& v) const {
    for (const std::string& secret : secrets_) can::conceal(v, secret);
  }

 private:
  // Calls under way carry at most a few, of two credentials where a reload has just changed it.
  static constexpr std::size_t secrets_max = 16;

  std::vector<std::string> secrets_;  // the latest first
};

}  // namespace partmark
