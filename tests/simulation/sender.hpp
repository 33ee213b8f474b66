// The credential of one simulated endpoint, on both sides: the real keeper of the token here, and the tokens that the platform knows there.
// The world makes its calls, the way the daemon does. Owned by the world; one thread.
#pragma once

#include "agenda.hpp"
#include "can/token.hpp"
#include "core/exchange.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace partmark::testing {

struct sender {
  bool uses_token = false;
  can::token_settings life;

  // Of the present run of the daemon.
  std::optional<can::token_keeper> keeper;
  std::vector<std::uint64_t> waiting;  // carriages, for a token
  unsigned failures = 0;
  exchange token_reply;  // on its way
  std::uint64_t fetches = 0;
  std::uint64_t plan_listings = 0;  // asked for so far

  // The platform's: by number, when each token dies; sooner when it is revoked.
  std::vector<moment> tokens;
};

}  // namespace partmark::testing
