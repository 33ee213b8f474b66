#include "storage_world.hpp"

#include "can/replies.hpp"
#include "journal/init_journal.hpp"
#include "support/contract.hpp"
#include "support/replies.hpp"

#include <array>
#include <cstdio>
#include <filesystem>

namespace partmark::testing {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr int days = 24;
constexpr microseconds settle_time = seconds(60);

std::filesystem::path in_memory() {
  const std::filesystem::path memory = "/dev/shm";
  return std::filesystem::exists(memory) ? memory : std::filesystem::temp_directory_path();
}

}  // namespace

storage_world::storage_world(std::uint64_t seed)
    : disk(seed ^ 0x9e3779b97f4a7c15ULL), chance_(seed), folder_(in_memory()), jobs_are_durable_(seed % 3 != 0) {
  std::filesystem::create_directory(folder_.path() / "journal");
  std::filesystem::create_directory(folder_.path() / "state");
  journal_path_ = folder_.file("journal/journal.db");
  state_path_ = folder_.file("state/state.db");
  settings_.endpoints.push_back({"can", "tn_1", 8, std::chrono::duration_cast<milliseconds>(settle_time)});
  settings_.linger = milliseconds(chance(50) ? 0 : 200);
  settings_.retry = {milliseconds(500), seconds(10), 2.0};
  settings_.circuit.open_after = 1'000'000;
  settings_.slice_rows = static_cast<std::size_t>(between(1, 12));
  settings_.ranges_max = static_cast<std::size_t>(between(1, 20));
  if (chance(40))
    for (int i = 0; i < 3; ++i) poison_.emplace(plan_names[static_cast<std::size_t>(between(0, 2))], 20'000 + between(0, days - 1));
  log.keep = false;
  use_disk(&disk);
}

storage_world::~storage_world() {
  disk.listening = false;
  drop_daemon();
  job_.reset();
  use_disk(nullptr);
}

now storage_world::t() const {
  return {steady_time(hours(1)) + clock_, system_time(seconds(1'760'000'000)) + std::chrono::duration_cast<milliseconds>(clock_)};
}

void storage_world::busy(moment time_span, std::size_t records, std::size_t commands) {
  for (std::size_t i = 0; i < records; ++i) after(time(moment(0), time_span), [this] { write_record(); });
  for (std::size_t i = 0; i < commands; ++i) after(time(moment(0), time_span), [this] { person_acts(); });
  pass_until(clock_ + time_span, [this] { return disk.dead(); });
}

void storage_world::write_record() {
  if (disk.dead()) return;
  if (!job_) {
    auto opened = sqlite::connection::open(journal_path_, sqlite::open_mode::read_write, milliseconds(20));
    if (!opened) return;
    if (!opened->set_synchronous(jobs_are_durable_ ? sqlite::synchronous::full : sqlite::synchronous::normal)) return;
    job_.emplace(std::move(*opened));
  }
  const std::string plan = plan_names[static_cast<std::size_t>(between(0, 3))];
  const bool whole = plan == "whole";
  const int first = between(0, days - 1);
  const ordinal origin = 20'000;
  const range at = whole ? whole_table : range{origin + first, origin + std::min(days - 1, first + (chance(60) ? 0 : between(0, 5)))};
  const mark said = chance(65) ? mark::success : chance(60) || whole ? mark::failed : mark::cleared;
  std::string sql = "INSERT INTO plan_completion(plan, granularity, first, last, outcome) VALUES ('" + plan + "', ";
  sql += whole ? "NULL, NULL, NULL"
               : "'DAY', '" + partition_label(granularity::day, at.first) + "', '" + partition_label(granularity::day, at.last) + "'";
  sql += ", '" + std::string(to_text(said)) + "')";
  const auto done = job_->execute(sql);
  if (!done) {
    in_doubt_ = true;
    say("record fails: " + done.error().message);
    if (!disk.dead()) read_truth();
  } else {
    ++story_.records;
    ++last_seq_;
    if (jobs_are_durable_) durable_seq_ = last_seq_;
    say("record " + std::to_string(last_seq_) + " " + sql.substr(sql.find("VALUES")));
    for (ordinal o = at.first; o <= at.last; ++o) truth_[plan][o] = said;
  }
  if (chance(8)) static_cast<void>(job_->execute(chance(50) ? "PRAGMA wal_checkpoint(PASSIVE)" : "PRAGMA wal_checkpoint(TRUNCATE)"));
  if (chance(15)) job_.reset();
  if (loop_ && chance(80)) {
    loop_->journal_hint();
    poke();
  }
}

bool storage_world::start() {
  if (loop_) return true;
  ++run_;
  ++story_.starts;
  const auto refuse = [&](const error& e) {
    say("does not start: " + e.message);
    stops.push_back(e.message);
    drop_daemon();
    return false;
  };
  if (auto made = init_journal(journal_path_); !made) return refuse(made.error());
  auto store = sqlite_state::open(state_path_);
  if (!store) return refuse(store.error());
  state_ = std::move(*store);
  auto stored = state_->load();
  if (!stored) return refuse(stored.error());
  say("start " + std::to_string(run_) + ", folded up to " + std::to_string(stored->position.plans.folded_seq));
  journal_ = std::make_unique<sqlite_journal>(journal_path_, reading_threads::one);
  loop_ = std::make_unique<partmark::loop>(*journal_, *state_, static_cast<remote&>(*this), log, settings_, run_);
  loop_->restore(std::move(*stored), "boot-" + std::to_string(boot_), t());
  wake_ = clock_;
  return true;
}

void storage_world::drop_daemon() {
  loop_.reset();
  journal_.reset();
  state_.reset();
  wake_.reset();
}

void storage_world::stop_cleanly() {
  if (loop_) loop_->drain();
  pass_until(clock_ + seconds(40), [this] { return !loop_ || loop_->idle() || disk.dead(); });
  drop_daemon();
}

void storage_world::kill() {
  say("kill");
  ++story_.kills;
  disk.die();
  drop_daemon();
  // Calls under way may have been sent; what the process would have heard, nobody hears.
  for (const auto& [id, call] : flying_)
    if (call.lands) after(time(moment(0), settle_time - moment(1)), [this, said = call.said] { land(said); });
  flying_.clear();
  job_.reset();
  disk.kill();
  read_truth();
}

void storage_world::cut_power() {
  say("power cut");
  ++story_.cuts;
  ++boot_;
  disk.die();
  drop_daemon();
  for (const auto& [id, call] : flying_)
    if (call.lands) after(time(moment(0), settle_time - moment(1)), [this, said = call.said] { land(said); });
  flying_.clear();
  job_.reset();
  disk.cut_power();
  const std::int64_t before = last_seq_;
  read_truth();
  require(last_seq_ >= durable_seq_, "a record that was committed with a sync is there after a power cut");
  require(last_seq_ >= spoken_seq_, "what the platform was told of rests upon records that are still there");
  if (last_seq_ < before) story_.records_lost += static_cast<std::size_t>(before - last_seq_);
  durable_seq_ = last_seq_;
  pass_until(clock_ + time(seconds(1), seconds(90)), nullptr);
}

void storage_world::person_acts() {
  if (!loop_) return;
  const std::string plan = plan_names[static_cast<std::size_t>(between(0, 3))];
  if (chance(50)) {
    say("resync " + plan);
    loop_->resync(plan, t());
  } else if (chance(60)) {
    say("retry");
    loop_->retry_held(std::nullopt, t());
  } else {
    say("refold " + plan);
    loop_->refold(plan, t());
  }
  poke();
}

void storage_world::pass_until(moment end, const std::function<bool()>& enough) {
  while (!enough || !enough()) {
    const moment next_event = events_.empty() ? moment::max() : events_.begin()->first;
    const moment next_turn = loop_ && wake_ ? *wake_ : moment::max();
    const moment next = std::min(next_event, next_turn);
    if (next > end) {
      clock_ = std::max(clock_, end);
      return;
    }
    clock_ = std::max(clock_, next);
    if (next_event <= next_turn) {
      auto what = std::move(events_.begin()->second);
      events_.erase(events_.begin());
      what();
    } else {
      turn();
    }
  }
}

void storage_world::poke() {
  const moment soon = clock_ + time(moment(0), moment(400));
  wake_ = wake_ ? std::min(*wake_, soon) : soon;
}

void storage_world::turn() {
  ++story_.turns;
  wake_.reset();
  const partmark::turn asked = loop_->run(t());
  if (asked.fatal) {
    say("stops: " + asked.fatal->message);
    require(disk.dead(), "the journal is the one that was folded");
  }
  if (asked.again)
    poke();
  else if (asked.wake)
    wake_ = std::max(clock_, std::chrono::ceil<microseconds>(*asked.wake - steady_time(hours(1))));
}

void storage_world::send(std::uint64_t call_id, const std::string& /*endpoint*/, call_type type, http_request request) {
  if (disk.dead()) return;  // the machine is off: nothing leaves it
  const told said = told_by(read_wire_call(with_headers(std::move(request))));
  ++story_.calls;
  say("call " + std::to_string(call_id) + " " + said.plan + " of " + std::to_string(said.what.claims.size()) + " ranges");
  check_call(said);
  spoken_seq_ = last_seq_;
  exchange end = accepted_reply();
  bool applies = true;
  const bool refused = std::any_of(said.what.claims.begin(), said.what.claims.end(), [&](const claim& c) {
    const auto it = poison_.lower_bound({said.plan, c.at.first});
    return it != poison_.end() && it->first == said.plan && it->second <= c.at.last;
  });
  moment lands_after = time(microseconds(100), milliseconds(20));
  const moment ends_after = lands_after + time(microseconds(100), milliseconds(20));
  if (refused) {
    end = rejected_reply();
    applies = false;
  } else if (rough_ && chance(8)) {
    end = status_reply(503);
    applies = false;
  } else if (rough_ && chance(25)) {
    end = chance(50) ? lost_reply() : timed_out();
    applies = chance(70);
    if (applies && chance(60)) lands_after = ends_after + time(moment(1), settle_time - moment(1));
  }
  flying_[call_id] = {said, applies};
  if (applies) {
    if (lands_after > ends_after) ++story_.late;
    after(lands_after, [this, call_id, run = run_, said, is_late = lands_after > ends_after] {
      const auto it = flying_.find(call_id);
      if (!is_late && (run != run_ || it == flying_.end())) return;  // a cut decided when it lands
      if (it != flying_.end() && run == run_) it->second.lands = false;
      land(said);
    });
    if (lands_after > ends_after) flying_[call_id].lands = false;  // it lands by itself, whatever becomes of the sender
  }
  after(ends_after, [this, call_id, run = run_, type, end] { end_call(call_id, run, can::read_answer(end, type, t().system)); });
}

void storage_world::end_call(std::uint64_t call_id, std::uint64_t run, call_answer answer) {
  if (run != run_ || !loop_) return;
  flying_.erase(call_id);
  loop_->ended(call_id, std::move(answer));
  poke();
}

void storage_world::land(const told& said) {
  say("lands " + said.plan);
  for (const claim& c : said.what.claims)
    for (ordinal o = c.at.first; o <= c.at.last; ++o) platform_[said.plan][o] = c.said;
}

void storage_world::say(const std::string& what) const {
  if (aloud_) std::fprintf(stderr, "%12.6f  %s\n", static_cast<double>(clock_.count()) / 1e6, what.c_str());
}

}  // namespace partmark::testing
