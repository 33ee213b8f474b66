#include "platform.hpp"

#include "can_simulator/civil.hpp"
#include "clockwork.hpp"

#include <algorithm>

namespace partmark::testing {
namespace {

constexpr std::int64_t page_size = 7;  // its own: callers go by hasNext

}  // namespace

bool platform::refuses(const message& said) const {
  if (said.kind == message_kind::listing) return false;
  if (said.kind == message_kind::trigger) return refused_tables[said.who];
  const platform_plan& plan = plans[said.who];
  const bool is_whole = said.what.kind == call_kind::refresh;
  if (plan.refused_whole || is_whole != (plan.shape.kind == plan_kind::full_refresh)) return true;
  if (!is_whole && said.unit != plan.shape.unit) return true;
  return std::any_of(said.what.claims.begin(), said.what.claims.end(), [&](const claim& c) {
    return std::any_of(plan.poison.begin(), plan.poison.end(), [&](ordinal o) { return c.at.first <= o && o <= c.at.last; });
  });
}

void platform::land(const message& said, std::int64_t spoken) {
  if (said.kind == message_kind::listing || refuses(said)) return;
  if (said.kind == message_kind::trigger) {
    std::int64_t& heard = triggered[{said.who, said.date}];
    heard = std::max(heard, spoken);
    return;
  }
  for (const claim& c : said.what.claims)
    for (ordinal o = c.at.first; o <= c.at.last; ++o) {
      platform_cell& cell = plans[said.who].cells.at(o);
      cell = {true, c.said, std::max(cell.heard, spoken), false};
    }
}

exchange platform::list(const message& asked) const {
  const platform_plan& plan = plans[asked.who];
  std::string body = R"({"isPartition":true,"hasData":true,"partition":{"paritionList":[)";
  std::int64_t skip = (asked.page - 1) * page_size;
  std::int64_t shown = 0;
  bool more = false;
  for (ordinal o = plan.cells.first(); o < plan.cells.end(); ++o) {
    const platform_cell& cell = *plan.cells.find(o);
    if (!cell.marked || cell.said != mark::success || skip-- > 0) continue;
    if (shown == page_size) {
      more = true;
      break;
    }
    body += shown++ > 0 ? R"(,{"value":")" : R"({"value":")";
    body += listed_value(plan.shape.unit, o + civil_origin(plan.shape.unit));
    body += "\"}";
  }
  body += more ? R"(],"hasNext":true}})" : R"(],"hasNext":false}})";
  return http_reply{200, {{"content-type", "application/json"}}, std::move(body)};
}

}  // namespace partmark::testing
