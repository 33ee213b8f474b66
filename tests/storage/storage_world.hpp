// One machine with a disk that can fail: the real journal, state store, loop and request code on SQLite's own file formats, with jobs that
// write, a platform behind a bad network and a person. All of it follows from the seed, but for the uuid of the journal. While it runs, no
// call may claim anything but the journal's latest word; in the end the platform must hold what the journal says (DESIGN §6). One thread.
#pragma once

#include "disk.hpp"
#include "journal/sqlite_journal.hpp"
#include "reconcile/loop.hpp"
#include "sqlite/connection.hpp"
#include "state/sqlite_state.hpp"
#include "support/recording_events.hpp"
#include "support/told.hpp"
#include "unit/sqlite/temporary_folder.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace partmark::testing {

inline constexpr std::array<const char*, 4> plan_names = {"daily", "orders", "clicks", "whole"};

using moment = std::chrono::microseconds;  // since the world began

class storage_world final : private remote {
 public:
  explicit storage_world(std::uint64_t seed);
  ~storage_world();

  partmark::testing::disk disk;
  recording_events log;
  std::vector<std::string> stops;  // why the daemon ended by itself or did not start
  struct story {
    std::size_t calls = 0;
    std::size_t cuts = 0;
    std::size_t kills = 0;
    std::size_t starts = 0;
    std::size_t rebuilds = 0;
    std::size_t records = 0;
    std::size_t late = 0;
    std::size_t records_lost = 0;  // committed without a sync, and not folded
    std::size_t turns = 0;
  };
  [[nodiscard]] const story& told_story() const { return story_; }
  [[nodiscard]] const std::string& journal_path() const { return journal_path_; }
  [[nodiscard]] const std::string& state_path() const { return state_path_; }
  [[nodiscard]] bool running() const { return loop_ != nullptr; }
  // Whether records are unread, or marks unaccepted, but for what is held.
  [[nodiscard]] bool owes() const { return !loop_->settled() || !has_read_all(); }
  [[nodiscard]] bool has_read_all() const { return loop_->summary().position.plans.folded_seq >= last_seq_; }
  void tell(bool aloud) { aloud_ = aloud; }

  // What happens: jobs record and a person commands so often, spread over `time`.
  void busy(moment time, std::size_t records, std::size_t commands);
  void write_record();
  void close_jobs() { job_.reset(); }
  // As the service manager would: makes the journal, opens everything. Answers whether it runs.
  bool start();
  void stop_cleanly();
  // `partmark state rebuild`, while the daemon is stopped. False: it was cut off.
  bool rebuild();
  // From the disk being dead to the next boot, or the next start of the process.
  void cut_power();
  void kill();
  // Nothing goes wrong any more: runs until nothing is owed, then checks the whole.
  void heal_and_check();

 private:
  struct record {
    std::string plan;
    std::string first;
    std::string last;
    mark said;
    std::int64_t seq;
  };
  struct flying {
    told said;
    bool lands;
  };

  [[nodiscard]] now t() const;
  void after(moment delay, std::function<void()> what) { events_.emplace(clock_ + delay, std::move(what)); }
  void pass_until(moment end, const std::function<bool()>& enough);
  void turn();
  void poke();
  void send(std::uint64_t call_id, const std::string& endpoint, call_type type, http_request request) override;
  void land(const told& said);
  void end_call(std::uint64_t call_id, std::uint64_t run, call_answer answer);
  void drop_daemon();
  void person_acts();
  void read_truth();
  void check_call(const told& said);
  void check_platform();
  void check_marks();
  void say(const std::string& what) const;
  int between(int least, int most) { return least + static_cast<int>(chance_() % static_cast<std::uint64_t>(most - least + 1)); }
  bool chance(int percent) { return between(1, 100) <= percent; }
  moment time(moment least, moment most) { return moment(least.count() + between(0, static_cast<int>((most - least).count()))); }

  std::mt19937_64 chance_;
  temporary_folder folder_;
  std::string journal_path_;
  std::string state_path_;
  loop_settings settings_;
  moment clock_{0};
  std::multimap<moment, std::function<void()>> events_;
  std::optional<moment> wake_;
  bool aloud_ = false;
  bool rough_ = true;

  bool jobs_are_durable_;  // synchronous FULL; otherwise NORMAL: a cut may take what was committed last
  std::optional<sqlite::connection> job_;
  bool in_doubt_ = false;  // a job's commit failed: it may be there
  std::map<std::string, std::map<ordinal, mark>> truth_;
  std::int64_t last_seq_ = 0;     // of the truth
  std::int64_t durable_seq_ = 0;  // committed with a sync
  std::int64_t spoken_seq_ = 0;   // the journal's end when the latest call was built

  std::unique_ptr<sqlite_state> state_;
  std::unique_ptr<sqlite_journal> journal_;
  std::unique_ptr<partmark::loop> loop_;
  std::uint64_t run_ = 0;
  int boot_ = 1;
  std::map<std::uint64_t, flying> flying_;
  std::map<std::string, std::map<ordinal, mark>> platform_;
  std::set<std::pair<std::string, ordinal>> poison_;
  story story_;
};

}  // namespace partmark::testing
