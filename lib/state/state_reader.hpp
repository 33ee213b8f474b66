// Reads state.db for the command line, while the daemon runs and when it is down, also as a user who may only read the file (its group).
// Owned by a command; one thread; may wait for some seconds where the daemon holds the file for itself. Never writes.
#pragma once

#include "core/result.hpp"
#include "sqlite/connection.hpp"
#include "state/state_views.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace partmark {

class state_reader {
 public:
  // not_found: there is no state yet (the daemon never ran). exists: some other database. newer_version, invalid (the daemon has still to
  // bring it up to date), corrupt, permission, busy, io.
  // `patience`: how long to wait for a daemon that holds the file for itself.
  [[nodiscard]] static result<state_reader> open(const std::string& path, milliseconds patience = milliseconds(5000));

  // Each answer is of one moment. Errors of all: corrupt, busy, io.
  [[nodiscard]] result<state_summary> summary();
  [[nodiscard]] result<std::vector<plan_overview>> plans();  // by uuid
  // not_found: no record ever named this plan.
  [[nodiscard]] result<plan_detail> plan(std::string_view uuid);
  [[nodiscard]] result<std::vector<pending_plan>> pending();   // those that wait longest first
  [[nodiscard]] result<std::vector<held_entry>> held();        // those held longest first
  [[nodiscard]] result<std::vector<rejected_row>> rejected();  // by table and seq
  // The latest first, as many as `count` after the first `skip`.
  [[nodiscard]] result<std::vector<rejected_row>> latest_rejected(std::int64_t skip, std::int64_t count);
  // The ended calls of a plan that are kept, the latest first; empty for an unknown plan.
  [[nodiscard]] result<std::vector<attempt_row>> attempts(plan_id plan);
  [[nodiscard]] result<std::vector<unanswered_plan>> unanswered();  // the latest call first
  [[nodiscard]] result<std::vector<trigger_row>> triggers();        // pending and held, by table and date
  [[nodiscard]] result<std::vector<std::string>> paused();          // endpoints, by name

  // How far the journal was folded, and what is being folded anew.
  [[nodiscard]] result<fold_progress> progress();
  // Makes what was read so far survive a power cut: before records that it rests upon are pruned from the journal.
  result<void> make_durable() { return file_.sync_wal(); }

  // All of it, as the daemon takes it over at its start: to see what it would do.
  [[nodiscard]] result<stored_state> load();

  // What contradicts what in the file, in sentences, at most `problems_max`; empty: nothing. Reads everything.
  [[nodiscard]] result<std::vector<std::string>> check();
  static constexpr std::size_t problems_max = 100;

 private:
  explicit state_reader(sqlite::connection file) : file_(std::move(file)) {}

  template <class F>
  auto at_one_moment(F f) -> decltype(f());

  sqlite::connection file_;
};

}  // namespace partmark
