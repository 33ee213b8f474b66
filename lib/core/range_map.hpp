// Sorted, disjoint, maximal runs of equal value over ordinals: the shape of a mark map, of a pending set, of limbo and of held.
// Every change is also reported as row changes, so that a store with one row per run follows along (DESIGN §2). Pure; one thread.
#pragma once

#include "core/calendar.hpp"
#include "core/run_list.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstddef>
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

// Appends a change, written where it stays: a copy of what was just put together piece by piece waits for the pieces, and a record makes
// four.
template <class V>
void append_change(run_changes<V>& to, range at, const V& value, bool added) {
  run_change<V>& change = to.emplace_back();
  change.at.first = at.first;
  change.at.last = at.last;
  change.value = value;
  change.added = added;
}

// `block_max` is for tests, which want many blocks of few runs.
template <class V, std::size_t block_max = 256>
class range_map {
  using list = run_list<V, block_max>;
  using run = typename list::run;
  using position = typename list::position;

 public:
  // Gives every partition of `r` the value `v`. O(log runs + runs replaced). Reports nothing when nothing changed.
  void assign(range r, const V& v, run_changes<V>& out) {
    assert(r.first <= r.last);
    if (grows(r, v)) {
      const range old = grow(r);
      append_change(out, old, v, false);
      append_change(out, {old.first, r.last}, v, true);
      return;
    }
    position from = runs_.find(r.first - 1);
    replacement with;
    run grown{r, v};
    position at = from;
    std::size_t count = 0;
    if (!runs_.is_end(at) && runs_.range_at(at).last < r.first) {
      const run left = runs_.at(at);
      at = runs_.next(at);
      if (left.value == v) {
        grown.at.first = left.at.first;
        take(left, out);
        ++count;
      } else {
        from = at;
      }
    }
    run rest;  // of the last run that `r` cuts, beyond `r`
    bool has_rest = false;
    for (; !runs_.is_end(at) && runs_.range_at(at).first <= r.last + 1; at = runs_.next(at), ++count) {
      const run old = runs_.at(at);
      if (old.value == v) {
        if (old.at.first <= r.first && old.at.last >= r.last) return;
        grown.at = {std::min(grown.at.first, old.at.first), std::max(grown.at.last, old.at.last)};
      } else if (old.at.first > r.last) {
        break;  // a neighbour of another value
      } else {
        if (old.at.first < r.first) with.add({{old.at.first, r.first - 1}, old.value});
        has_rest = old.at.last > r.last;
        if (has_rest) rest = {{r.last + 1, old.at.last}, old.value};
      }
      take(old, out);
    }
    with.add(grown);
    if (has_rest) with.add(rest);
    put(from, count, with, out);
  }

  // What nearly every record does: whether giving `r` the value `v` only makes the last run longer.
  [[nodiscard]] bool grows(range r, const V& v) const {
    const auto* const last = runs_.tail();
    return last != nullptr && r.first == last->last() + 1 && last->value() == v;
  }
  // Then this does it, reports nothing, and answers that run as it was.
  range grow(range r) { return runs_.extend_tail(r.last); }

  // Takes the partitions of `r` out. O(log runs + runs replaced).
  void erase(range r, run_changes<V>& out) {
    assert(r.first <= r.last);
    if (runs_.empty()) return;
    const position from = runs_.find(r.first);
    replacement with;
    std::size_t count = 0;
    for (position at = from; !runs_.is_end(at) && runs_.range_at(at).first <= r.last; at = runs_.next(at), ++count) {
      const run old = runs_.at(at);
      if (old.at.first < r.first) with.add({{old.at.first, r.first - 1}, old.value});
      if (old.at.last > r.last) with.add({{r.last + 1, old.at.last}, old.value});
      take(old, out);
    }
    if (count > 0) put(from, count, with, out);
  }

  void clear(run_changes<V>& out) {
    for (position at = runs_.begin(); !runs_.is_end(at); at = runs_.next(at)) take(runs_.at(at), out);
    runs_.clear();
  }

  // f(range, value) for each run's part within `r`, ascending.
  template <class F>
  void visit(range r, F f) const {
    for (position at = runs_.find(r.first); !runs_.is_end(at) && runs_.range_at(at).first <= r.last; at = runs_.next(at)) {
      const run found = runs_.at(at);
      f(range{std::max(found.at.first, r.first), std::min(found.at.last, r.last)}, found.value);
    }
  }

  // f(range, value) for each run, ascending; stops early when f answers false.
  template <class F>
  void visit_while(F f) const {
    for (position at = runs_.begin(); !runs_.is_end(at); at = runs_.next(at))
      if (!f(runs_.range_at(at), runs_.value_at(at))) return;
  }

  template <class F>
  void visit_all(F f) const {
    for (position at = runs_.begin(); !runs_.is_end(at); at = runs_.next(at)) f(runs_.range_at(at), runs_.value_at(at));
  }

  [[nodiscard]] const V* find(ordinal o) const {
    const position at = runs_.find(o);
    return !runs_.is_end(at) && runs_.range_at(at).first <= o ? &runs_.value_at(at) : nullptr;
  }

  [[nodiscard]] bool intersects(range r) const {
    const position at = runs_.find(r.first);
    return !runs_.is_end(at) && runs_.range_at(at).first <= r.last;
  }

  // From the first partition to the last.
  [[nodiscard]] std::optional<range> extent() const {
    if (runs_.empty()) return std::nullopt;
    return range{runs_.range_at(runs_.begin()).first, runs_.tail()->last()};
  }

  // Asks for the memory that the next assign() probably changes.
  void fetch() const { runs_.fetch_tail(); }

  [[nodiscard]] bool empty() const { return runs_.empty(); }
  [[nodiscard]] std::size_t runs() const { return runs_.size(); }
  // O(runs).
  [[nodiscard]] std::int64_t partitions() const {
    std::int64_t all = 0;
    visit_all([&](range at, const V&) { all += at.size(); });
    return all;
  }

 private:
  // What comes in the place of some runs: at most what is left of the first, the new one, what is left of the last.
  struct replacement {
    std::array<run, 3> runs;
    std::size_t size = 0;

    void add(const run& r) { runs[size++] = r; }
  };

  void take(const run& old, run_changes<V>& out) { append_change(out, old.at, old.value, false); }

  void put(position from, std::size_t count, const replacement& with, run_changes<V>& out) {
    for (std::size_t i = 0; i < with.size; ++i) append_change(out, with.runs[i].at, with.runs[i].value, true);
    runs_.splice(from, count, with.runs.data(), with.size);
  }

  list runs_;
};

// A set of partitions: a range_map that says nothing but "in".
struct in_set {
  friend bool operator==(in_set, in_set) = default;
};
using range_set = range_map<in_set>;

}  // namespace partmark
