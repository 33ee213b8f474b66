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

std::int64_t partitions_of(const pending_plan& p) {
  std::int64_t count = 0;
  for (const pending_part& part : p.parts) count += part.said.at.size();
  return count;
}

std::string json_of(const std::vector<pending_plan>& all, const plan_names& names) {
  json_writer json(false);
  json.array();
  for (const pending_plan& p : all) {
    json.object();
    write_plan(json, p.plan.uuid, names.name_of(p.plan.uuid), p.plan.shape);
    json.member("endpoint", names.endpoint_of(p.plan.uuid)).member("since", p.plan.pending_since);
    json.member("partitions", partitions_of(p)).key("ranges").array();
    for (const pending_part& part : p.parts) write_pending(json, p.plan.shape, part);
    json.end().end();
  }
  json.end();
  return std::move(json).finish();
}

// The first few ranges; the rest as a count.
std::string ranges_text(const pending_plan& p) {
  constexpr std::size_t shown_max = 3;
  std::string text;
  for (std::size_t i = 0; i < std::min(shown_max, p.parts.size()); ++i) {
    if (i > 0) text += ", ";
    text += range_text(p.plan.shape, p.parts[i].said.at) + " " + std::string(to_text(p.parts[i].said.said));
  }
  if (p.parts.size() > shown_max)
    text += " and " + counted(static_cast<std::int64_t>(p.parts.size() - shown_max), "more range", "more ranges");
  return text;
}

std::string page_of(const std::vector<pending_plan>& all, const plan_names& names, const style& looks) {
  using side = text_table::side;
  text_table table({{"plan", side::left}, {"partitions", side::right}, {"since", side::left}, {"what", side::left}});
  for (const pending_plan& p : all)
    table.add({{names.title_of(p.plan.uuid), tone::strong},
               {grouped(partitions_of(p)), tone::warning},
               {p.plan.pending_since ? short_utc(*p.plan.pending_since) : "", tone::plain},
               {ranges_text(p), tone::plain}});
  return table.text(looks);
}

}  // namespace

int run(const pending_options& o, session& s) {
  const config::settings& settings = s.settings();
  const plan_names names(settings);
  auto state = open_state(settings);
  if (!state) return s.trouble(state.error());
  auto all = *state ? (*state)->pending() : result<std::vector<pending_plan>>(std::vector<pending_plan>());
  if (!all) return s.trouble(all.error());
  if (o.json)
    s.out().write(json_of(*all, names));
  else
    s.out().write(all->empty() ? "Nothing is pending.\n" : page_of(*all, names, s.out().looks()));
  return exit_fine;
}

}  // namespace partmark
