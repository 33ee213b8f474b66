// What state_reader answers: plain values for the command line's pages and JSON. Times are the daemon's system clock.
#pragma once

#include "reconcile/state.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace partmark {

// Health at a glance (DESIGN §4.2, `status --json`).
struct state_summary {
  journal_position position;
  std::int64_t plans = 0;
  std::int64_t held_plans = 0;          // plans with at least one held partition
  std::int64_t pending_partitions = 0;  // pending, under way, owed again; without held ones; a full refresh counts 1
  std::optional<system_time> oldest_pending_since;
  std::int64_t rejected = 0;
  std::int64_t pending_triggers = 0;  // (table, date) pairs that the platform has still to be told of
  std::int64_t held_triggers = 0;
  std::int64_t open_calls = 0;  // with the daemon down: calls whose end it did not live to see
  std::vector<std::string> paused;
};

// What the journal's records are still needed for.
struct fold_progress {
  journal_position position;
  std::vector<std::string> refolding;  // plans whose records are being read again, by uuid
};

struct plan_overview {
  plan_row plan;
  std::int64_t success = 0;  // partitions by mark
  std::int64_t failed = 0;
  std::int64_t cleared = 0;
  std::int64_t pending = 0;  // as in state_summary
  std::int64_t held = 0;
  std::optional<claim> last;  // the latest run of marks; nullopt: none
};

enum class pending_why : std::uint8_t {
  waiting,      // to be sent
  in_flight,    // part of the open call
  reassertion,  // accepted since, but a lost call may still land: sent once more when that is over
};

struct pending_part {
  claim said;
  pending_why why = pending_why::waiting;
};

struct held_part {
  range at;
  hold_id hold = 0;
};

struct limbo_part {
  range at;
  mark_bits may_land = 0;
};

struct plan_detail {
  plan_overview overview;
  std::vector<claim> marks;  // runs, ascending; so are the others
  std::vector<pending_part> pending;
  std::vector<held_part> held;
  std::vector<hold_row> holds;
  std::vector<limbo_part> limbo;
  std::optional<intent_row> open_call;
  std::vector<attempt_row> attempts;  // latest first
};

// One plan's share of `pending`.
struct pending_plan {
  plan_row plan;
  std::vector<pending_part> parts;
};

// A plan whose latest call was not accepted, while something waits: what the remote said last.
struct unanswered_plan {
  std::string uuid;
  attempt_row last;  // without its claims
};

// One hold of `held`, with what is held under it.
struct held_entry {
  plan_row plan;
  hold_row hold;
  std::vector<claim> parts;  // with the mark that was refused
};

}  // namespace partmark
