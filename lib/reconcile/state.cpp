#include "reconcile/state.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <tuple>
#include <utility>

namespace partmark {
namespace {

// A row's place in a batch, ordered by row, then by time.
struct place {
  plan_id plan = 0;
  std::uint32_t at = 0;
  ordinal first = 0;

  [[nodiscard]] bool same_row(const place& other) const { return plan == other.plan && first == other.first; }
  friend bool operator<(const place& a, const place& b) { return std::tie(a.plan, a.first, a.at) < std::tie(b.plan, b.first, b.at); }
};

// Puts places, which come in the order of time, in the order of rows. Plans are counted, not compared: their ids are dense, and what a
// catch-up did is some dozens of changes of each.
void put_in_order(std::vector<place>& order) {
  const auto least_and_greatest = std::ranges::minmax_element(order, {}, &place::plan);
  const plan_id base = least_and_greatest.min->plan;
  const std::size_t ids = std::size_t{least_and_greatest.max->plan} - base + 1;
  if (ids > order.size()) return std::sort(order.begin(), order.end());
  std::vector<std::uint32_t> ends(ids + 1);
  for (const place& p : order) ++ends[p.plan - base + 1];
  for (std::size_t i = 1; i <= ids; ++i) ends[i] += ends[i - 1];
  std::vector<place> sorted(order.size());
  for (const place& p : order) sorted[ends[p.plan - base]++] = p;
  auto first = sorted.begin();
  for (std::size_t i = 0; i < ids; ++i) {
    const auto last = sorted.begin() + ends[i];
    std::sort(first, last);
    first = last;
  }
  order = std::move(sorted);
}

// Leaves of each row what `join` makes of its changes, given as places in time's order, in the order of rows. `place_of` answers a change's
// plan and ordinal.
template <class T, class Place, class Join>
void keep_last(std::vector<T>& changes, Place place_of, Join join) {
  if (changes.size() < 2) return;
  std::vector<place> order;
  order.reserve(changes.size());
  for (const T& c : changes) {
    order.push_back(place_of(c));
    order.back().at = static_cast<std::uint32_t>(order.size() - 1);
  }
  put_in_order(order);
  std::vector<T> kept;
  for (auto first = order.begin(); first != order.end();) {
    const auto next = std::find_if(first, order.end(), [&](const place& p) { return !p.same_row(*first); });
    join(kept, std::span<const place>(first, next));
    first = next;
  }
  changes = std::move(kept);
}

// Whether each row has but one change, or is taken away and put anew, and the rows are in order: mostly so.
template <class V>
bool is_coalesced(const std::vector<plan_run_change<V>>& changes) {
  for (std::size_t i = 1; i < changes.size(); ++i) {
    const auto& [before_plan, before] = changes[i - 1];
    const auto& [plan, change] = changes[i];
    if (std::pair(plan, change.at.first) < std::pair(before_plan, before.at.first)) return false;
    if (plan == before_plan && change.at.first == before.at.first && (before.added || !change.added)) return false;
  }
  return true;
}

// The first change about a row tells whether the store has it, and as what: a row that is there is taken away before it is put anew.
template <class V>
void keep_last_runs(std::vector<plan_run_change<V>>& changes) {
  if (is_coalesced(changes)) return;
  const auto row = [](const plan_run_change<V>& c) { return place{c.plan, 0, c.change.at.first}; };
  keep_last(changes, row, [&](auto& kept, std::span<const place> all) {
    if (const auto& first = changes[all.front().at]; !first.change.added) kept.push_back(first);
    if (const auto& last = changes[all.back().at]; last.change.added) kept.push_back(last);
  });
}

}  // namespace

bool state_changes::empty() const {
  return plans.empty() && new_plans.empty() && marks.empty() && pending.empty() && limbo.empty() && held.empty() && holds.empty() &&
         holds_ended.empty() && rejects_forgotten.empty() && rejected.empty() && intents_ended.empty() && intents.empty() &&
         attempts.empty() && triggers.empty() && paused.empty() && !position && !boot_id && !drift_checked_at;
}

// The short lists keep their memory for the next turn. Most turns change nothing.
void state_changes::clear() {
  durable = false;
  if (empty()) return;
  constexpr std::size_t bytes_kept = 16U << 10U;
  const auto drop = []<class T>(std::vector<T>& list) {
    list.clear();
    if (list.capacity() * sizeof(T) > bytes_kept) list.shrink_to_fit();
  };
  drop(plans);
  drop(new_plans);
  new_rows = 0;
  drop(marks);
  drop(pending);
  drop(limbo);
  drop(held);
  drop(holds);
  drop(holds_ended);
  drop(rejects_forgotten);
  drop(rejected);
  drop(intents_ended);
  drop(intents);
  drop(attempts);
  drop(triggers);
  drop(paused);
  position.reset();
  boot_id.reset();
  drift_checked_at.reset();
}

void state_changes::coalesce() {
  const auto id = [](const plan_row& row) { return place{row.id, 0, 0}; };
  const auto is_out_of_order = [](const plan_row& before, const plan_row& row) { return before.id >= row.id; };
  if (std::ranges::adjacent_find(plans, is_out_of_order) != plans.end()) {
    keep_last(plans, id, [&](auto& kept, std::span<const place> all) {
      const bool progress_only = std::ranges::all_of(all, [&](const place& p) { return plans[p.at].progress_only; });
      kept.push_back(std::move(plans[all.back().at]));
      kept.back().progress_only = progress_only;
    });
  }
  keep_last_runs(marks);
  keep_last_runs(pending);
  keep_last_runs(limbo);
  keep_last_runs(held);
}

std::size_t state_changes::bytes() const {
  constexpr std::size_t beside_plan = 320;      // measured: its name, and what storing a new one takes for a while
  constexpr std::size_t beside_rejected = 256;  // its texts
  const auto size = []<class T>(const std::vector<T>& list, std::size_t beside = 0) { return list.size() * (sizeof(T) + beside); };
  return size(plans, beside_plan) + size(marks) + size(pending) + size(limbo) + size(held) + size(rejected, beside_rejected);
}

}  // namespace partmark
