// How the deeds of a world are done.
#include "can_simulator/civil.hpp"
#include "clockwork.hpp"
#include "reconcile/control.hpp"
#include "support/contract.hpp"
#include "world.hpp"

#include <algorithm>
#include <utility>

namespace partmark::testing {
namespace {

using std::chrono::duration_cast;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr granularity units[] = {granularity::minute, granularity::hour,    granularity::day, granularity::week,
                                 granularity::month,  granularity::quarter, granularity::year};

}  // namespace

void world::carry_out(std::size_t number) {
  dice chance(wish_.seed, 1, number);
  const deed_kind kind = deeds_[number].kind;
  if (aloud_) say("deed " + std::to_string(number) + ": " + std::string(deed_names[static_cast<std::size_t>(kind)]));
  require(wish_.trap != kind || state_.stored().plans.empty(), "a trap: the check that is broken on purpose");
  switch (kind) {
    case deed_kind::rows:
      return write_rows(chance);
    case deed_kind::triggers:
      return write_table_rows(chance);
    case deed_kind::crash:
      crash(chance.chance(30));
      return after(chance.time(microseconds(0), seconds(20)), affair::start);
    case deed_kind::reload:
      story_.add(tally::reloads);
      return reload(false, chance);
    case deed_kind::clock:
    case deed_kind::suspend:
    case deed_kind::stall:
      return move_clock(kind, chance);
    case deed_kind::pause:
    case deed_kind::retry:
    case deed_kind::resync:
    case deed_kind::refold:
    case deed_kind::drift:
      return person_acts(kind, chance);
    case deed_kind::by_hand:
      return change_by_hand(chance);
    default:
      return disturb(kind, chance);
  }
}

// One job's run, a backfill, or a burst of reruns.
void world::write_rows(dice& chance) {
  std::size_t who = chance.below(plans_.size());
  const auto size = chance.between(1, 100);
  const std::int64_t count = size <= 55 ? chance.between(1, 4) : size <= 85 ? chance.between(5, 20) : chance.between(20, 60);
  for (std::int64_t n = 0; n < count; ++n) {
    if (n > 0 && chance.chance(12)) who = chance.below(plans_.size());
    write_row(plans_[who], chance);
    if (chance.chance(1)) {
      journal_.burn(chance.between(1, 3));
      story_.add(tally::numbers_burned);
    }
  }
  if (chance.chance(70)) {
    journal_.reveal(journal_.sequence());
  } else {
    after(chance.time(microseconds(10), milliseconds(15)), affair::reveal, static_cast<std::uint64_t>(journal_.sequence()));
    story_.add(tally::rows_seen_late);
  }
  if (chance.chance(90)) hint();
}

void world::write_row(inhabitant& plan, dice& chance) {
  const bool is_table = plan.truth.kind == plan_kind::full_refresh;
  const ordinal end = plan.base + plan.partitions - 1;
  const bool is_rerun = chance.chance(3);
  const ordinal first = is_rerun ? plan.base : plan.base + chance.between(0, plan.partitions - 1);
  const ordinal last = is_rerun ? end : std::min(end, first + (chance.chance(70) ? 0 : chance.between(0, 40)));
  const mark said = chance.chance(65) ? mark::success : chance.chance(70) || is_table ? mark::failed : mark::cleared;
  meant_row row{0, plan.truth, is_table ? whole_table : range{first, last}, said, true};
  if (chance.chance(2) && !serene_) {  // a job that was set up wrongly
    row.shape = {plan_kind::partitioned, chance.pick(units)};
    const ordinal from = row.shape == plan.truth ? plan.base : 1'000;
    row.at = {from, row.shape == plan.truth ? from : from + chance.between(0, 3)};
    story_.add(tally::wrong_rows);
  }
  journal_entry e;
  e.plan = plan.uuid;
  e.outcome = to_text(said);
  if (row.shape.kind == plan_kind::partitioned) {
    e.granularity = name_of(row.shape.unit);
    e.first = text_of(plan, row.shape.unit, row.at.first, chance);
    if (row.at.last != row.at.first || chance.chance(10)) e.last = text_of(plan, row.shape.unit, row.at.last, chance);
  }
  if (chance.chance(2)) {
    row.valid = false;
    story_.add(tally::wrong_rows);
    const auto what = e.first ? chance.between(0, 3) : 0;
    if (what == 0) e.outcome = "maybe";
    if (what == 1) e.first = "2025-02-30";
    if (what == 2) e.granularity = "day";
    if (what == 3) e.last = "0001-01-01T00:00";
  }
  if (chance.chance(20)) e.run_type = "BACKFILL";
  row.seq = journal_.append_unseen(std::move(e));
  plan.journal.add(row);
  story_.add(tally::completions);
}

// As jobs write it: long, or as short as the granularity allows.
std::string world::text_of(inhabitant& plan, granularity unit, ordinal o, dice& chance) {
  const bool is_short = chance.chance(50);
  std::string text;
  if (unit == plan.truth.unit && o >= plan.base && o < plan.base + plan.partitions) {
    plan.starts.resize(static_cast<std::size_t>(plan.partitions));
    std::string& known = plan.starts[static_cast<std::size_t>(o - plan.base)];
    if (known.empty()) known = start_of(unit, o + civil_origin(unit));
    text = known;
  } else {
    text = start_of(unit, o + civil_origin(unit));
  }
  if (!is_short || unit == granularity::hour || unit == granularity::minute) return text;
  text.resize(unit == granularity::year ? 4 : unit == granularity::month || unit == granularity::quarter ? 7 : 10);
  return text;
}

void world::write_table_rows(dice& chance) {
  const std::size_t who = chance.below(tables_.size());
  source_table& table = tables_[who];
  for (std::int64_t n = chance.between(1, 4); n > 0; --n) {
    const ordinal day = partition_at(granularity::day, "2024-02-27T00:00:00").value() + chance.between(0, 4);
    const mark said = chance.chance(75) ? mark::success : mark::failed;
    table.journal[day] = {journal_.append_table({table.name, start_of(granularity::day, day).substr(0, 10), std::string(to_text(said))}),
                          said};
    story_.add(tally::table_rows);
  }
  hint();
}

// Delays must not care: only what people read does.
void world::move_clock(deed_kind kind, dice& chance) {
  if (kind == deed_kind::clock) {
    const auto jump = duration_cast<milliseconds>(hours(24 * 366));
    wall_ahead_ += milliseconds(chance.between(-jump.count(), jump.count()));
    return story_.add(tally::clock_jumps);
  }
  const auto length = chance.time(seconds(1), chance.chance(50) ? microseconds(seconds(100)) : microseconds(hours(12)));
  if (kind == deed_kind::stall) {
    stalled_until_ = clock_ + std::min<microseconds>(length, seconds(600));
    return story_.add(tally::stalls);
  }
  wall_ahead_ += duration_cast<milliseconds>(length);
  for (std::uint64_t n = 0; n < carriages_.size(); ++n)
    while (carriages_[n].landings > 0) land(n);
  story_.add(tally::suspends);
}

void world::disturb(deed_kind kind, dice& chance) {
  switch (kind) {
    case deed_kind::burn:  // a job's second try, ignored by its key
      journal_.burn();
      story_.add(tally::numbers_burned);
      return hint();
    case deed_kind::weather:
      weather_[chance.below(weather_.size())] = static_cast<weather>(chance.between(0, 4));
      return story_.add(tally::weather_changes);
    case deed_kind::disk:
      disk_full_ = true;
      story_.add(tally::full_disks);
      return after(chance.time(microseconds(0), seconds(20)), affair::disk_free);
    case deed_kind::journal:
      journal_.remove();
      story_.add(tally::journals_gone);
      return after(chance.time(microseconds(0), seconds(60)), affair::journal_back);
    case deed_kind::revoke:
      for (sender& s : senders_)
        if (s.uses_token) {
          for (moment& dies : s.tokens) dies = std::min(dies, clock_);
          story_.add(tally::tokens_revoked);
        }
      return;
    default:
      throw contract_broken("a deed is one of the known kinds");
  }
}

void world::change_by_hand(dice& chance) {
  const std::size_t who = chance.below(plans_.size());
  auto& cells = platform_.plans[who].cells[endpoint_of(who)];
  const auto wanted = cells.first() + chance.between(0, plans_[who].partitions - 1);
  if (plans_[who].truth.kind == plan_kind::full_refresh || !cells.find(wanted)) return;
  platform_cell& cell = cells.at(wanted);
  if (!cell.marked || cell.by_hand) return;
  cell.said = cell.said == mark::success ? mark::failed : mark::success;
  cell.by_hand = true;
  changed_by_hand_ = true;
  story_.add(tally::vandalism);
}

// Through the lines that go over the control socket.
void world::person_acts(deed_kind kind, dice& chance) {
  if (!loop_) return;
  const std::string plan = chance.pick(plans_).uuid;
  const std::size_t endpoint = chance.below(settings_.endpoints.size());
  const bool all = chance.chance(40);
  control_command c;
  if (!all || kind == deed_kind::refold) c.target = plan;
  switch (kind) {
    case deed_kind::retry:
      c.verb = control_verb::retry;
      story_.add(tally::retries);
      break;
    case deed_kind::resync:
      c.verb = control_verb::resync;
      story_.add(tally::resyncs);
      break;
    case deed_kind::refold:
      c.verb = control_verb::refold;
      story_.add(tally::refolds);
      break;
    case deed_kind::drift:
      c = {control_verb::drift, plan, all};
      story_.add(all ? tally::drift_repairs : tally::drift_checks);
      break;
    default:
      c = {all ? control_verb::pause : control_verb::resume, settings_.endpoints[endpoint].name, false};
      paused_[endpoint] = all;
      story_.add(all ? tally::pauses : tally::resumes);
  }
  const auto understood = parse_control_command(control_command_line(c));
  require(understood.has_value(), "a command is read as it was written");
  const bool must_work = c.verb == control_verb::pause || c.verb == control_verb::resume || !c.target;
  partmark::carry_out(*loop_, *understood, t(),
                      [must_work](const control_reply& r) { require(r.done || !must_work, "a known target is acted on"); });
  poke();
}

}  // namespace partmark::testing
