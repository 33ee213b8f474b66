// What happens in a world, and when: all drawn here.
#include "support/contract.hpp"
#include "world.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace partmark::testing {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::array<granularity, 7> units = {granularity::minute, granularity::hour,    granularity::day, granularity::week,
                                              granularity::month,  granularity::quarter, granularity::year};

// Around here every granularity has borders of years, leap days and weeks.
constexpr std::chrono::local_days around =
    std::chrono::local_days(std::chrono::year_month_day(std::chrono::year(2023), std::chrono::month(12), std::chrono::day(25)));

}  // namespace

void world::populate() {
  serene_ = chance_.chance(7);
  const auto count = chance_.between(1, 7);
  for (std::int64_t i = 0; i < count; ++i) {
    inhabitant plan;
    plan.uuid = "plan-" + std::to_string(i);
    if (chance_.chance(15)) {
      plan.truth = {plan_kind::full_refresh, granularity::day};
    } else {
      plan.truth.unit = units[chance_.below(units.size())];
      plan.base = partition_containing(plan.truth.unit, around);
      plan.partitions = chance_.between(1, chance_.chance(20) ? 200 : 30);
    }
    platform_plan there;
    there.shape = plan.truth;
    there.refused_whole = !serene_ && chance_.chance(2);
    for (std::int64_t n = !serene_ && chance_.chance(12) ? chance_.between(1, 4) : 0; n > 0; --n)
      there.poison.insert(plan.base + chance_.between(0, plan.partitions - 1));
    platform_.plans.emplace(plan.uuid, std::move(there));
    plans_.push_back(std::move(plan));
  }
  for (std::int64_t i = chance_.chance(60) ? 0 : chance_.between(1, 3); i > 0; --i) {
    tables_.push_back({"source.`catalog.schema`.table_" + std::to_string(i), {}});
    if (!serene_ && chance_.chance(10)) platform_.refused_tables.insert(tables_.back().name);
  }
  for (const char* name : {"a", "b", "c"}) weather_[name] = weather::calm;
}

