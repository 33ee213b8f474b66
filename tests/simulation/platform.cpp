#include "platform.hpp"

#include "support/contract.hpp"

#include <algorithm>

namespace partmark::testing {

bool platform::refuses(const told& said) const {
  const platform_plan& plan = plans.at(said.plan);
  const bool is_whole = said.what.kind == call_kind::refresh;
  if (plan.refused_whole || is_whole != (plan.shape.kind == plan_kind::full_refresh)) return true;
  if (!is_whole && said.unit != plan.shape.unit) return true;
  return std::any_of(said.what.claims.begin(), said.what.claims.end(), [&](const claim& c) {
    const auto poisoned = plan.poison.lower_bound(c.at.first);
    return poisoned != plan.poison.end() && *poisoned <= c.at.last;
  });
}

void platform::land(const table_date& trigger, std::int64_t spoken) {
  if (!refused_tables.contains(trigger.first)) triggered[trigger] = std::max(triggered[trigger], spoken);
}

void platform::land(const told& said, std::int64_t spoken) {
  if (refuses(said)) return;
  platform_plan& plan = plans.at(said.plan);
  for (const claim& c : said.what.claims)
    for (ordinal o = c.at.first; o <= c.at.last; ++o) {
      plan.marks[o] = c.said;
      plan.heard[o] = std::max(plan.heard[o], spoken);
    }
}

}  // namespace partmark::testing
