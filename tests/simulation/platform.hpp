// The remote of a simulated world: what it holds of each plan, and what it will never take. Calls land on it late, twice or never; it knows
// nothing of that. Owned by the world; one thread.
#pragma once

#include "core/call.hpp"
#include "support/told.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace partmark::testing {

struct platform_plan {
  plan_shape shape;          // as the platform has it: calls in another granularity are refused
  std::set<ordinal> poison;  // a call that speaks of one of these is refused
  bool refused_whole = false;
  std::map<ordinal, mark> marks;
  std::map<ordinal, std::int64_t> heard;  // of each partition: up to which record the newest call about it spoke
};

using table_date = std::pair<std::string, std::string>;

class platform {
 public:
  std::map<std::string, platform_plan> plans;
  std::set<std::string> refused_tables;
  std::map<table_date, std::int64_t> triggered;  // up to which record the newest trigger spoke

  [[nodiscard]] bool refuses(const told& said) const;
  // `spoken` is the last record that the caller had read when it built the call.
  void land(const told& said, std::int64_t spoken);
  void land(const table_date& trigger, std::int64_t spoken);
};

}  // namespace partmark::testing
