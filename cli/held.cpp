#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/json_writer.hpp"
#include "cli/owed_json.hpp"
#include "cli/partition_text.hpp"
#include "cli/plan_names.hpp"
#include "cli/stores.hpp"
#include "cli/time_text.hpp"

namespace partmark {
namespace {

std::string json_of(const std::vector<held_entry>& all, const plan_names& names) {
  json_writer json(false);
  json.array();
  for (const held_entry& e : all) {
    json.object();
    write_plan(json, e.plan.uuid, names.name_of(e.plan.uuid), e.plan.shape);
    json.member("endpoint", names.endpoint_of(e.plan.uuid));
    write_hold(json, e.hold);
    std::int64_t partitions = 0;
    for (const claim& part : e.parts) partitions += part.at.size();
    json.member("partitions", partitions).key("ranges").array();
    for (const claim& part : e.parts) {
      json.object();
      write_claim(json, e.plan.shape, part);
      json.end();
    }
    json.end().end();
  }
  json.end();
  return std::move(json).finish();
}

std::string page_of(const held_entry& e, const plan_names& names, const style& looks) {
  std::string out = painted(names.title_of(e.plan.uuid), tone::strong, looks) + "\n";
  out += "  " + painted(reason_of(e.hold), tone::bad, looks) + "\n";
  std::string said;
  if (e.hold.http_status != 0) said += "HTTP " + std::to_string(e.hold.http_status);
  if (!e.hold.trace_id.empty()) said += (said.empty() ? "" : ", ") + ("traceId " + e.hold.trace_id);
  if (!said.empty()) out += "  " + said + "\n";
  out += "  since " + short_utc(e.hold.since) + ", next try " + short_utc(e.hold.next_try) + "\n";
  for (const claim& part : e.parts) out += "    " + range_text(e.plan.shape, part.at) + " " + std::string(to_text(part.said)) + "\n";
  return out;
}

}  // namespace

int run(const held_options& o, session& s) {
  const config::settings& settings = s.settings();
  const plan_names names(settings);
  auto state = open_state(settings);
  if (!state) return s.trouble(state.error());
  auto all = *state ? (*state)->held() : result<std::vector<held_entry>>(std::vector<held_entry>());
  if (!all) return s.trouble(all.error());
  if (o.json) {
    s.out().write(json_of(*all, names));
    return exit_fine;
  }
  if (all->empty()) s.out().write("Nothing is held.\n");
  for (const held_entry& e : *all) s.out().write(page_of(e, names, s.out().looks()));
  return exit_fine;
}

}  // namespace partmark