void world::draw_settings() {
  const auto settle = milliseconds(chance_.between(1'000, 60'000));
  for (const char* name : {"a", "b", "c"})
    if (settings_.endpoints.empty() || chance_.chance(50)) settings_.endpoints.push_back({name, "tn_1", 1, settle});
  settings_.poll_interval = milliseconds(chance_.between(1'000, 30'000));
  settings_.reprobe_held = milliseconds(chance_.between(30'000, 600'000));
  settings_.retry = {milliseconds(chance_.between(0, 1'000)), milliseconds(chance_.between(1'000, 30'000)), 2.0};
  settings_.circuit = {static_cast<unsigned>(chance_.between(1, 6)), milliseconds(chance_.between(500, 10'000)), milliseconds(500)};
  settings_.slice_rows = static_cast<std::size_t>(chance_.chance(50) ? chance_.between(1, 5) : 100);
  settings_.partitions_max = 1'000;
  settings_.hold_ambiguous_triggers = chance_.chance(30);
  reload(false);
}

void world::reload(bool corrected) {
  const std::vector<std::size_t> range_limits = {1, 2, 3, 10, 500};
  settings_.linger = milliseconds(chance_.chance(50) ? 0 : chance_.between(1, 2'000));
  settings_.ranges_max = chance_.pick(range_limits);
  for (auto& e : settings_.endpoints) e.max_in_flight = static_cast<std::size_t>(chance_.between(1, 4));
  for (inhabitant& plan : plans_) {
    const auto known = std::find_if(settings_.plans.begin(), settings_.plans.end(), [&](const auto& p) { return p.uuid == plan.uuid; });
    const bool is_wrong = plan.journal.shape(journal_.sequence()) != std::optional(plan.truth);
    if (known == settings_.plans.end() && !(corrected && is_wrong) && chance_.chance(60)) continue;
    plan_settings& p = known == settings_.plans.end() ? settings_.plans.emplace_back() : *known;
    p.uuid = plan.uuid;
    p.endpoint = chance_.chance(30) ? std::string() : chance_.pick(settings_.endpoints).name;
    p.run_type = chance_.chance(50) ? "MANUAL" : "";
    if (corrected ? is_wrong : chance_.chance(20)) {
      p.shape = plan.truth;
      if (!corrected && !serene_ && chance_.chance(30)) p.shape = plan_shape{plan_kind::partitioned, units[chance_.below(units.size())]};
    }
    plan.journal.configured = p.shape;
  }
  settings_.tables.clear();
  for (const source_table& table : tables_)
    if (chance_.chance(50)) settings_.tables.push_back({table.name, chance_.pick(settings_.endpoints).name});
  if (!loop_) return;
  say("reload");
  loop_->reconfigure(settings_, t());
  poke();
}

void world::draw_events() {
  trouble_until_ = seconds(chance_.between(20, chance_.chance(10) ? 1'800 : 300));
  const auto sometime = [this] { return chance_.time(moment(0), trouble_until_); };
  const auto several = [&](std::int64_t most, auto what) {
    for (std::int64_t n = chance_.between(0, most); n > 0; --n) at(sometime(), what);
  };
  several(60, [this] { write_rows(); });
  if (!tables_.empty()) several(30, [this] { write_table_rows(); });
  several(2, [this] {  // a job's second try, ignored by its key
    journal_.burn();
    hint();
  });
  if (serene_) return;
  const bool is_rough = chance_.chance(85);
  for (auto& [name, w] : weather_)
    several(is_rough ? 12 : 0, [this, name] { weather_[name] = static_cast<weather>(chance_.between(0, 4)); });
  several(4, [this] {
    crash(chance_.chance(30));
    after(chance_.time(microseconds(0), seconds(20)), [this] { start(); });
  });
  several(3, [this] { reload(false); });
  several(5, [this] { person_acts(); });
  several(2, [this] {
    disk_full_ = true;
    after(chance_.time(microseconds(0), seconds(20)), [this] { disk_full_ = false; });
  });
  if (chance_.chance(30)) port_trouble_percent_ = static_cast<int>(chance_.between(1, 30));
  if (chance_.chance(30)) crash_permille_ = static_cast<int>(chance_.between(1, 30));
  if (chance_.chance(10)) {
    journal_.remove();
    at(sometime(), [this] {
      journal_.create();
      hint();
    });
  }
}

void world::append_row(inhabitant& who, plan_shape shape, range at, mark said, bool valid) {
  journal_entry e = entry_of(who.uuid, shape, at, said);
  if (!valid) e.outcome = "maybe";
  if (chance_.chance(20)) e.run_type = "BACKFILL";
  const std::int64_t seq = journal_.append_unseen(std::move(e));
  who.journal.add({seq, shape, at, said, valid});
  ++story_.rows;
}

// One job's run, or a backfill, or a rerun of everything.
void world::write_rows() {
  inhabitant& plan = plans_[chance_.below(plans_.size())];
  const bool is_table = plan.truth.kind == plan_kind::full_refresh;
  for (std::int64_t n = chance_.chance(70) ? chance_.between(1, 3) : chance_.between(1, 30); n > 0; --n) {
    const ordinal first = plan.base + chance_.between(0, plan.partitions - 1);
    const ordinal last = std::min(plan.base + plan.partitions - 1, first + (chance_.chance(60) ? 0 : chance_.between(0, 40)));
    const mark said = chance_.chance(65) ? mark::success : chance_.chance(70) || is_table ? mark::failed : mark::cleared;
    plan_shape shape = plan.truth;
    range at = is_table ? whole_table : range{first, last};
    if (!serene_ && chance_.chance(2)) {  // a job that was set up wrongly
      shape = {plan_kind::partitioned, units[chance_.below(units.size())]};
      at = {1'000, 1'000 + chance_.between(0, 3)};
    }
    append_row(plan, shape, at, said, !chance_.chance(2));
    if (chance_.chance(3)) journal_.burn(chance_.between(1, 3));
  }
  const auto seen = [this, until = journal_.sequence()] { journal_.reveal(std::min(until, journal_.sequence())); };
  if (chance_.chance(70))
    seen();
  else
    after(chance_.time(microseconds(10), milliseconds(15)), seen);
  if (chance_.chance(90)) hint();
}

void world::write_table_rows() {
  source_table& table = tables_[chance_.below(tables_.size())];
  for (std::int64_t n = chance_.between(1, 4); n > 0; --n) {
    const std::string date = "2025-10-0" + std::to_string(chance_.between(1, 5));
    const mark said = chance_.chance(75) ? mark::success : mark::failed;
    table.journal[date] = {said, journal_.append_table({table.name, date, std::string(to_text(said))})};
  }
  hint();
}

void world::person_acts() {
  if (!loop_) return;
  const std::string plan = chance_.pick(plans_).uuid;
  switch (chance_.between(0, 5)) {
    case 0:
      (void)loop_->retry_held(std::nullopt, t());
      break;
    case 1:
      (void)loop_->retry_held(plan, t());
      break;
    case 2:
      (void)loop_->resync(chance_.chance(30) ? std::nullopt : std::optional<std::string_view>(plan), t());
      break;
    case 3:
      if (loop_->refold(plan, t())) ++story_.refolds;
      break;
    default: {
      const std::string endpoint = chance_.pick(settings_.endpoints).name;
      paused_[endpoint] = chance_.chance(40);
      require(loop_->pause(endpoint, paused_[endpoint], t()), "a configured endpoint can be paused");
    }
  }
  poke();
}

}  // namespace partmark::testing
