// Every plan the loop knows, with its ledger and the little that delivery keeps beside it. One thread: the loop's.
#pragma once

#include "core/isolation.hpp"
#include "core/ledger.hpp"
#include "reconcile/settings.hpp"
#include "reconcile/state.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
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
  bool inside = false;  // a call of the plan's isolation, not an ordinary one
  std::optional<hold_id> reprobe_of;
};

struct plan_state {
  plan_state(plan_row its_row, std::size_t its_endpoint) : row(std::move(its_row)), book(row.shape), endpoint(its_endpoint) {}

  plan_row row;
  ledger book;
  std::size_t endpoint;  // index into the loop's endpoints
  std::string configured_run_type;
  std::optional<plan_shape> refold_to;  // to be folded anew with this shape, once no call is under way

  std::optional<flight> under_way;
  std::optional<steady_time> lingering_since;  // the first completion since the last call was built
  std::optional<steady_time> waiting_since;    // the first completion that the call under way, or the one to be repeated, has to tell
  unsigned failures = 0;                       // calls in a row that did not get through: the backoff's exponent
  unsigned rejections = 0;                     // in a row, before looking inside
  bool lost_at_once = false;                   // the last call died with a kept-alive connection and was retried at once
  isolation inside;
  std::map<hold_id, hold_row> holds;  // of held partitions, and of those just being re-probed
  std::map<hold_id, steady_time> reprobe_at;
  bool row_changed = false;  // since it was last given to the state
  bool owes = false;         // counted in plan_table::owing
  bool holding = false;      // counted in plan_table::holding

  [[nodiscard]] const std::string& run_type() const { return row.run_type.empty() ? configured_run_type : row.run_type; }
  [[nodiscard]] bool refolding() const { return row.refold_next.has_value(); }
};

class plan_table {
 public:
  [[nodiscard]] plan_state* find(std::string_view uuid);
  [[nodiscard]] const plan_state* find(std::string_view uuid) const { return const_cast<plan_table*>(this)->find(uuid); }
  [[nodiscard]] plan_state& at(plan_id id) { return plans_[id]; }
  [[nodiscard]] const plan_state& at(plan_id id) const { return plans_[id]; }

  // A plan not seen before; its id is the next one.
  plan_state& add(std::string_view uuid, plan_shape shape, std::size_t endpoint);
  plan_state& restore(plan_row row, std::size_t endpoint);

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

  std::deque<plan_state> plans_;  // stable addresses
  std::vector<slot> slots_;       // a power of two, or empty; at most two thirds are taken
};

// Adds a ledger's row changes to a batch under their plan, and empties them.
void append(state_changes& batch, plan_id plan, ledger_changes& changes);

}  // namespace partmark
