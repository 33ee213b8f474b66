#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/json_writer.hpp"
#include "cli/owed_json.hpp"
#include "cli/partition_text.hpp"
#include "cli/plan_names.hpp"
#include "cli/stores.hpp"

namespace partmark {
namespace {

// What one refusal is about: a plan's partitions, or a table's date.
struct held_thing {
  std::string plan;   // empty: of a table
  std::string table;  // empty: of a plan
  plan_shape shape;
  std::vector<claim> parts;
  refusal said;
};

result<std::vector<held_thing>> find_held(const config::settings& settings) {
  std::vector<held_thing> all;
  auto state = open_state(settings);
  if (!state) return state.error();
  if (!*state) return all;
  auto plans = (*state)->held();
  if (!plans) return plans.error();
  for (held_entry& e : *plans) all.push_back({e.plan.uuid, {}, e.plan.shape, std::move(e.parts), refusal_of(e.hold)});
  auto triggers = (*state)->triggers();
  if (!triggers) return triggers.error();
  for (const trigger_row& t : *triggers)
    if (t.entry && t.entry->status == trigger_status::held) all.push_back({{}, t.table, table_shape, {claim_of(t)}, refusal_of(t)});
  return all;
}

void write_thing(json_writer& json, const held_thing& h, const plan_names& names) {
  json.object();
  if (h.table.empty()) {
    write_plan(json, h.plan, names.name_of(h.plan), h.shape);
    json.member("endpoint", names.endpoint_of(h.plan));
  } else {
    json.key("plan").null().member("table", h.table).member("endpoint", names.endpoint_of_table(h.table));
  }
  write_refusal(json, h.said);
  std::int64_t partitions = 0;
  for (const claim& part : h.parts) partitions += part.at.size();
  json.member("partitions", partitions).key("ranges").array();
  for (const claim& part : h.parts) {
    json.object();
    write_claim(json, h.shape, part);
    json.end();
  }
  json.end().end();
}

std::string page_of(const held_thing& h, const plan_names& names, const style& looks) {
  std::string out = painted(h.table.empty() ? names.title_of(h.plan) : h.table, tone::strong, looks) + "\n";
  out += "  " + painted(reason_of(h.said), tone::bad, looks) + "\n";
  std::string said;
  if (h.said.http_status != 0) said += "HTTP " + std::to_string(h.said.http_status);
  if (!h.said.trace_id.empty()) said += (said.empty() ? "" : ", ") + ("traceId " + h.said.trace_id);
  if (!said.empty()) out += "  " + said + "\n";
  out += "  " + when_of(h.said) + "\n";
  for (const claim& part : h.parts) out += "    " + range_text(h.shape, part.at) + " " + std::string(to_text(part.said)) + "\n";
  return out;
}

}  // namespace

int run(const held_options& o, session& s) {
  const config::settings& settings = s.settings();
  const plan_names names(settings);
  const auto all = find_held(settings);
  if (!all) return s.trouble(all.error());
  if (o.json) {
    json_writer json(false);
    json.array();
    for (const held_thing& h : *all) write_thing(json, h, names);
    json.end();
    s.out().write(std::move(json).finish());
    return exit_fine;
  }
  if (all->empty()) s.out().write("Nothing is held.\n");
  for (const held_thing& h : *all) s.out().write(page_of(h, names, s.out().looks()));
  return exit_fine;
}

}  // namespace partmark
