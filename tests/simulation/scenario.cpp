// Who lives in a world, how the daemon is set up there, and what is going to happen: all drawn before it begins, and all drawn also when a
// part of it is left out, so that the rest stays as it is.
#include "can_simulator/civil.hpp"
#include "clockwork.hpp"
#include "request_reader.hpp"
#include "world.hpp"

#include <algorithm>
#include <utility>

namespace partmark::testing {
namespace {

using std::chrono::local_days;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::year_month_day;

constexpr granularity units[] = {granularity::minute, granularity::hour,    granularity::day, granularity::week,
                                 granularity::month,  granularity::quarter, granularity::year};

constexpr local_days date(int year, unsigned month, unsigned day) {
  return local_days(year_month_day(std::chrono::year(year), std::chrono::month(month), std::chrono::day(day)));
}

// Around these days a granularity has borders of years, centuries, leap days and weeks, or counts from negative to positive.
constexpr local_days borders[] = {date(2023, 12, 25), date(2024, 2, 27),  date(1900, 2, 26),
                                  date(2000, 2, 27),  date(1969, 12, 27), date(4, 2, 27)};

ordinal first_partition(granularity unit, std::int64_t partitions, dice& chance) {
  const auto place = chance.between(1, 100);
  const local_days border = chance.pick(borders);
  if (place <= 5) return ordinal_limits(unit).last - partitions + 1;  // up to the last of the year 9999
  if (place <= 8) return ordinal_limits(unit).first;
  return partition_at(unit, start_of(unit, 0)) ? partition_containing(unit, place <= 60 ? borders[0] : border) : 0;
}

}  // namespace

void world::populate(dice& chance) {
  serene_ = chance.chance(7);
  const auto count = chance.between(1, chance.chance(10) ? 21 : 19);
  for (std::int64_t i = 0; i < count; ++i) {
    inhabitant plan;
    plan.uuid = std::string(plan_prefix) + std::to_string(i);
    if (chance.chance(15)) {
      plan.truth = {plan_kind::full_refresh, granularity::day};
    } else {
      plan.truth.unit = chance.pick(units);
      plan.partitions = chance.between(1, chance.chance(10) ? 150 : 30);
      plan.base = first_partition(plan.truth.unit, plan.partitions, chance);
    }
    platform_plan there;
    there.shape = plan.truth;
    there.refused_whole = chance.chance(1);
    for (std::int64_t n = chance.chance(4) ? chance.between(1, 3) : 0; n > 0; --n)
      there.poison.push_back(plan.base + chance.between(0, plan.partitions - 1));
    if (serene_ || left_out(deed_kind::poison)) {
      there.refused_whole = false;
      there.poison.clear();
    }
    platform_.plans.push_back(std::move(there));
    plans_.push_back(std::move(plan));
  }
  for (std::int64_t i = chance.chance(60) ? 0 : chance.between(1, 3), n = 0; n < i; ++n) {
    tables_.push_back({std::string(table_prefix) + std::to_string(n), {}, {}, 0});
    const bool refused = chance.chance(5);
    platform_.refused_tables.push_back(refused && !serene_ && !left_out(deed_kind::poison));
  }
  story_.add(tally::plans, plans_.size());
}

void world::draw_settings(dice& chance) {
  const auto settle = milliseconds(chance.between(1'000, 60'000));
  for (const char* name : {"a", "b", "c"}) {
    if (!settings_.endpoints.empty() && !chance.chance(50)) continue;
    settings_.endpoints.push_back({name, "tn_1", 1, settle});
    sender& s = senders_.emplace_back();
    s.uses_token = chance.chance(30);
    s.life = {seconds(chance.between(10, chance.chance(50) ? 120 : 7'200)), 0.8};
  }
  weather_.assign(senders_.size(), weather::calm);
  paused_.assign(senders_.size(), false);
  settings_.poll_interval = milliseconds(chance.between(2'000, 30'000));
  settings_.reprobe_held = milliseconds(chance.between(30'000, 300'000));
  settings_.retry = {milliseconds(chance.between(0, 1'000)), milliseconds(chance.between(1'000, 30'000)), 2.0};
  settings_.circuit = {static_cast<unsigned>(chance.between(1, 6)), milliseconds(chance.between(500, 10'000)), milliseconds(500)};
  settings_.slice_rows = static_cast<std::size_t>(chance.chance(50) ? chance.between(1, 20) : 100);
  settings_.partitions_max = 1'000;
  settings_.hold_ambiguous_triggers = chance.chance(30);
  if (chance.chance(3)) settings_.drift_every = milliseconds(chance.between(60'000, 300'000));
  if (serene_) settings_.drift_every.reset();
  reload(false, chance);
}

void world::plan_deeds(deed_kind kind, std::int64_t least, std::int64_t most, dice& chance) {
  for (std::int64_t n = chance.between(least, most); n > 0; --n) deeds_.push_back({chance.time(moment(0), trouble_until_), kind});
}

void world::draw_deeds(dice& chance) {
  trouble_until_ = seconds(chance.between(20, chance.chance(5) ? 1'800 : 200));
  plan_deeds(deed_kind::rows, 8, 29, chance);
  if (!tables_.empty()) plan_deeds(deed_kind::triggers, 0, 12, chance);
  plan_deeds(deed_kind::burn, 0, 2, chance);
  const std::size_t everyday = deeds_.size();
  const bool is_rough = chance.chance(85);
  plan_deeds(deed_kind::weather, is_rough ? 1 : 0, is_rough ? 20 : 0, chance);
  plan_deeds(deed_kind::crash, 0, 3, chance);
  plan_deeds(deed_kind::disk, 0, 2, chance);
  plan_deeds(deed_kind::journal, 0, chance.chance(10) ? 1 : 0, chance);
  plan_deeds(deed_kind::clock, 0, 2, chance);
  plan_deeds(deed_kind::suspend, 0, chance.chance(20) ? 2 : 0, chance);
  plan_deeds(deed_kind::stall, 0, chance.chance(20) ? 2 : 0, chance);
  plan_deeds(deed_kind::revoke, 0, 2, chance);
  plan_deeds(deed_kind::by_hand, 0, chance.chance(20) ? 3 : 0, chance);
  plan_deeds(deed_kind::reload, 0, 2, chance);
  plan_deeds(deed_kind::pause, 0, 2, chance);
  plan_deeds(deed_kind::retry, 0, 1, chance);
  plan_deeds(deed_kind::resync, 0, chance.chance(30) ? 1 : 0, chance);
  plan_deeds(deed_kind::refold, 0, 1, chance);
  plan_deeds(deed_kind::drift, 0, 1, chance);
  if (chance.chance(30)) port_trouble_percent_ = static_cast<int>(chance.between(1, 30));
  if (chance.chance(25)) crash_permille_ = static_cast<int>(chance.between(1, 30));
  if (serene_) deeds_.resize(everyday);
  if (serene_ || left_out(deed_kind::ports)) port_trouble_percent_ = 0;
  if (serene_ || left_out(deed_kind::deaths)) crash_permille_ = 0;
  for (std::size_t i = 0; i < deeds_.size(); ++i)
    if (!left_out(deeds_[i].kind) && !wish_.leaves_out(i)) agenda_.add(deeds_[i].at, affair::deed, i);
}

void world::reload(bool corrected, dice& chance) {
  static constexpr std::size_t range_limits[] = {1, 2, 3, 10, 500, 500};
  settings_.linger = milliseconds(chance.chance(50) ? 0 : chance.between(1, 2'000));
  settings_.ranges_max = chance.pick(range_limits);
  for (auto& e : settings_.endpoints) e.max_in_flight = static_cast<std::size_t>(chance.between(1, 4));
  for (std::size_t i = 0; i < plans_.size(); ++i) {
    const std::size_t before = endpoint_of(i);
    place_plan(plans_[i], corrected, chance);
    if (endpoint_of(i) == before) continue;
    ++plans_[i].moves;
    plans_[i].accepted.clear();
  }
  settings_.tables.clear();
  for (const source_table& table : tables_)
    if (chance.chance(50)) settings_.tables.push_back({table.name, chance.pick(settings_.endpoints).name});
  forget_plan_lists();
  if (!loop_) return;
  loop_->reconfigure(settings_, t());
  poke();
}

// What the configuration says of a plan from now on: perhaps something, and sometimes something wrong, which is corrected at last.
void world::place_plan(inhabitant& plan, bool corrected, dice& chance) {
  const auto known = std::find_if(settings_.plans.begin(), settings_.plans.end(), [&](const auto& p) { return p.uuid == plan.uuid; });
  const bool is_wrong = corrected && plan.journal.shape(journal_.sequence()) != std::optional(plan.truth);
  if (known == settings_.plans.end() && !is_wrong && chance.chance(60)) return;
  plan_settings& p = known == settings_.plans.end() ? settings_.plans.emplace_back() : *known;
  p.uuid = plan.uuid;
  p.endpoint = chance.chance(30) ? std::string() : chance.pick(settings_.endpoints).name;
  p.run_type = chance.chance(50) ? "MANUAL" : "";
  if (corrected ? is_wrong : chance.chance(20)) {
    p.shape = plan.truth;
    if (!corrected && !serene_ && chance.chance(20)) p.shape = plan_shape{plan_kind::partitioned, chance.pick(units)};
  }
  plan.journal.configured = p.shape;
}

}  // namespace partmark::testing
