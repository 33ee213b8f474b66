// Two names that hash alike, for tests of whoever finds plans by the hash of their name.
#pragma once

#include "reconcile/plans.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>

namespace partmark::testing {

// Found by trying: 32 bits of hash are soon the same for two names.
inline std::pair<std::string, std::string> two_names_alike() {
  std::unordered_map<std::uint32_t, std::string> seen;
  for (std::size_t i = 0;; ++i) {
    std::string name = "plan-" + std::to_string(i);
    const auto [at, is_new] = seen.emplace(plan_table::hash_of(name), name);
    if (!is_new) return {at->second, name};
  }
}

}  // namespace partmark::testing
