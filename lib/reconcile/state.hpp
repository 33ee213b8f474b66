// Port: what the daemon keeps across runs, and the one way to change it: a batch of changes that is stored whole or not at all.
// The SQLite adapter is lib/state; the simulation has its own. One thread: the loop's.
#pragma once

#include "core/ledger.hpp"
#include "core/schedule.hpp"
#include "core/trigger_queue.hpp"
#include "core/verdict.hpp"
#include "reconcile/journal.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace partmark {

// A plan as stored. `id` is the loop's, dense from 0, and never reused.
struct plan_row {
  plan_id id = 0;
  std::string uuid;
  plan_shape shape;
  std::string run_type;                      // of the latest record; empty: it had none
  std::optional<system_time> pending_since;  // since when something has been waiting without a break
  std::optional<std::int64_t> refold_next;   // a refold is under way: rows with seq > this and <= refold_until are still to be read
  std::int64_t refold_until = 0;
  std::uint32_t attempts = 0;  // calls ended so far
  std::string endpoint;        // the name of the one that was told what is not pending; empty: unknown, an older version stored it

  friend bool operator==(const plan_row&, const plan_row&) = default;
};

// A plan's row, new or to replace the one with its id.
struct plan_change : plan_row {
  plan_change() = default;
  plan_change(plan_row row, bool only_progress = false) : plan_row(std::move(row)), progress_only(only_progress) {}

  // A hint to the store: nothing that counts but pending_since and attempts is other than in the last change of this plan
  // (refold_until counts during a refold).
  bool progress_only = false;
};

// What the remote said no to.
struct hold_row {
  hold_id id = 0;
  plan_id plan = 0;
  unsigned http_status = 0;
  std::string code;
  std::string message;
  std::string trace_id;
  system_time since;  // of the first refusal
  system_time next_try;
  unsigned tries = 0;  // re-probes that were refused
};

struct rejected_row {
  std::int64_t seq = 0;
  std::string table;  // "plan_completion" or "table_completion"
  std::string plan;   // as far as it could be read, made printable; the table name for table_completion
  std::string reason;
  system_time at;
};

// Committed before the first byte of a call is sent; gone when the call has ended. One a plan.
struct intent_row {
  plan_id plan = 0;
  std::uint64_t call_id = 0;
  call claims;
  system_time at;
};

// One ended call, for `explain`; a store keeps the latest `attempts_kept` a plan.
struct attempt_row {
  plan_id plan = 0;
  std::uint32_t number = 0;  // of the plan's ended calls, from 0
  std::uint64_t call_id = 0;
  call_kind kind = call_kind::update;
  std::vector<claim> claims;  // at most the first `attempt_claims_kept`
  std::int64_t partitions = 0;
  system_time sent_at;
  milliseconds took{0};
  verdict ended;
};

// One (table, date) of the second API that the remote has still to be told of; the row of one in flight is its intent.
struct trigger_row {
  std::string table;
  ordinal date = 0;                    // a DAY
  std::optional<trigger_entry> entry;  // absent: the row goes away
  unsigned http_status = 0;            // of the refusal, from here on; meaningful while held
  std::string code;
  std::string message;
  std::string trace_id;
  system_time since{};                  // waiting: of the completion; held: of the first refusal
  std::optional<system_time> next_try;  // held: absent when a person is to decide
  unsigned tries = 0;
};

inline constexpr unsigned attempts_kept = 16;
inline constexpr std::size_t attempt_claims_kept = 32;

// Plans of which nothing is stored yet, as they are at the moment: there may be a million, so that neither their rows nor their runs are in
// the batch that makes them.
class unstored_plans {
 public:
  virtual ~unstored_plans() = default;

  [[nodiscard]] virtual std::string_view uuid(plan_id plan) const = 0;
  [[nodiscard]] virtual plan_row row(plan_id plan) const = 0;
  [[nodiscard]] virtual const ledger& book(plan_id plan) const = 0;  // its marks, and what is pending
};

template <class V>
struct plan_run_change {
  plan_id plan = 0;
  run_change<V> change;
};

// Everything that one turn of the loop changes. Stored in one transaction, in the order of the members, each vector in its order.
struct state_changes {
  std::vector<plan_change> plans;
  std::vector<plan_id> new_plans;  // ascending; stored as `unstored` has them then
  std::vector<plan_run_change<mark>> marks;
  std::vector<plan_run_change<mark>> pending;
  std::vector<plan_run_change<limbo_entry>> limbo;  // settled_at is not stored
  std::vector<plan_run_change<hold_id>> held;
  std::vector<hold_row> holds;  // new, or replacing the row with the same id
  std::vector<hold_id> holds_ended;
  std::vector<std::string> rejects_forgotten;  // of these plans, before a refold
  std::vector<rejected_row> rejected;
  std::vector<plan_id> intents_ended;  // before `intents`: a plan may end one call and open the next in one turn
  std::vector<intent_row> intents;
  std::vector<attempt_row> attempts;
  std::vector<trigger_row> triggers;                 // keyed by (table, date)
  std::vector<std::pair<std::string, bool>> paused;  // endpoint name, paused or not
  std::optional<journal_position> position;
  std::optional<std::string> boot_id;  // durable with it
  std::optional<system_time> drift_checked_at;
  const unstored_plans* unstored = nullptr;  // the loop's; there where there are new_plans
  std::int64_t new_rows = 0;                 // about how many runs the ledgers of new_plans have
  bool durable = false;                      // no power cut may take this batch once it is stored, nor those before it

  [[nodiscard]] bool empty() const;
  void clear();
  // Leaves of each row only its last change, rows in order: what many records did to the same rows is then written once.
  void coalesce();
  // About how much memory it takes until it is stored.
  [[nodiscard]] std::size_t bytes() const;
};

// Takes what there may be millions of, so that it is nowhere twice.
class stored_rows {
 public:
  virtual ~stored_rows() = default;

  virtual void plan(const plan_row& row) = 0;  // ascending id, no gaps; all plans before their runs
  virtual void marked(plan_id plan, range at, mark m) = 0;
  virtual void pending(plan_id plan, range at) = 0;
};

// Everything stored, as a new run needs it; plans, marks and pending are empty where a stored_rows took them.
struct stored_state {
  std::vector<plan_row> plans;  // ascending id, no gaps
  std::vector<plan_run_change<mark>> marks;
  std::vector<plan_run_change<mark>> pending;
  std::vector<plan_run_change<limbo_entry>> limbo;
  std::vector<plan_run_change<hold_id>> held;
  std::vector<hold_row> holds;
  std::vector<intent_row> intents;
  std::vector<trigger_row> triggers;
  std::vector<std::string> paused;
  journal_position position;
  std::string boot_id;                          // of the machine's boot in which the state was last written; empty: never
  std::optional<system_time> drift_checked_at;  // when the regular drift checks last began, or were switched on
  std::uint64_t last_call_id = 0;
  std::int64_t rejected_rows = 0;
};

class state {
 public:
  virtual ~state() = default;

  // All or nothing, and visible to every later reader of the file. busy, no_space, io: nothing was changed, the same batch can be given
  // again.
  virtual result<void> commit(const state_changes& changes) = 0;
};

}  // namespace partmark
