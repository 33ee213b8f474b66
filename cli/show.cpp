#include "cli/calendar_strip.hpp"
#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/json_writer.hpp"
#include "cli/owed_json.hpp"
#include "cli/partition_text.hpp"
#include "cli/plan_names.hpp"
#include "cli/stores.hpp"
#include "cli/time_text.hpp"
#include "daemon/loop_settings.hpp"

namespace partmark {
namespace {

constexpr std::size_t rows_drawn = 60;

cell cell_of(mark m) {
  switch (m) {
    case mark::success:
      return cell::success;
    case mark::failed:
      return cell::failed;
    case mark::cleared:
      return cell::cleared;
  }
  return cell::none;
}

cell owed(mark m) {
  switch (m) {
    case mark::success:
      return cell::success_owed;
    case mark::failed:
      return cell::failed_owed;
    case mark::cleared:
      return cell::cleared_owed;
  }
  return cell::none;
}

cell_map cells_of(const plan_detail& plan) {
  cell_map cells;
  run_changes<cell> unused;
  const auto put = [&](range at, cell c) {
    cells.assign(at, c, unused);
    unused.clear();
  };
  for (const claim& run : plan.marks) put(run.at, cell_of(run.said));
  for (const pending_part& part : plan.pending) put(part.said.at, owed(part.said.said));
  for (const held_part& part : plan.held) put(part.at, cell::held);
  return cells;
}

std::string page_of(const plan_detail& plan, const plan_names& names, bool all, const style& looks) {
  const plan_overview& o = plan.overview;
  const plan_shape& shape = o.plan.shape;
  std::string out = painted(names.title_of(o.plan.uuid), tone::strong, looks) + "  " + std::string(shape_text(shape)) + "  endpoint " +
                    std::string(names.endpoint_of(o.plan.uuid)) + "\n\n";
  if (plan.marks.empty()) {
    out += "No record of this plan could be used: see `partmark rejected`.\n";
  } else if (shape.kind == plan_kind::full_refresh) {
    out += "The whole table: " + std::string(to_text(plan.marks.front().said)) + (o.pending > 0 ? ", still to be accepted" : "") + "\n";
  } else {
    out += calendar_strip(shape.unit, cells_of(plan), all ? 0 : rows_drawn, looks);
  }
  for (const hold_row& hold : plan.holds)
    out += "\n" + painted("held: " + reason_of(refusal_of(hold)) + ", " + when_of(refusal_of(hold)), tone::bad, looks) + "\n";
  return out;
}

void write_limbo(json_writer& json, const plan_shape& shape, const limbo_part& part) {
  json.object();
  write_range(json, shape, part.at);
  json.key("may_land").array();
  for (const mark m : {mark::success, mark::failed, mark::cleared})
    if ((part.may_land & bit(m)) != 0) json.value(to_text(m));
  json.end().end();
}

std::string json_of(const plan_detail& plan, const plan_names& names) {
  const plan_overview& o = plan.overview;
  const plan_shape& shape = o.plan.shape;
  json_writer json(false);
  json.object();
  write_plan(json, o.plan.uuid, names.name_of(o.plan.uuid), shape);
  json.member("endpoint", names.endpoint_of(o.plan.uuid));
  json.member("success", o.success).member("failed", o.failed).member("cleared", o.cleared);
  json.member("pending_partitions", o.pending).member("pending_since", o.plan.pending_since).member("held_partitions", o.held);
  json.key("runs").array();
  for (const claim& run : plan.marks) {
    json.object();
    write_claim(json, shape, run);
    json.end();
  }
  json.end().key("pending").array();
  for (const pending_part& part : plan.pending) write_pending(json, shape, part);
  json.end().key("held").array();
  for (const held_part& part : plan.held) {
    json.object();
    write_range(json, shape, part.at);
    json.member("hold", part.hold).end();
  }
  json.end().key("holds").array();
  for (const hold_row& hold : plan.holds) {
    json.object().member("hold", hold.id);
    write_refusal(json, refusal_of(hold));
    json.end();
  }
  json.end().key("limbo").array();
  for (const limbo_part& part : plan.limbo) write_limbo(json, shape, part);
  json.end().end();
  return std::move(json).finish();
}

// A plan of the configuration that no record has named yet.
std::string silent_json(const config::plan_settings& plan, const plan_names& names) {
  json_writer json(false);
  json.object();
  write_plan(json, plan.uuid, plan.name, configured_shape(plan));
  json.member("endpoint", names.endpoint_of(plan.uuid));
  json.member("success", 0).member("failed", 0).member("cleared", 0);
  json.member("pending_partitions", 0).key("pending_since").null().member("held_partitions", 0);
  for (const char* list : {"runs", "pending", "held", "holds", "limbo"}) json.key(list).array().end();
  json.end();
  return std::move(json).finish();
}

error unknown_plan(const std::string& given) {
  return {errc::not_found,
          given + ": no such plan: partmarkd has read no record of a plan of that name; `partmark plans` lists those that are known"};
}

result<std::optional<plan_detail>> find_plan(const config::settings& settings, std::string_view uuid) {
  auto state = open_state(settings);
  if (!state) return state.error();
  if (!*state) return std::optional<plan_detail>();
  auto plan = (*state)->plan(uuid);
  if (plan) return std::optional<plan_detail>(std::move(*plan));
  if (plan.error().code == errc::not_found) return std::optional<plan_detail>();
  return plan.error();
}

}  // namespace

int run(const show_options& o, session& s) {
  const config::settings& settings = s.settings();
  const plan_names names(settings);
  const std::string_view uuid = names.uuid_of(o.plan);
  const auto plan = find_plan(settings, uuid);
  if (!plan) return s.trouble(plan.error());
  if (*plan) {
    s.out().write(o.json ? json_of(**plan, names) : page_of(**plan, names, o.all, s.out().looks()));
    return exit_fine;
  }
  const config::plan_settings* silent = names.find(uuid);
  if (silent == nullptr) return s.trouble(unknown_plan(o.plan));
  s.out().write(o.json ? silent_json(*silent, names) : names.title_of(uuid) + ": partmarkd has read no record that names it yet\n");
  return exit_fine;
}

}  // namespace partmark
