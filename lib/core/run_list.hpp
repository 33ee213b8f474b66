// Sorted, disjoint runs of partitions, each with a value: where a range_map keeps them. One run lies in place, few in one block, many in
// blocks of bounded size under a sorted list of their first partitions, so that a change in the middle of a million runs moves some
// kilobytes and the end is reached at once. It joins nothing and decides nothing. Owned by its range_map; one thread.
#pragma once

#include "core/calendar.hpp"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <variant>
#include <vector>

namespace partmark {

// `block_max`: runs a block; some kilobytes to move at worst.
template <class V, std::size_t block_max = 256>
class run_list {
 public:
  struct run {
    range at;
    V value{};
  };

  // Valid until the next change.
  struct position {
    std::uint32_t block = 0;
    std::uint32_t index = 0;
  };

  run_list() = default;
  run_list(run_list&&) noexcept = default;
  run_list& operator=(run_list&&) noexcept = default;
  run_list(const run_list& other) : runs_(other.copy()) {}
  run_list& operator=(const run_list& other) {
    runs_ = other.copy();
    return *this;
  }
  ~run_list() = default;

  [[nodiscard]] bool empty() const { return block(0).empty(); }
  [[nodiscard]] std::size_t size() const {
    std::size_t runs = 0;
    for (std::uint32_t b = 0; b < block_count(); ++b) runs += block(b).size();
    return runs;
  }

  // The last run; null when there is none. Only its end may be moved, outwards.
  [[nodiscard]] run* tail() {
    if (run* one = std::get_if<run>(&runs_)) return one;
    if (run_block* few = std::get_if<run_block>(&runs_)) return few->empty() ? nullptr : &few->back();
    return &many()->runs.back().back();
  }
  [[nodiscard]] const run* tail() const { return const_cast<run_list*>(this)->tail(); }

  // Asks for the memory of the last run.
  void fetch_tail() const {
    if (const run_block* few = std::get_if<run_block>(&runs_); few && !few->empty()) __builtin_prefetch(&few->back());
  }

  [[nodiscard]] position begin() const { return {}; }
  [[nodiscard]] bool is_end(position p) const { return p.index >= block(p.block).size(); }
  [[nodiscard]] const run& back() const { return block(block_count() - 1).back(); }
  [[nodiscard]] const run& at(position p) const { return block(p.block)[p.index]; }
  [[nodiscard]] position next(position p) const {
    if (p.index + 1 < block(p.block).size() || p.block + 1 >= block_count()) return {p.block, p.index + 1};
    return {p.block + 1, 0};
  }

  // The first run whose last partition is `o` or later; the end when there is none.
  [[nodiscard]] position find(ordinal o) const {
    const std::uint32_t last_block = block_count() - 1;
    const auto tail = block(last_block);
    const auto size = static_cast<std::uint32_t>(tail.size());
    if (size == 0 || tail.back().at.last < o) return {last_block, size};
    if (tail.back().at.first <= o) return {last_block, size - 1};
    std::uint32_t b = 0;
    if (const blocks* all = many()) {
      const auto& firsts = all->firsts;
      const auto after = std::upper_bound(firsts.begin(), firsts.end(), o) - firsts.begin();
      b = after == 0 ? 0 : static_cast<std::uint32_t>(after - 1);
    }
    const auto in = block(b);
    const auto found = std::partition_point(in.begin(), in.end(), [o](const run& r) { return r.at.last < o; });
    const position p{b, static_cast<std::uint32_t>(found - in.begin())};
    return p.index == in.size() && b < last_block ? position{b + 1, 0} : p;
  }

  // Puts `n` runs, which must fit in order, in place of the `count` runs from `p` on.
  void splice(position p, std::size_t count, const run* with, std::size_t n) {
    while (count > 0 && n > 0) {
      set(p, *with);
      p = next(p);
      ++with;
      --count;
      --n;
    }
    if (count > 0) remove(p, count);
    for (; n > 0; --n) p = insert(p, *with++);
  }

  void clear() { *this = {}; }

 private:
  using run_block = std::vector<run>;

  struct blocks {
    std::vector<run_block> runs;  // none is empty
    std::vector<ordinal> firsts;  // of each block
  };

  // Nearly every plan has one run, and there may be a million plans: it lies here, in no block of its own.
  using storage = std::variant<run_block, run, std::unique_ptr<blocks>>;

  [[nodiscard]] storage copy() const {
    if (const auto* all = many()) return std::make_unique<blocks>(*all);
    if (const auto* one = std::get_if<run>(&runs_)) return *one;
    return std::get<run_block>(runs_);
  }

