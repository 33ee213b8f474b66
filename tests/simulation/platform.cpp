#include "platform.hpp"

#include "can_simulator/civil.hpp"
#include "clockwork.hpp"

#include "request_reader.hpp"

#include <algorithm>
#include <string>

namespace partmark::testing {
namespace {

constexpr std::int64_t page_size = 7;  // its own: callers go by hasNext

bool is_question(message_kind kind) { return kind == message_kind::listing || kind == message_kind::plan_listing; }

}  // namespace

std::string_view name_of(plan_list list) {
  static constexpr std::string_view names[] = {"EXTERNAL", "RESULT", "ACCELERATE", "NONE"};
  return names[static_cast<std::size_t>(list)];
}

bool platform::refuses(const message& said) const {
  if (is_question(said.kind)) return false;
  if (said.kind == message_kind::trigger) return refused_tables[said.who];
  const platform_plan& plan = plans[said.who];
  const bool is_whole = said.what.kind == call_kind::refresh;
  if (plan.refused_whole || is_whole != (plan.shape.kind == plan_kind::full_refresh)) return true;
  if (!is_whole && said.unit != plan.shape.unit) return true;
  return std::any_of(said.what.claims.begin(), said.what.claims.end(), [&](const claim& c) {
    return std::any_of(plan.poison.begin(), plan.poison.end(), [&](ordinal o) { return c.at.first <= o && o <= c.at.last; });
  });
}

void platform::land(const message& said, std::size_t endpoint, std::int64_t spoken) {
  if (is_question(said.kind) || refuses(said)) return;
  if (said.kind == message_kind::trigger) {
    std::int64_t& heard = triggered[{said.who, said.date}];
    heard = std::max(heard, spoken);
    return;
  }
  for (const claim& c : said.what.claims)
    for (ordinal o = c.at.first; o <= c.at.last; ++o) {
      platform_cell& cell = plans[said.who].cells[endpoint].at(o);
      cell = {true, c.said, std::max(cell.heard, spoken), false};
    }
}

exchange platform::list(const message& asked, std::size_t endpoint) const {
  const platform_plan& plan = plans[asked.who];
  const auto& cells = plan.cells[endpoint];
  std::string body = R"({"isPartition":true,"hasData":true,"partition":{"paritionList":[)";
  std::int64_t skip = (asked.page - 1) * page_size;
  std::int64_t shown = 0;
  bool more = false;
  for (ordinal o = cells.first(); o < cells.end(); ++o) {
    const platform_cell& cell = *cells.find(o);
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

exchange platform::list_plans(const message& asked) const {
  std::string body = R"({"success":true,"code":"200","data":[)";
  std::int64_t skip = (asked.page - 1) * page_size;
  std::int64_t shown = 0;
  bool more = false;
  for (std::size_t i = 0; i < plans.size() && !more; ++i) {
    if (plans[i].listed != asked.list || skip-- > 0) continue;
    more = shown == page_size;
    if (more) break;
    body += shown++ > 0 ? R"(,{"id":")" : R"({"id":")";
    body.append(plan_prefix).append(std::to_string(i)).append(R"(","materializeType":")").append(name_of(asked.list)).append("\"}");
  }
  body += more ? R"(],"hasNext":true})" : R"(],"hasNext":false})";
  return http_reply{200, {{"content-type", "application/json"}}, std::move(body)};
}

}  // namespace partmark::testing
