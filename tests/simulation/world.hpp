// One simulated world: jobs that write a journal, the real loop with its ports, crashes, a platform behind bad networks, a person. All of
// it follows from the seed. While it runs, every port and every call is checked; once the faults stop, the platform must come to hold what
// the journal says, and then hear nothing more (DESIGN §6). One thread.
#pragma once

#include "agenda.hpp"
#include "dice.hpp"
#include "fate.hpp"
#include "oracle.hpp"
#include "platform.hpp"
#include "reconcile/loop.hpp"
#include "scenario.hpp"
#include "sender.hpp"
#include "story.hpp"
#include "support/memory_journal.hpp"
#include "support/memory_state.hpp"
#include "watched_events.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace partmark::testing {

class world final : private remote {
 public:
  explicit world(const world_wish& wish);
  // contract_broken when something is not as it must be.
  void live();

  [[nodiscard]] const world_story& story() const { return story_; }
  // What of the seed's schedule can be left out.
  [[nodiscard]] const std::vector<deed>& deeds() const { return deeds_; }
  void tell(bool aloud) { aloud_ = aloud; }

 private:
  struct inhabitant {  // a plan
    std::string uuid;
    plan_shape truth;
    ordinal base = 0;
    std::int64_t partitions = 1;
    plan_oracle journal;
    std::vector<std::string> starts;  // of its partitions, as far as they were needed
    window<std::int64_t> accepted;    // up to which record, since its last move; only in a serene world
    std::uint64_t moves = 0;          // to another endpoint
    std::uint64_t calls = 0;          // so far
    std::optional<plan_id> id;        // in the daemon's state
  };
  struct source_table {
    std::string name;
    std::map<ordinal, last_word> journal;          // by date
    std::map<ordinal, std::int64_t> acknowledged;  // accepted triggers, their end stored
    std::uint64_t calls = 0;
  };
  struct carriage {  // one call on its way
    std::uint64_t call_id = 0;
    std::uint64_t run = 0;
    std::size_t endpoint = 0;
    message said;
    std::int64_t spoken = 0;  // the last record that the loop had read when it built the call
    std::uint64_t token = 0;  // its generation
    std::uint64_t moves = 0;  // of its plan, when it was sent
    bool may_renew = true;
    bool accepted = false;
    bool late = false;  // it lands after its end
    unsigned landings = 0;
    exchange end;
  };

  // scenario.cpp: what happens, and when.
  void populate(dice& chance);
  void draw_settings(dice& chance);
  void draw_deeds(dice& chance);
  void plan_deeds(deed_kind kind, std::int64_t least, std::int64_t most, dice& chance);
  [[nodiscard]] bool left_out(deed_kind kind) const { return (wish_.kinds_left_out >> static_cast<unsigned>(kind) & 1U) != 0; }

  // deeds.cpp: how it happens.
  void carry_out(std::size_t number);
  void write_rows(dice& chance);
  void write_row(inhabitant& plan, dice& chance);
  void write_table_rows(dice& chance);
  void reload(bool corrected, dice& chance);
  void place_plan(inhabitant& plan, bool corrected, dice& chance);
  void move_clock(deed_kind kind, dice& chance);
  void disturb(deed_kind kind, dice& chance);
  void person_acts(deed_kind kind, dice& chance);
  void change_by_hand(dice& chance);
  [[nodiscard]] std::string text_of(inhabitant& plan, granularity unit, ordinal o, dice& chance);

  // plan_lists.cpp: verifying that the platform has the plans.
  void draw_plan_lists();
  [[nodiscard]] std::set<std::string> configured_plans(const std::string& endpoint, bool only_not_external) const;
  void heard(const event& e);
  [[nodiscard]] bool is_told(const endpoint_settings& e) const;
  void check_plan_lists();
  void forget_plan_lists();

