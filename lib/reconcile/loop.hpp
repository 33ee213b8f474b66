// The reconciliation loop: read the journal, fold, store, push, acknowledge. It decides; ports do. Whoever owns it calls run() whenever
// something happened (a journal hint, an ended call, the time it asked for) and carries out nothing but the waiting. One thread.
#pragma once

#include "reconcile/courier.hpp"
#include "reconcile/drift_rounds.hpp"
#include "reconcile/fold.hpp"
#include "reconcile/journal.hpp"
#include "reconcile/state.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace partmark {

// What one turn of the loop asks of its owner.
struct turn {
  std::optional<steady_time> wake;  // run again at this time at the latest; absent: when something happens
  bool again = false;               // there is more to do at once: run again after other work had its chance
  std::optional<error> fatal;       // stop (exit 78): the journal is not the one that was folded
};

struct loop_summary {
  journal_position position;
  std::size_t plans = 0;
  std::size_t owing_plans = 0;
  std::size_t held_plans = 0;
  std::size_t owing_tables = 0;
  std::size_t held_triggers = 0;
  std::size_t in_flight = 0;
  std::int64_t folded = 0;    // since the start of this run
  std::int64_t rejected = 0;  // since the start of this run
  bool behind = true;         // the journal was not read to its end yet
  call_counters calls;
};

class loop {
 public:
  loop(journal& source, state& store, remote& out, events& log, loop_settings settings, std::uint64_t seed);

  // Takes over what a former run stored. `boot_id` names this boot of the machine: after another one, what was pending may have been sent
  // by calls whose intent the power cut took, so every mark may still land (DESIGN §5).
  void restore(stored_state stored, std::string_view boot_id, now t);
  // Takes plans and runs before restore().
  [[nodiscard]] stored_rows& rows_to_restore() { return restoring_; }

  // The journal may have changed: an event fired. It can precede the row's visibility, so the loop looks again for two seconds, ever more
  // rarely.
  void journal_hint() { hinted_ = true; }
  // A call ended; taken up by one of the next turns, in order.
  void ended(std::uint64_t call_id, call_answer answer) { answers_.emplace_back(call_id, std::move(answer)); }

  turn run(now t);

  // New settings; what is under way goes on.
  void reconfigure(loop_settings settings, now t);
  // No new calls from here on.
  void drain() { draining_ = true; }

  // Tries what is held now: everything, one plan's or one table's. False: no such plan or table.
  bool retry_held(std::optional<std::string_view> name, now t, retry_by who = retry_by::person);
  bool resync(std::optional<std::string_view> plan, now t);
  bool refold(std::string_view plan, now t);
  bool check_drift(std::string_view plan, bool repair, now t, drift_handler done, drift_page_handler paged = {});
  bool pause(std::string_view endpoint, bool paused, now t);  // an empty name: all

  // Whether the last turn could store all that had changed.
  [[nodiscard]] bool stored() const { return unsaved_.empty(); }
  // Whether the journal was not read to its end yet.
  [[nodiscard]] bool behind() const { return behind_; }
  [[nodiscard]] bool idle() const { return courier_.in_flight() == 0 && stored(); }
  // Everything read, stored and accepted, apart from what is held.
  [[nodiscard]] bool settled() const {
    return !behind_ && plans_.owing == 0 && courier_.second_api().owing() == 0 && refolds_wanted_.empty() && idle();
  }
  [[nodiscard]] loop_summary summary() const;
  // Why the journal cannot be read now ("absent": there is none yet); empty: it can.
  [[nodiscard]] const std::string& journal_trouble() const { return journal_trouble_; }
  [[nodiscard]] bool state_writable() const { return store_failures_ == 0; }
  [[nodiscard]] const plan_table& plans() const { return plans_; }
  [[nodiscard]] const courier& calls() const { return courier_; }
  [[nodiscard]] const loop_settings& settings() const { return settings_; }

