#include "world.hpp"

#include "can/replies.hpp"
#include "support/contract.hpp"

#include <algorithm>
#include <utility>

namespace partmark::testing {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

// Thrown by a port: the daemon dies there.
struct sudden_death {};

}  // namespace

world::world(std::uint64_t seed) : seed_(seed), chance_(seed) {
  log_.keep = false;
  state_.keep_undoable(12);
}

now world::t() const {
  return {steady_time(hours(1)) + clock_, system_time(seconds(1'760'000'000)) + std::chrono::duration_cast<milliseconds>(clock_)};
}

void world::live() {
  populate();
  draw_settings();
  draw_events();
  make_ports_fail();
  start();
  pass_until(trouble_until_, nullptr);

  const auto& e = settings_.endpoints.front();
  const moment patience = 10 * (e.settle_time + settings_.retry.max + settings_.circuit.probe_every + settings_.reprobe_held +
                                settings_.poll_interval + seconds(60));
  const std::string down = serene_ ? std::string() : chance_.pick(settings_.endpoints).name;
  stop_faults(down);
  pass_until(clock_ + patience, [&] { return delivered_but_for(down); });
  require(delivered_but_for(down), "one endpoint's outage delays no other endpoint's plans");

  stop_faults({});
  after(seconds(61), [this] { (void)loop_->retry_held(std::nullopt, t()), poke(); });  // for triggers that ask a person
  pass_until(clock_ + patience, [this] { return converged(); });
  require(converged(), "once the faults stop, everything is accepted in bounded time");
  check_platform();
  check_folded();

  // From here on only what is held is tried again. A restart in the middle changes nothing.
  quiet_ = true;
  const moment rest = 3 * (e.settle_time + settings_.reprobe_held) + minutes(5);
  check_quiet(rest);
  crash(false);
  start();
  check_quiet(rest);
  pass_until(clock_ + patience, [this] { return converged(); });
  require(converged(), "a clean restart owes nothing");
  check_platform();
  story_.held_at_end = static_cast<std::size_t>(loop_->summary().held_plans);
}

void world::check_quiet(moment time) {
  const auto turns = story_.turns;
  const auto calls = story_.calls;
  pass_until(clock_ + time, nullptr);
  const auto polls = static_cast<std::size_t>(time / settings_.poll_interval);
  require(story_.turns - turns < 100 + 2 * polls + 6 * (story_.calls - calls), "with nothing to do the loop rests");
}

void world::pass_until(moment end, const std::function<bool()>& enough) {
  while (true) {
    if (enough && enough()) return;
    const moment next_event = events_.empty() ? moment::max() : events_.begin()->first;
    const moment next_turn = loop_ && wake_ ? *wake_ : moment::max();
    const moment next = std::min(next_event, next_turn);
    if (next > end) {
      clock_ = end;
      return;
    }
    clock_ = std::max(clock_, next);
    if (next_event <= next_turn) {
      auto what = std::move(events_.begin()->second);
      events_.erase(events_.begin());
      turns_since_ = 0;
      what();
    } else {
      turn();
    }
  }
}

void world::poke() {
  const moment soon = clock_ + chance_.time(microseconds(0), microseconds(400));
  wake_ = wake_ ? std::min(*wake_, soon) : soon;
}

void world::hint() {
  if (!loop_) return;
  loop_->journal_hint();
  poke();
}

void world::start() {
  if (loop_) return;
  ++run_;
  say("start, run " + std::to_string(run_));
  journal_.open_again();
  paused_ = state_.stored().paused;  // a command that was not stored is lost
  loop_ = std::make_unique<partmark::loop>(journal_, state_, static_cast<remote&>(*this), log_, settings_, seed_ + run_);
  loop_->restore(state_.load(), "boot-" + std::to_string(boot_), t());
  wake_ = clock_;
}

void world::crash(bool power_cut) {
  if (!loop_) return;
  say(power_cut ? "power cut" : "crash");
  loop_.reset();
  wake_.reset();
  flying_.clear();
  ends_unstored_.clear();
  ++story_.crashes;
  // Whatever of it is still on its way lands before the next run's settle time is over.
  for (const auto& [number, unused] : landings_)
    after(chance_.time(microseconds(0), settings_.endpoints.front().settle_time - microseconds(1)), [this, n = number] { land(n); });
  if (power_cut) {
    ++story_.power_cuts;
    ++boot_;
    acknowledged_.clear();  // perhaps
    state_.cut_power(chance_.below(13));
    const std::int64_t kept = chance_.between(journal_.synced(), journal_.sequence());
    journal_.cut_power(kept);
    for (inhabitant& plan : plans_) plan.journal.forget_after(kept);
  }
  check_folded();
}

void world::turn() {
  ++story_.turns;
  check_rest();
  wake_.reset();
  try {
    const partmark::turn asked = loop_->run(t());
    require(!asked.fatal, "the journal is the one that was folded");
    if (asked.again)
      poke();
    else if (asked.wake)
      wake_ = std::max(clock_, std::chrono::ceil<microseconds>(*asked.wake - steady_time(hours(1))));
  } catch (const sudden_death&) {
    crash(chance_.chance(25));
    after(chance_.time(microseconds(0), seconds(20)), [this] { start(); });
  }
}

void world::make_ports_fail() {
  const auto perhaps_die = [this] {
    if (crash_permille_ > 0 && chance_.between(1, 1'000) <= crash_permille_) throw sudden_death();
  };
  journal_.trouble = [this, perhaps_die](memory_journal::step) -> std::optional<error> {
    perhaps_die();
    if (port_trouble_percent_ == 0 || !chance_.chance(port_trouble_percent_)) return std::nullopt;
    return error{chance_.chance(70) ? errc::busy : errc::io, "trouble"};
  };
  state_.trouble = [this, perhaps_die]() -> std::optional<error> {
    perhaps_die();
    const bool fails = disk_full_ || (port_trouble_percent_ > 0 && chance_.chance(port_trouble_percent_));
    if (!fails) return std::nullopt;
    ++story_.commits_failed;
    return error{disk_full_ ? errc::no_space : chance_.chance(70) ? errc::busy : errc::io, "trouble"};
  };
  state_.committed = [this, perhaps_die](const state_changes&) {
    for (const auto& [trigger, spoken] : std::exchange(ends_unstored_, {})) acknowledged_[trigger] = spoken;
    perhaps_die();
  };
}

void world::send(std::uint64_t call_id, const std::string& endpoint, http_request request) {
  if (crash_permille_ > 0 && chance_.between(1, 1'000) <= crash_permille_) throw sudden_death();
  const wire_call call = read_wire_call(with_headers(std::move(request)));
  ++story_.calls;
  if (call.kind == wire_call_kind::trigger) {
    require(call.violations.empty(), "a trigger is as CAN_API.md asks");
    const table_date trigger(call.table, call.date);
    ++story_.triggers;
    say("call " + std::to_string(call_id) + " trigger " + call.table + " " + call.date);
    check_slot(call.table, endpoint);
    check_trigger(trigger);
    carry(call_id, endpoint, trigger, platform_.refused_tables.contains(call.table), journal_.table_sequence());
    return;
  }
  const told said = told_by(call);
  say("call " + std::to_string(call_id) + " " + shown(said));
  check_slot(said.plan, endpoint);
  check_call(call_id, said);
  carry(call_id, endpoint, said, platform_.refuses(said), journal_.visible());
}

void world::carry(std::uint64_t call_id, const std::string& endpoint, std::variant<told, table_date> said, bool refused,
                  std::int64_t spoken) {
  fate f = draw_fate(weather_.at(endpoint), std::chrono::duration_cast<microseconds>(settings_.endpoints.front().settle_time), chance_);
  const auto* trigger = std::get_if<table_date>(&said);
  flying_[call_id] = {trigger ? trigger->first : std::get<told>(said).plan, endpoint};
  ending end{{}, said, spoken, f.refusable && !refused};
  if (refused) {
    ++story_.refused;
    if (f.refusable) f.end = draw_refusal(chance_);
    f.lands_after.reset();
  }
  if (f.lands_after) {
    const std::uint64_t number = ++last_landing_;
    landings_[number] = {std::move(said), spoken, *f.lands_after > f.ends_after};
    after(*f.lands_after, [this, number] { land(number); });
  }
  end.end = std::move(f.end);
  after(f.ends_after, [this, call_id, run = run_, end = std::move(end)] { ended(call_id, run, end); });
}

void world::land(std::uint64_t number) {
  const auto it = landings_.find(number);
  if (it == landings_.end()) return;  // it landed earlier, after a crash
  if (it->second.after_end) ++story_.late;
  if (const auto* said = std::get_if<told>(&it->second.said); aloud_ && said) say("lands " + shown(*said));
  std::visit([&](const auto& said) { platform_.land(said, it->second.spoken); }, it->second.said);
  landings_.erase(it);
}

void world::ended(std::uint64_t call_id, std::uint64_t run, const ending& end) {
  if (!loop_ || run != run_) return;  // nobody is there to hear it
  flying_.erase(call_id);
  if (aloud_) say("end  " + std::to_string(call_id) + " " + can::classify(end.end, can::call_type::mark, t().system).message);
  loop_->ended(call_id, end.end);
  if (end.accepted) acknowledge(end);
  poke();
}

void world::acknowledge(const ending& end) {
  if (const auto* trigger = std::get_if<table_date>(&end.said)) {
    ends_unstored_[*trigger] = end.spoken;
    return;
  }
  if (!serene_) return;
  const told& said = std::get<told>(end.said);
  for (const claim& c : said.what.claims)
    for (ordinal o = c.at.first; o <= c.at.last; ++o) accepted_[{said.plan, o}] = end.spoken;
}

void world::stop_faults(std::string_view but_for) {
  say("faults stop");
  crash_permille_ = 0;
  port_trouble_percent_ = 0;
  disk_full_ = false;
  for (auto& [name, w] : weather_) w = name == but_for ? weather::down : weather::calm;
  journal_.create();
  journal_.reveal(journal_.sequence());
  start();
  reload(true);
  for (auto& [name, paused] : paused_) paused = false;
  (void)loop_->pause({}, false, t());
  hint();
}

void world::say(const std::string& what) const {
  if (aloud_) std::fprintf(stderr, "%12.6f  %s\n", static_cast<double>(clock_.count()) / 1e6, what.c_str());
}

}  // namespace partmark::testing