  // world.cpp: time, and the daemon's life.
  [[nodiscard]] now t() const;
  void after(moment delay, affair what, std::uint64_t number = 0) { agenda_.add(clock_ + delay, what, number); }
  void happen(const appointment& a);
  void pass_until(moment end, const std::function<bool()>& enough);
  void start();
  void crash(bool power_cut);
  void cut_power();
  void turn();
  void poke();
  void hint();
  void make_ports_fail();
  void perhaps_die();
  void stop_faults(std::optional<std::size_t> but_for);
  void repair_by_drift();
  void check_quiet(moment time);

  // network.cpp: calls on their way.
  void send(std::uint64_t call_id, const std::string& endpoint, call_type type, http_request request) override;
  void flush() override { unflushed_ = false; }
  void dispatch(std::uint64_t number);
  void depart(std::uint64_t number);
  void land(std::uint64_t number);
  void ended(std::uint64_t number);
  void hand_over(const carriage& c, exchange end);
  void acknowledge(const carriage& c);
  void fetch_token(std::size_t endpoint);
  void token_replied(std::uint64_t number);
  void fail_waiting(std::size_t endpoint, const exchange& why);
  [[nodiscard]] std::size_t endpoint_named(const std::string& name) const;
  [[nodiscard]] std::size_t endpoint_of(std::size_t plan) const;  // as configured
  void count_fate(const fate& f, bool refused, call_type type);

  // checks.cpp: what must hold, always; checks_at_end.cpp: what must come about.
  void check_slot(const message& said, std::size_t endpoint);
  void check_call(std::uint64_t call_id, const message& said);
  void check_trigger(const message& said);
  void check_commit(const state_changes& changes);
  void check_folded();
  void check_marks(inhabitant& plan, const plan_tables& tables);
  void check_rejected();
  void check_rest();
  void check_platform();
  [[nodiscard]] bool converged();
  [[nodiscard]] bool delivered(const plan_state& plan);
  [[nodiscard]] bool delivered_but_for(std::optional<std::size_t> endpoint);
  [[nodiscard]] bool is_excused(std::size_t plan, ordinal o) const;
  void say(const std::string& what) const;
  [[nodiscard]] std::string shown(const message& said) const;

  world_wish wish_;
  bool aloud_ = false;
  bool unflushed_ = false;      // calls of this turn that were not told that they may leave
  moment clock_{0};             // steady
  milliseconds wall_ahead_{0};  // of the wall clock, beyond what went by
  moment stalled_until_{0};     // the daemon gets no time
  moment trouble_until_{0};
  agenda agenda_;
  std::vector<deed> deeds_;

  memory_journal journal_;
  memory_state state_;
  watched_events log_;
  platform platform_;
  std::vector<inhabitant> plans_;
  std::vector<source_table> tables_;
  std::map<table_date, std::int64_t> ends_unstored_;
  std::vector<weather> weather_;  // of each endpoint
  loop_settings settings_;
  std::vector<bool> paused_;  // endpoints
  // Endpoints, and plans by endpoint, of which the loop has said so since it last began to ask.
  std::set<std::string> verified_;
  std::set<std::string> unlisted_;
  std::map<std::string, std::set<std::string>> unverified_;

  std::unique_ptr<partmark::loop> loop_;
  std::uint64_t run_ = 0;
  int boot_ = 1;
  std::optional<moment> wake_;
  std::vector<sender> senders_;        // of each endpoint
  std::vector<carriage> carriages_;    // all that ever were
  std::vector<std::uint64_t> flying_;  // those of the present run that have not ended
  dice jitter_;
  dice ports_;
  int port_trouble_percent_ = 0;
  int crash_permille_ = 0;
  bool disk_full_ = false;
  bool quiet_ = false;
  bool serene_ = false;  // nothing ever goes wrong: then nothing is said twice
  bool changed_by_hand_ = false;
  moment busy_since_{0};
  std::uint64_t turns_since_ = 0;
  world_story story_;
};

}  // namespace partmark::testing