  [[nodiscard]] const blocks* many() const {
    const auto* all = std::get_if<std::unique_ptr<blocks>>(&runs_);
    return all ? all->get() : nullptr;
  }
  [[nodiscard]] blocks* many() { return const_cast<blocks*>(std::as_const(*this).many()); }

  [[nodiscard]] std::uint32_t block_count() const { return many() ? static_cast<std::uint32_t>(many()->runs.size()) : 1; }
  [[nodiscard]] std::span<const run> block(std::uint32_t b) const {
    if (const run* one = std::get_if<run>(&runs_)) return {one, 1};
    if (const run_block* few = std::get_if<run_block>(&runs_)) return *few;
    return many()->runs[b];
  }
  // A single run moves into a block for it.
  [[nodiscard]] run_block& block_to_change(std::uint32_t b) {
    if (blocks* all = many()) return all->runs[b];
    if (const run* one = std::get_if<run>(&runs_)) {
      run_block few;
      few.reserve(2);
      few.push_back(*one);
      runs_ = std::move(few);
    }
    return std::get<run_block>(runs_);
  }

  void note_first(std::uint32_t b) {
    if (blocks* all = many()) all->firsts[b] = all->runs[b].front().at.first;
  }

  void set(position p, const run& r) {
    if (run* one = std::get_if<run>(&runs_)) {
      *one = r;
      return;
    }
    block_to_change(p.block)[p.index] = r;
    if (p.index == 0) note_first(p.block);
  }

  // Answers the position after the new run.
  position insert(position p, const run& r) {
    if (empty()) {
      runs_ = r;
      return {0, 1};
    }
    if (block(p.block).size() == block_max) p = split(p);
    run_block& in = block_to_change(p.block);
    in.insert(in.begin() + p.index, r);
    if (p.index == 0) note_first(p.block);
    return next(p);
  }

  // Makes room in a full block; answers where `p` is then. At the very end nothing is moved, so that appending leaves full blocks behind.
  position split(position p) {
    if (!many()) {
      auto all = std::make_unique<blocks>();
      all->runs.push_back(std::move(block_to_change(0)));
      all->firsts.push_back(all->runs.front().front().at.first);
      runs_ = std::move(all);
    }
    blocks& all = *many();
    run_block& in = all.runs[p.block];
    const bool appends = p.block + 1 == all.runs.size() && p.index == in.size();
    const std::size_t kept = appends ? in.size() : in.size() / 2;
    run_block rest;
    rest.reserve(block_max);
    rest.assign(in.begin() + static_cast<std::ptrdiff_t>(kept), in.end());
    in.resize(kept);
    const ordinal first = rest.empty() ? in.back().at.last : rest.front().at.first;
    all.firsts.insert(all.firsts.begin() + p.block + 1, first);
    all.runs.insert(all.runs.begin() + p.block + 1, std::move(rest));
    if (p.index < kept || (p.index == kept && !appends)) return p;
    return {p.block + 1, static_cast<std::uint32_t>(p.index - kept)};
  }

  void remove(position p, std::size_t count) {
    const std::uint32_t from = p.block;
    while (count > 0) {
      const std::size_t here = std::min(count, block(p.block).size() - p.index);
      count -= here;
      if (here == block(p.block).size()) {
        drop_block(p.block);
        continue;
      }
      run_block& in = block_to_change(p.block);
      in.erase(in.begin() + p.index, in.begin() + p.index + static_cast<std::ptrdiff_t>(here));
      if (p.index == 0) note_first(p.block);
      p = {p.block + 1, 0};
    }
    tidy(from);
  }

  void drop_block(std::uint32_t b) {
    if (blocks* all = many()) {
      all->runs.erase(all->runs.begin() + b);
      all->firsts.erase(all->firsts.begin() + b);
      if (!all->runs.empty()) return;
    }
    runs_ = run_block();
  }

  // After a removal that began in block `b`, of which that block and the next may have become small: of neighbours always more than half
  // a block is used, so that what remains of many runs does not keep many blocks.
  void tidy(std::uint32_t b) {
    if (!many()) return;
    join(b + 1);
    join(b);
    if (b > 0) join(b - 1);
    auto& all = many()->runs;
    if (all.size() == 1 && all.front().size() <= block_max / 4) {
      run_block few = std::move(all.front());
      runs_ = std::move(few);
    }
  }

  // A block with the one after it, when both are small.
  void join(std::uint32_t b) {
    auto& all = many()->runs;
    if (b + 1 >= all.size() || all[b].size() + all[b + 1].size() > block_max / 2) return;
    all[b].insert(all[b].end(), all[b + 1].begin(), all[b + 1].end());
    drop_block(b + 1);
  }

  storage runs_;  // no block of many is empty
};

}  // namespace partmark
