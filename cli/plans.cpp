#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/json_writer.hpp"
#include "cli/partition_text.hpp"
#include "cli/plan_names.hpp"
#include "cli/stores.hpp"
#include "cli/text_table.hpp"
#include "cli/time_text.hpp"
#include "daemon/loop_settings.hpp"

#include <algorithm>
#include <string_view>

namespace partmark {
namespace {

// One line: a plan of the journal, of the configuration, or of both.
struct listed_plan {
  plan_overview overview;
  std::optional<plan_shape> shape;  // nullopt: not known before its first record
};

result<std::vector<listed_plan>> list_plans(const config::settings& settings) {
  std::vector<listed_plan> all;
  auto state = open_state(settings);
  if (!state) return state.error();
  if (*state) {
    const auto known = (*state)->plans();
    if (!known) return known.error();
    for (const plan_overview& overview : *known) all.push_back({overview, overview.plan.shape});
  }
  const auto is_listed = [&all](const std::string& uuid) {
    return std::any_of(all.begin(), all.end(), [&](const listed_plan& p) { return p.overview.plan.uuid == uuid; });
  };
  const std::size_t recorded = all.size();
  for (const auto& plan : settings.plans) {
    if (is_listed(plan.uuid)) continue;
    listed_plan silent;
    silent.overview.plan.uuid = plan.uuid;
    silent.shape = configured_shape(plan);
    all.push_back(std::move(silent));
  }
  std::sort(all.begin() + static_cast<std::ptrdiff_t>(recorded), all.end(),
            [](const auto& a, const auto& b) { return a.overview.plan.uuid < b.overview.plan.uuid; });
  return all;
}

std::string json_of(const std::vector<listed_plan>& all, const plan_names& names) {
  json_writer json(false);
  json.array();
  for (const auto& [overview, shape] : all) {
    const std::string& uuid = overview.plan.uuid;
    json.object();
    write_plan(json, uuid, names.name_of(uuid), shape);
    json.member("endpoint", names.endpoint_of(uuid));
    json.member("success", overview.success).member("failed", overview.failed).member("cleared", overview.cleared);
    json.member("pending", overview.pending).member("pending_since", overview.plan.pending_since).member("held", overview.held);
    json.key("last");
    if (overview.last && shape) {
      json.object();
      write_claim(json, *shape, *overview.last);
      json.end();
    } else {
      json.null();
    }
    json.end();
  }
  json.end();
  return std::move(json).finish();
}

text_table::entry count_entry(std::int64_t count, tone colour) {
  return {count == 0 ? "" : grouped(count), count == 0 ? tone::plain : colour};
}

std::string last_text(const listed_plan& p) {
  if (!p.overview.last || !p.shape) return "";
  const range latest{p.overview.last->at.last, p.overview.last->at.last};
  return (p.shape->kind == plan_kind::full_refresh ? "" : range_text(*p.shape, latest) + " ") + std::string(to_text(p.overview.last->said));
}

std::string page_of(const std::vector<listed_plan>& all, const plan_names& names, const style& looks) {
  using side = text_table::side;
  text_table table({{"plan", side::left},
                    {"granularity", side::left},
                    {"success", side::right},
                    {"failed", side::right},
                    {"cleared", side::right},
                    {"pending", side::right},
                    {"held", side::right},
                    {"last mark", side::left}});
  for (const listed_plan& p : all)
    table.add({{names.title_of(p.overview.plan.uuid), tone::strong},
               {p.shape ? std::string(shape_text(*p.shape)) : "", tone::plain},
               count_entry(p.overview.success, tone::good),
               count_entry(p.overview.failed, tone::bad),
               count_entry(p.overview.cleared, tone::plain),
               count_entry(p.overview.pending, tone::warning),
               count_entry(p.overview.held, tone::bad),
               {last_text(p), tone::plain}});
  return table.text(looks);
}

}  // namespace

int run(const plans_options& o, session& s) {
  const config::settings& settings = s.settings();
  const auto all = list_plans(settings);
  if (!all) return s.trouble(all.error());
  const plan_names names(settings);
  if (o.json)
    s.out().write(json_of(*all, names));
  else if (all->empty())
    s.out().write("No plan is known yet: none is configured, and no record of one has been read.\n");
  else
    s.out().write(page_of(*all, names, s.out().looks()));
  return exit_fine;
}

}  // namespace partmark
