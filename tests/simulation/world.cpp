#include "world.hpp"

#include "support/contract.hpp"

#include <algorithm>
#include <utility>

namespace partmark::testing {
namespace {

using std::chrono::duration_cast;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr steady_time steady_begin{hours(1)};
constexpr std::size_t commits_lost_max = 12;  // by one power cut

// Thrown by a port: the daemon dies there.
struct sudden_death {};

}  // namespace

// One world in four hears everything, the others what goes wrong.
world::world(const world_wish& wish)
    : wish_(wish), log_(wish.seed % 4 == 0 ? severity::debug : severity::warning), jitter_(wish.seed, 2), ports_(wish.seed, 3) {
  carriages_.reserve(256);
  log_.heard = [this](const event& e) { heard(e); };
}

now world::t() const {
  return {steady_begin + clock_, system_time(seconds(1'760'000'000)) + wall_ahead_ + duration_cast<milliseconds>(clock_)};
}

void world::live() {
  dice chance(wish_.seed, 0);
  populate(chance);
  draw_settings(chance);
  draw_deeds(chance);
  draw_plan_lists();
  make_ports_fail();
  const bool may_crash = crash_permille_ > 0 || std::ranges::any_of(deeds_, [](const deed& d) { return d.kind == deed_kind::crash; });
  if (may_crash) state_.keep_undoable(commits_lost_max);
  start();
  pass_until(trouble_until_, nullptr);

  const auto& e = settings_.endpoints.front();
  const moment patience = 10 * (e.settle_time + settings_.retry.max + settings_.circuit.probe_every + settings_.reprobe_held +
                                settings_.poll_interval + seconds(60));
  const std::size_t picked = chance.below(settings_.endpoints.size());
  const auto down = serene_ ? std::nullopt : std::optional(picked);
  stop_faults(down);
  pass_until(clock_ + patience, [&] { return delivered_but_for(down); });
  require(delivered_but_for(down), "one endpoint's outage delays no other endpoint's plans");

  stop_faults({});
  after(seconds(61), affair::retry_held);  // for triggers that ask a person
  pass_until(clock_ + patience, [this] { return converged(); });
  require(converged(), "once the faults stop, everything is accepted in bounded time");
  if (changed_by_hand_) repair_by_drift();
  check_platform();
  check_folded();

  // From here on only what is held is tried again. A restart changes nothing.
  quiet_ = true;
  check_quiet(e.settle_time);
  check_plan_lists();
  story_.trace_in_trouble = story_.trace;
  crash(false);
  start();
  check_quiet(e.settle_time + settings_.reprobe_held);
  pass_until(clock_ + patience, [this] { return converged(); });
  require(converged(), "a clean restart owes nothing");
  check_plan_lists();
  check_platform();
  story_.add(tally::held_at_end, loop_->summary().held_plans);
  story_.add(tally::simulated_seconds, static_cast<std::uint64_t>((clock_ / seconds(1))));
}

void world::check_quiet(moment time) {
  const auto turns = story_.of(tally::turns);
  const auto calls = story_.of(tally::calls);
  pass_until(clock_ + time, nullptr);
  auto moves = static_cast<std::uint64_t>(time / settings_.poll_interval);
  if (settings_.drift_every) moves += (plans_.size() + 1) * static_cast<std::uint64_t>(1 + time / *settings_.drift_every);
  require(story_.of(tally::turns) - turns < 100 + 2 * moves + 8 * (story_.of(tally::calls) - calls), "with nothing to do the loop rests");
}

void world::happen(const appointment& a) {
  turns_since_ = 0;
  switch (a.what) {
    case affair::deed:
      return carry_out(static_cast<std::size_t>(a.number));
    case affair::reveal:
      return journal_.reveal(std::min(static_cast<std::int64_t>(a.number), journal_.sequence()));
    case affair::start:
      return start();
    case affair::land:
      return land(a.number);
    case affair::end:
      return ended(a.number);
    case affair::token_reply:
      return token_replied(a.number);
    case affair::no_token:
      if (a.number / endpoints_max == run_) fail_waiting(a.number % endpoints_max, transport_failure{});
      return;
    case affair::disk_free:
      disk_full_ = false;
      return;
    case affair::journal_back:
      journal_.create();
      return hint();
    case affair::retry_held:
      (void)loop_->retry_held(std::nullopt, t());
      return poke();
  }
}

// Whether it is enough is asked only now and then: it is a question to everything there is.
void world::pass_until(moment end, const std::function<bool()>& enough) {
  moment ask_at = clock_;
  while (true) {
    if (enough && clock_ >= ask_at) {
      if (enough()) return;
      ask_at = clock_ + milliseconds(500);
    }
    const moment next_event = agenda_.next();
    const moment next_turn = loop_ && wake_ ? std::max(*wake_, stalled_until_) : moment::max();
    const moment next = std::min(next_event, next_turn);
    if (next > end) {
      clock_ = end;
      return;
    }
    clock_ = std::max(clock_, next);
    if (next_event <= next_turn)
      happen(agenda_.take());
    else
      turn();
  }
}

void world::poke() {
  const moment soon = clock_ + jitter_.time(microseconds(0), microseconds(400));
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
  if (aloud_) say("start, run " + std::to_string(run_));
  journal_.open_again();
  for (std::size_t i = 0; i < paused_.size(); ++i) {  // a command that was not stored is lost
    const auto stored = state_.stored().paused.find(settings_.endpoints[i].name);
    paused_[i] = stored != state_.stored().paused.end() && stored->second;
  }
  for (sender& s : senders_) {
    s.waiting.clear();
    s.failures = 0;
    s.keeper.reset();
    if (s.uses_token) s.keeper.emplace(s.life);
  }
  unflushed_ = false;
  loop_ = std::make_unique<partmark::loop>(journal_, state_, static_cast<remote&>(*this), log_, settings_, wish_.seed + run_);
  loop_->restore(state_.load(loop_->rows_to_restore()), "boot-" + std::to_string(boot_), t());
  wake_ = clock_;
  forget_plan_lists();
}

void world::crash(bool power_cut) {
  if (!loop_) return;
  if (aloud_) say(power_cut ? "power cut" : "crash");
  loop_.reset();
  wake_.reset();
  flying_.clear();
  ends_unstored_.clear();
  story_.add(tally::crashes);
  // Whatever of it is still on its way lands before the next run's settle time is over.
  const auto settle = duration_cast<microseconds>(settings_.endpoints.front().settle_time);
  for (std::uint64_t n = 0; n < carriages_.size(); ++n)
    for (unsigned i = 0; i < carriages_[n].landings; ++i) after(jitter_.time(microseconds(0), settle - microseconds(1)), affair::land, n);
  if (power_cut) cut_power();
  check_folded();
}

void world::cut_power() {
  story_.add(tally::power_cuts);
  ++boot_;
  for (source_table& table : tables_) table.acknowledged.clear();  // perhaps
  state_.cut_power(jitter_.below(commits_lost_max + 1));
  const std::int64_t kept = jitter_.between(journal_.synced(), journal_.sequence());
  journal_.cut_power(kept);
  for (inhabitant& plan : plans_) plan.journal.forget_after(kept);
}

void world::turn() {
  story_.add(tally::turns);
  check_rest();
  wake_.reset();
  try {
    const partmark::turn asked = loop_->run(t());
    require(!asked.fatal, "the journal is the one that was folded");
    require(!unflushed_, "what is sent may leave");
    if (asked.again)
      poke();
    else if (asked.wake)
      wake_ = std::max(clock_, std::chrono::ceil<microseconds>(*asked.wake - steady_begin));
  } catch (const sudden_death&) {
    story_.add(tally::deaths_in_a_step);
    crash(jitter_.chance(25));
    after(jitter_.time(microseconds(0), seconds(20)), affair::start);
  }
}

void world::perhaps_die() {
  if (crash_permille_ > 0 && ports_.between(1, 1'000) <= crash_permille_) throw sudden_death();
}

void world::make_ports_fail() {
  if (port_trouble_percent_ > 0 || crash_permille_ > 0)
    journal_.trouble = [this](memory_journal::step) -> std::optional<error> {
      perhaps_die();
      if (port_trouble_percent_ == 0 || !ports_.chance(port_trouble_percent_)) return std::nullopt;
      story_.add(tally::port_errors);
      return error{ports_.chance(70) ? errc::busy : errc::io, "trouble"};
    };
  state_.trouble = [this]() -> std::optional<error> {
    perhaps_die();
    const bool fails = disk_full_ || (port_trouble_percent_ > 0 && ports_.chance(port_trouble_percent_));
    if (!fails) return std::nullopt;
    story_.add(tally::failed_commits);
    return error{disk_full_ ? errc::no_space : ports_.chance(70) ? errc::busy : errc::io, "trouble"};
  };
  state_.committed = [this](const state_changes& changes) {
    story_.add(tally::commits);
    check_commit(changes);
    for (const auto& [trigger, spoken] : ends_unstored_) tables_[trigger.first].acknowledged[trigger.second] = spoken;
    ends_unstored_.clear();
    perhaps_die();
  };
}

void world::stop_faults(std::optional<std::size_t> but_for) {
  if (aloud_) say("faults stop");
  dice chance(wish_.seed, 4, but_for ? 1 : 0);
  crash_permille_ = 0;
  port_trouble_percent_ = 0;
  disk_full_ = false;
  state_.keep_undoable(0);
  stalled_until_ = clock_;
  for (std::size_t i = 0; i < weather_.size(); ++i) weather_[i] = but_for == i ? weather::down : weather::calm;
  journal_.create();
  journal_.reveal(journal_.sequence());
  start();
  reload(true, chance);
  paused_.assign(paused_.size(), false);
  (void)loop_->pause({}, false, t());
  hint();
}

// What others changed on the platform is found by its own list and put right.
void world::repair_by_drift() {
  pass_until(clock_ + settings_.endpoints.front().settle_time + seconds(31), nullptr);
  constexpr int tries_max = 5;
  bool is_listed = false;  // whom a listing failed (no token yet: its service may have asked for patience) asks again later
  for (int tried = 0; tried < tries_max && !is_listed; ++tried) {
    if (tried > 0) pass_until(clock_ + minutes(2), nullptr);
    std::size_t awaited = 0;
    is_listed = true;
    for (const inhabitant& plan : plans_)
      if (loop_->check_drift(plan.uuid, true, t(), [&](const drift_outcome& o, granularity) {
            --awaited;
            is_listed = is_listed && o.report;
          }))
        ++awaited;
    poke();
    pass_until(clock_ + minutes(10), [&] { return awaited == 0 && converged(); });
    require(awaited == 0 && converged(), "drift is repaired in bounded time");
  }
  require(is_listed, "a platform that is well lists its partitions");
}

void world::say(const std::string& what) const {
  if (aloud_) std::fprintf(stderr, "%12.6f  %s\n", static_cast<double>(clock_.count()) / 1e6, what.c_str());
}

}  // namespace partmark::testing
