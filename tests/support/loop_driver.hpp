// The loop on ports without I/O, with time that passes only when told. It runs turns when the loop's owner would, and no others, so that a
// loop that wakes too late, or never rests, is found out. Owned by the test; one thread.
#pragma once

#include "reconcile/loop.hpp"
#include "support/manual_remote.hpp"
#include "support/memory_journal.hpp"
#include "support/memory_state.hpp"
#include "support/recording_events.hpp"
#include "support/replies.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace partmark::testing {

// One endpoint `can`, no linger, a poll so rare that no test waits for it.
[[nodiscard]] loop_settings plain_settings();

class loop_driver {
 public:
  explicit loop_driver(loop_settings s = plain_settings()) : settings(std::move(s)) {}

  memory_journal journal;
  memory_state state;
  manual_remote remote;
  recording_events log;
  loop_settings settings;
  now t{steady_time(std::chrono::seconds(1'000)), system_time(std::chrono::seconds(1'760'000'000))};

  // A new run of the daemon, from what is stored, up to its first rest.
  void start(std::string_view boot_id = "boot-1");
  // kill -9: what was under way is gone from here.
  void kill();
  [[nodiscard]] partmark::loop& loop() { return *loop_; }

  // Runs turns until the loop rests; contract_broken when it doesn't.
  void work();
  // Lets time pass; a turn runs whenever the loop asked for one.
  void pass(milliseconds time) { pass_exactly(time); }
  void pass_exactly(std::chrono::microseconds time);
  // A hint that the journal changed.
  void hint();

  // A job's record for a DAY plan, and its hint.
  void complete(const std::string& plan, ordinal first, ordinal last, mark said = mark::success);
  void complete(const std::string& plan, ordinal day, mark said = mark::success) { complete(plan, day, day, said); }
  void complete_table(const std::string& plan, mark said = mark::success);
  void append(journal_entry e);

  // Ends the call under way, of this plan or the oldest; no turn runs.
  void end(exchange reply, std::string_view plan = {});
  void answer(exchange reply, std::string_view plan = {});  // the same, and what follows from it
  void accept(std::string_view plan = {}) { answer(accepted_reply(), plan); }
  // Accepts until nothing is under way.
  void accept_all();
  void reconfigure();  // to `settings`

  [[nodiscard]] const plan_state& plan(std::string_view uuid) const;
  [[nodiscard]] std::size_t turns() const { return turns_; }
  [[nodiscard]] std::optional<error> fatal() const { return fatal_; }
  [[nodiscard]] steady_time wake() const { return wake_.value_or(steady_time::max()); }

 private:
  void run_one();
  void move_to(steady_time at);

  std::unique_ptr<partmark::loop> loop_;
  std::optional<steady_time> wake_;
  bool again_ = false;
  std::chrono::microseconds rest_{0};  // of the system clock, which counts milliseconds
  std::optional<error> fatal_;
  std::size_t turns_ = 0;
};

// Claims, for comparing.
[[nodiscard]] std::vector<claim> claims(std::initializer_list<claim> list);

}  // namespace partmark::testing
