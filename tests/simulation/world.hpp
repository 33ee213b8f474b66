// One simulated world: jobs that write a journal, the real loop with its ports, crashes, a platform behind bad networks, a person. All of
// it follows from the seed. While it runs, every port and every call is checked; once the faults stop, the platform must come to hold what
// the journal says, and then hear nothing more (DESIGN §6). One thread.
#pragma once

#include "dice.hpp"
#include "fate.hpp"
#include "oracle.hpp"
#include "platform.hpp"
#include "reconcile/loop.hpp"
#include "support/memory_journal.hpp"
#include "support/memory_state.hpp"
#include "support/recording_events.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace partmark::testing {

using moment = std::chrono::microseconds;  // since the world began

// What a world went through, for people and for the test that all of it happens.
struct world_story {
  std::size_t turns = 0;
  std::size_t calls = 0;
  std::size_t triggers = 0;
  std::size_t refused = 0;
  std::size_t late = 0;  // landed after their end
  std::size_t crashes = 0;
  std::size_t power_cuts = 0;
  std::size_t rows = 0;
  std::size_t commits_failed = 0;
  std::size_t held_at_end = 0;
  std::size_t refolds = 0;
};

class world final : private remote {
 public:
  explicit world(std::uint64_t seed);
  // contract_broken when something is not as it must be.
  void live();

  [[nodiscard]] const world_story& story() const { return story_; }
  [[nodiscard]] const recording_events& log() const { return log_; }
  void tell(bool aloud) { aloud_ = aloud; }

 private:
  struct inhabitant {  // a plan
    std::string uuid;
    plan_shape truth;
    ordinal base = 0;
    std::int64_t partitions = 1;
    plan_oracle journal;
  };
  struct source_table {
    std::string name;
    std::map<std::string, last_word> journal;  // by date
  };
  struct flying_call {
    std::string of;  // a plan or a table
    std::string endpoint;
  };
  struct landing {
    std::variant<told, table_date> said;
    std::int64_t spoken = 0;
    bool after_end = false;
  };
  struct ending {
    exchange end;
    std::variant<told, table_date> said;
    std::int64_t spoken = 0;
    bool accepted = false;
  };

  // scenario.cpp: what happens, and when.
  void populate();
  void draw_settings();
  void draw_events();
  void write_rows();
  void write_table_rows();
  void append_row(inhabitant& who, plan_shape shape, range at, mark said, bool valid);
  void reload(bool corrected);
  void person_acts();
  void make_ports_fail();

  // world.cpp: time, and the daemon's life.
  [[nodiscard]] now t() const;
  void at(moment when, std::function<void()> what) { events_.emplace(when, std::move(what)); }
  void after(moment delay, std::function<void()> what) { at(clock_ + delay, std::move(what)); }
  void pass_until(moment end, const std::function<bool()>& enough);
  void start();
  void crash(bool power_cut);
  void turn();
  void poke();
  void hint();
  void send(std::uint64_t call_id, const std::string& endpoint, http_request request) override;
  void land(std::uint64_t number);
  void carry(std::uint64_t call_id, const std::string& endpoint, std::variant<told, table_date> said, bool refused, std::int64_t spoken);
  void ended(std::uint64_t call_id, std::uint64_t run, const ending& end);
  void acknowledge(const ending& end);
  void stop_faults(std::string_view but_for);
  void check_quiet(moment time);

  // checks.cpp: what must hold.
  void check_slot(const std::string& of, const std::string& endpoint);
  void check_call(std::uint64_t call_id, const told& said);
  void check_trigger(const table_date& trigger);
  void check_folded() const;
  void check_rest();
  void check_platform();
  [[nodiscard]] bool converged();
  [[nodiscard]] bool delivered(const plan_state& plan);
  [[nodiscard]] bool delivered_but_for(std::string_view endpoint);
  [[nodiscard]] bool is_excused(const inhabitant& who, ordinal o) const;
  [[nodiscard]] inhabitant& plan_named(const std::string& uuid);
  [[nodiscard]] std::string shown(const told& said) const;
  void say(const std::string& what) const;

  std::uint64_t seed_;
  dice chance_;
  bool aloud_ = false;
  moment clock_{0};
  moment trouble_until_{0};
  std::multimap<moment, std::function<void()>> events_;

  memory_journal journal_;
  memory_state state_;
  recording_events log_;
  platform platform_;
  std::vector<inhabitant> plans_;
  std::vector<source_table> tables_;
  std::map<table_date, std::int64_t> acknowledged_;  // accepted triggers, their end stored
  std::map<table_date, std::int64_t> ends_unstored_;
  std::map<std::pair<std::string, ordinal>, std::int64_t> accepted_;  // partitions, in a serene world
  std::map<std::string, weather> weather_;                            // of each endpoint
  loop_settings settings_;
  std::map<std::string, bool> paused_;

  std::unique_ptr<partmark::loop> loop_;
  std::uint64_t run_ = 0;
  int boot_ = 1;
  std::optional<moment> wake_;
  std::map<std::uint64_t, flying_call> flying_;  // of the present run, by call id
  std::map<std::uint64_t, landing> landings_;    // by number
  std::uint64_t last_landing_ = 0;
  int port_trouble_percent_ = 0;
  int crash_permille_ = 0;
  bool disk_full_ = false;
  bool quiet_ = false;
  bool serene_ = false;  // nothing ever goes wrong: then nothing is said twice
  moment busy_since_{0};
  std::size_t turns_since_ = 0;
  world_story story_;
};

}  // namespace partmark::testing