 private:
  class restoration final : public stored_rows {
   public:
    explicit restoration(plan_table& plans) : plans_(plans) {}
    // Its endpoint is an index into endpoints() until settle_endpoints().
    void plan(const plan_row& row) override;
    void marked(plan_id plan, range at, mark m) override { plans_.at(plan).book.restore_mark(at, m); }
    void pending(plan_id plan, range at) override { plans_.at(plan).book.restore_pending(at); }

    [[nodiscard]] const std::vector<std::string>& endpoints() const { return endpoints_; }

   private:
    plan_table& plans_;
    std::vector<std::string> endpoints_;  // by name, of all plans
  };

  class newcomers final : public unstored_plans {
   public:
    newcomers(const plan_table& plans, const courier& rows) : plans_(plans), rows_(rows) {}
    [[nodiscard]] std::string_view uuid(plan_id plan) const override { return plans_.at(plan).uuid(); }
    [[nodiscard]] plan_row row(plan_id plan) const override { return rows_.row_of(plans_.at(plan)); }
    [[nodiscard]] const ledger& book(plan_id plan) const override { return plans_.at(plan).book; }

   private:
    const plan_table& plans_;
    const courier& rows_;
  };

  struct stage {
    bool may_push = false;
    bool again = false;
    std::optional<error> fatal;
    std::optional<steady_time> retry;
  };

  void end_calls(now t);
  bool may_gather(const stage& s, now t);
  stage read(now t);
  stage read_slice(now t);
  bool advance(journal_cursor& cursor, const result<journal_slice>& slice, std::optional<std::int64_t> last_seq, stage& s, now t);
  void refold_slice(stage& s, now t);
  void refolded_through(std::int64_t seq, now t);
  void store_refolds(now t);
  void configure(now t);
  void want_refold(plan_state& plan, plan_shape shape, now t);
  void start_refolds(now t);
  void start_refold(plan_state& plan, now t);
  template <class F>
  bool each(std::optional<std::string_view> uuid, F f);
  void caught_up(now t);
  bool store(now t);
  fold::placement placement_of(std::string_view uuid) const;
  std::size_t endpoint_of_table(std::string_view name) const;
  void settle_endpoints();
  void place(plan_state& plan, now t);
  void check_drift_regularly(now t);
  void log_moves();
  void readable();
  void rest(now t, milliseconds max);
  void unreadable(const error& e, stage& s, now t);
  [[nodiscard]] steady_time next_wake(const stage& s, now t);

  journal& source_;
  state& store_;
  events& log_;
  loop_settings settings_;
  random_source random_;
  plan_table plans_;
  restoration restoring_{plans_};
  courier courier_;
  newcomers newcomers_{plans_, courier_};
  fold fold_;
  // Still to be taken up, and of this turn: they take turns, so that their memory is made once.
  std::vector<std::pair<std::uint64_t, call_answer>> answers_;
  std::vector<std::pair<std::uint64_t, call_answer>> ending_;
  state_changes unsaved_;
  journal_position position_;
  std::vector<plan_id> refolds_wanted_;  // not begun yet
  std::vector<plan_id> refolding_;
  bool refolds_moved_ = false;                                    // since how far they have come was stored
  std::unordered_map<std::string_view, std::size_t> configured_;  // by uuid, into settings_.plans
  std::map<std::size_t, std::int64_t> moved_;                     // plans by their new endpoint, since that was last logged
  std::string boot_id_;
  std::optional<steady_time> gathering_until_;  // slices are stored together until then
  bool commanded_ = false;                      // since the last turn
  bool behind_ = true;
  bool draining_ = false;
  bool unsynced_ = false;  // the cursor in the batch waits for the journal's sync
  drift_rounds drift_rounds_;
  bool after_reboot_ = false;  // until caught up
  bool hinted_ = false;
  std::chrono::microseconds look_gap_ = std::chrono::microseconds::max();  // before the next look; beyond its bound there is none
  steady_time next_look_{};
  unsigned store_failures_ = 0;
  std::optional<steady_time> store_retry_;
  std::optional<steady_time> busy_since_;  // of the journal
  steady_time rest_until_{};               // no look at it before
  milliseconds rest_{0};
  std::string journal_trouble_;  // what was last reported, so that it is said once
};

}  // namespace partmark
