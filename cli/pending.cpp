#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/json_writer.hpp"
#include "cli/owed_json.hpp"
#include "cli/partition_text.hpp"
#include "cli/plan_names.hpp"
#include "cli/stores.hpp"
#include "cli/text_table.hpp"
#include "cli/time_text.hpp"

#include <algorithm>

namespace partmark {
namespace {

// What one plan owes, or one table.
struct pending_thing {
  std::string plan;   // empty: of a table
  std::string table;  // empty: of a plan
  plan_shape shape;
  std::optional<system_time> since;
  std::vector<pending_part> parts;

  [[nodiscard]] std::int64_t partitions() const {
    std::int64_t count = 0;
    for (const pending_part& part : parts) count += part.said.at.size();
    return count;
  }
};

void add_triggers(const std::vector<trigger_row>& triggers, std::vector<pending_thing>& all) {
  for (const trigger_row& t : triggers) {
    if (!t.entry || t.entry->status == trigger_status::held) continue;
    if (all.empty() || all.back().table != t.table) all.push_back({{}, t.table, table_shape, t.since, {}});
    all.back().since = std::min(*all.back().since, t.since);
    const bool sent = t.entry->status == trigger_status::in_flight;
    all.back().parts.push_back({claim_of(t), sent ? pending_why::in_flight : pending_why::waiting});
  }
}

result<std::vector<pending_thing>> find_pending(const config::settings& settings) {
  std::vector<pending_thing> all;
  auto state = open_state(settings);
  if (!state) return state.error();
  if (!*state) return all;
  auto plans = (*state)->pending();
  if (!plans) return plans.error();
  for (pending_plan& p : *plans) all.push_back({p.plan.uuid, {}, p.plan.shape, p.plan.pending_since, std::move(p.parts)});
  const auto triggers = (*state)->triggers();
  if (!triggers) return triggers.error();
  add_triggers(*triggers, all);
  return all;
}

std::string json_of(const std::vector<pending_thing>& all, const plan_names& names) {
  json_writer json(false);
  json.array();
  for (const pending_thing& p : all) {
    json.object();
    if (p.table.empty()) {
      write_plan(json, p.plan, names.name_of(p.plan), p.shape);
      json.member("endpoint", names.endpoint_of(p.plan));
    } else {
      json.key("plan").null().member("table", p.table).member("endpoint", names.endpoint_of_table(p.table));
    }
    json.member("since", p.since).member("partitions", p.partitions()).key("ranges").array();
    for (const pending_part& part : p.parts) write_pending(json, p.shape, part);
    json.end().end();
  }
  json.end();
  return std::move(json).finish();
}

// The first few ranges; the rest as a count.
std::string ranges_text(const pending_thing& p) {
  constexpr std::size_t shown_max = 3;
  std::string text;
  for (std::size_t i = 0; i < std::min(shown_max, p.parts.size()); ++i) {
    if (i > 0) text += ", ";
    text += range_text(p.shape, p.parts[i].said.at) + " " + std::string(to_text(p.parts[i].said.said));
  }
  if (p.parts.size() > shown_max)
    text += " and " + counted(static_cast<std::int64_t>(p.parts.size() - shown_max), "more range", "more ranges");
  return text;
}

std::string page_of(const std::vector<pending_thing>& all, const plan_names& names, const style& looks) {
  using side = text_table::side;
  text_table table({{"plan or table", side::left}, {"partitions", side::right}, {"since", side::left}, {"what", side::left}});
  for (const pending_thing& p : all)
    table.add({{p.table.empty() ? names.title_of(p.plan) : p.table, tone::strong},
               {grouped(p.partitions()), tone::warning},
               {p.since ? short_utc(*p.since) : "", tone::plain},
               {ranges_text(p), tone::plain}});
  return table.text(looks);
}

}  // namespace

int run(const pending_options& o, session& s) {
  const config::settings& settings = s.settings();
  const plan_names names(settings);
  const auto all = find_pending(settings);
  if (!all) return s.trouble(all.error());
  if (o.json)
    s.out().write(json_of(*all, names));
  else
    s.out().write(all->empty() ? "Nothing is pending.\n" : page_of(*all, names, s.out().looks()));
  return exit_fine;
}

}  // namespace partmark
