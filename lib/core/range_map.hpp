// Sorted, disjoint, maximal runs of equal value over ordinals: the shape of a mark map, of a pending set, of limbo and of held.
// Every change is also reported as row changes, so that a store with one row per run follows along (DESIGN §2). Pure; one thread.
#pragma once

#include "core/calendar.hpp"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <iterator>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace partmark {

// One row of a store that mirrors a range_map, keyed by `at.first`. Changes are applied in order; a later one for the same key wins.
template <class V>
struct run_change {
  range at;
  V value{};
  bool added = false;  // false: the row at.first goes away

  friend bool operator==(const run_change&, const run_change&) = default;
};

template <class V>
using run_changes = std::vector<run_change<V>>;

template <class V>
class range_map {
  struct tail {
    ordinal last;
    V value;
  };
  using tree = std::map<ordinal, tail>;

 public:
  // Gives every partition of `r` the value `v`. O(log runs + runs replaced). Reports nothing when nothing changed.
  void assign(range r, const V& v, run_changes<V>& out) {
    assert(r.first <= r.last);
    if (const auto at = first_touching(r.first);
        at != runs_.end() && at->first <= r.first && at->second.last >= r.last && at->second.value == v)
      return;
    auto it = first_touching(r.first - 1);
    range grown = r;
    while (it != runs_.end() && it->first <= r.last + 1) {
      const range at{it->first, it->second.last};
      if (it->second.value == v) {
        grown = {std::min(grown.first, at.first), std::max(grown.last, at.last)};
        it = drop(it, out);
      } else if (at.last < r.first || at.first > r.last) {
        ++it;  // a neighbour of another value
      } else {
        it = cut(it, r, out);
      }
    }
    put(grown, v, out);
  }

  // Takes the partitions of `r` out. O(log runs + runs replaced).
  void erase(range r, run_changes<V>& out) {
    assert(r.first <= r.last);
    auto it = first_touching(r.first);
    while (it != runs_.end() && it->first <= r.last) it = cut(it, r, out);
  }

  void clear(run_changes<V>& out) {
    for (auto it = runs_.begin(); it != runs_.end();) it = drop(it, out);
  }

  // f(range, value) for each run's part within `r`, ascending.
  template <class F>
  void visit(range r, F f) const {
    for (auto it = first_touching(r.first); it != runs_.end() && it->first <= r.last; ++it)
      f(range{std::max(it->first, r.first), std::min(it->second.last, r.last)}, it->second.value);
  }

  // f(range, value) for each run, ascending; stops early when f answers false.
  template <class F>
  void visit_while(F f) const {
    for (const auto& [first, t] : runs_)
      if (!f(range{first, t.last}, t.value)) return;
  }

  template <class F>
  void visit_all(F f) const {
    for (const auto& [first, t] : runs_) f(range{first, t.last}, t.value);
  }

  [[nodiscard]] const V* find(ordinal o) const {
    const auto it = first_touching(o);
    return it != runs_.end() && it->first <= o ? &it->second.value : nullptr;
  }

  [[nodiscard]] bool intersects(range r) const {
    const auto it = first_touching(r.first);
    return it != runs_.end() && it->first <= r.last;
  }

  // From the first partition to the last.
  [[nodiscard]] std::optional<range> extent() const {
    if (runs_.empty()) return std::nullopt;
    return range{runs_.begin()->first, std::prev(runs_.end())->second.last};
  }
  [[nodiscard]] bool empty() const { return runs_.empty(); }
  [[nodiscard]] std::size_t runs() const { return runs_.size(); }
  [[nodiscard]] std::int64_t partitions() const { return partitions_; }

 private:
  using iterator = typename tree::iterator;
  using const_iterator = typename tree::const_iterator;

  // The first run whose last partition is `o` or later.
  [[nodiscard]] const_iterator first_touching(ordinal o) const {
    auto it = runs_.upper_bound(o);
    if (it != runs_.begin() && std::prev(it)->second.last >= o) --it;
    return it;
  }
  [[nodiscard]] iterator first_touching(ordinal o) {
    auto it = runs_.upper_bound(o);
    if (it != runs_.begin() && std::prev(it)->second.last >= o) --it;
    return it;
  }

  void put(range r, const V& v, run_changes<V>& out) {
    runs_.emplace(r.first, tail{r.last, v});
    partitions_ += r.size();
    out.push_back({r, v, true});
  }

  iterator drop(iterator it, run_changes<V>& out) {
    const range at{it->first, it->second.last};
    partitions_ -= at.size();
    out.push_back({at, it->second.value, false});
    return runs_.erase(it);
  }

  // Takes `hole` out of the run at `it`; answers the first run after the hole that was not part of it.
  iterator cut(iterator it, range hole, run_changes<V>& out) {
    const range at{it->first, it->second.last};
    const V value = it->second.value;
    auto next = drop(it, out);
    if (at.first < hole.first) put({at.first, hole.first - 1}, value, out);
    if (at.last > hole.last) put({hole.last + 1, at.last}, value, out);
    return next;
  }

  tree runs_;
  std::int64_t partitions_ = 0;
};

// A set of partitions: a range_map that says nothing but "in".
struct in_set {
  friend bool operator==(in_set, in_set) = default;
};
using range_set = range_map<in_set>;

}  // namespace partmark
