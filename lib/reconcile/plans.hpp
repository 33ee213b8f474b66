// Every plan the loop knows, with its ledger and the little that delivery keeps beside it. One thread: the loop's.
#pragma once

#include "core/isolation.hpp"
#include "core/lazy.hpp"
#include "core/ledger.hpp"
#include "core/optional_time.hpp"
#include "core/text_arena.hpp"
#include "reconcile/settings.hpp"
#include "reconcile/state.hpp"
#include "reconcile/text_pool.hpp"

#include <boost/container/deque.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace partmark {

// A call under way.
struct flight {
  std::uint64_t call_id = 0;
  std::size_t endpoint = 0;
  now sent;
  bool inside = false;     // a call of the plan's isolation, not an ordinary one
  bool elsewhere = false;  // the plan has moved to another endpoint since, or to others and back
  std::optional<hold_id> reprobe_of;
};

// What few plans have at a time.
struct plan_affairs {
  std::optional<flight> under_way;
  std::optional<plan_shape> refold_to;      // to be folded anew with this shape, once no call is under way
  std::optional<std::int64_t> refold_next;  // as in plan_row
  std::int64_t refold_until = 0;
  isolation inside;
  std::map<hold_id, hold_row> holds;  // of held partitions, and of those just being re-probed
  std::map<hold_id, steady_time> reprobe_at;
};

// There may be a million: what not every plan has lies apart.
struct plan_state {
  plan_state(plan_id its_id, kept_text name, plan_shape shape) : kept_uuid(name), book(shape), id(its_id) {}

  kept_text kept_uuid;
  ledger book;
  lazy<plan_affairs> affairs;
  optional_time<system_time> pending_since;    // since when something has been waiting without a break
  optional_time<steady_time> lingering_since;  // the first completion since the last call was built
  optional_time<steady_time> waiting_since;    // the first completion that the call under way, or the one to be repeated, has to tell
  plan_id id;
  text_id run_type = 0;  // of the latest record; 0: it had none
  text_id configured_run_type = 0;
  unsigned failures = 0;          // calls in a row that did not get through: the backoff's exponent
  std::uint32_t attempts = 0;     // calls ended so far
  std::uint16_t endpoint = 0;     // index into the loop's endpoints
  std::uint8_t rejections = 0;    // in a row, before looking inside
  bool lost_at_once : 1 = false;  // the last call died with a kept-alive connection and was retried at once
  bool row_changed : 1 = false;   // since it was last given to the state: more of it than its progress,
  bool progressed : 1 = false;    // which is pending_since and attempts
  bool owes : 1 = false;          // counted in plan_table::owing
  bool holding : 1 = false;       // counted in plan_table::holding
  bool is_new : 1 = false;        // one of the batch's new_plans: nothing of it is stored yet

  // Asks for its memory.
  void fetch() const {
    for (std::size_t at = 0; at < sizeof *this; at += 64) __builtin_prefetch(reinterpret_cast<const char*>(this) + at, 1);
  }
  // As long as the plan's table.
  [[nodiscard]] std::string_view uuid() const { return kept_uuid.view(); }
  [[nodiscard]] std::string name() const { return std::string(uuid()); }
  [[nodiscard]] const std::optional<flight>& under_way() const { return affairs->under_way; }
  [[nodiscard]] bool refolding() const { return affairs->refold_next.has_value(); }

  // Forgets the affairs when there are none any more.
  void drop_affairs();
};

class plan_table {
 public:
  [[nodiscard]] plan_state* find(std::string_view uuid);
  // A find in steps, for who has many plans to find and other work to do while memory is on its way: whoever has the hash of a name may
  // ask for its slot to be fetched, then which plan it probably is, then for the truth.
  [[nodiscard]] static std::uint32_t hash_of(std::string_view uuid);
  void fetch_slot(std::uint32_t hash) const;
  [[nodiscard]] plan_state* guess(std::uint32_t hash);
  [[nodiscard]] plan_state* find(std::string_view uuid, std::uint32_t hash);
  [[nodiscard]] const plan_state* find(std::string_view uuid) const { return const_cast<plan_table*>(this)->find(uuid); }
  [[nodiscard]] plan_state& at(plan_id id) { return plans_[id]; }
  [[nodiscard]] const plan_state& at(plan_id id) const { return plans_[id]; }

  // A plan not seen before; its id is the next one.
  plan_state& add(std::string_view uuid, plan_shape shape);
  plan_state& restore(const plan_row& row);

  void set_run_type(plan_state& plan, std::string_view text) { set(plan.run_type, text); }
  void set_configured_run_type(plan_state& plan, std::string_view text) { set(plan.configured_run_type, text); }
  [[nodiscard]] const std::string& recorded_run_type(const plan_state& plan) const { return run_types_[plan.run_type]; }
  // The record's; where that had none, the configured one.
  [[nodiscard]] const std::string& run_type(const plan_state& plan) const {
    return run_types_[plan.run_type != 0 ? plan.run_type : plan.configured_run_type];
  }

  // The batch is stored: its new plans are new no more.
  void stored(const state_changes& batch) {
    for (const plan_id id : batch.new_plans) plans_[id].is_new = false;
  }

  // As it is stored; `endpoint` is its endpoint's name.
  [[nodiscard]] plan_row row(const plan_state& plan, std::string_view endpoint) const;

  [[nodiscard]] std::size_t size() const { return plans_.size(); }
  [[nodiscard]] auto begin() { return plans_.begin(); }
  [[nodiscard]] auto end() { return plans_.end(); }
  [[nodiscard]] auto begin() const { return plans_.begin(); }
  [[nodiscard]] auto end() const { return plans_.end(); }

  std::size_t owing = 0;    // plans with something the remote has still to accept
  std::size_t holding = 0;  // plans with held partitions

 private:
  // Every record looks its plan up: a plan's slot follows from its uuid's hash, or is the next free one behind it.
  struct slot {
    std::uint32_t hash = 0;
    plan_id plan = no_plan;
  };
  static constexpr plan_id no_plan = ~plan_id{0};

  void enter(plan_id id);
  void grow();
  void set(text_id& held, std::string_view text);

  using big_blocks = boost::container::deque_options<boost::container::block_size<256U>>::type;
  boost::container::deque<plan_state, void, big_blocks> plans_;  // stable addresses
  text_arena names_;
  text_pool run_types_;
  std::vector<slot> slots_;  // a power of two, or empty; at most two thirds are taken
};

// Adds a ledger's row changes to a batch under their plan, and empties them. Of a new plan's marks and pending the batch has the ledger.
void append(state_changes& batch, const plan_state& plan, ledger_changes& changes);

}  // namespace partmark
