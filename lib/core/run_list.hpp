// Sorted, disjoint runs of partitions, each with a value: where a range_map keeps them. One run lies in place, few in one block, many in
// blocks of bounded size under a sorted list of their first partitions, so that a change in the middle of a million runs moves some
// kilobytes and the end is reached at once. It joins nothing and decides nothing. Owned by its range_map; one thread.
#pragma once

#include "core/calendar.hpp"
#include "core/kept_run.hpp"
#include "core/run_block.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <variant>
#include <vector>

namespace partmark {

// `block_max`: runs a block; some kilobytes to move at worst.
template <class V, std::size_t block_max = 256>
class run_list {
 public:
  using run = run_of<V>;
  using kept = kept_run<V>;

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

  // The last run; null when there is none.
  [[nodiscard]] const kept* tail() const {
    if (const kept* one = std::get_if<kept>(&runs_)) return one;
    const std::span<const kept> last = block(block_count() - 1);
    return last.empty() ? nullptr : &last.back();
  }
  // Makes it longer; answers where it was.
  range extend_tail(ordinal last) {
    kept* tail = std::get_if<kept>(&runs_);
    if (tail == nullptr) tail = &block_to_change(block_count() - 1).back();
    const range was{tail->first(), tail->last()};
    tail->end_at(last);
    return was;
  }

  // Asks for the memory of the last run.
  void fetch_tail() const {
    if (!many()) __builtin_prefetch(tail());
  }

  [[nodiscard]] position begin() const { return {}; }
  [[nodiscard]] bool is_end(position p) const { return p.index >= block(p.block).size(); }
  [[nodiscard]] run at(position p) const { return plain(block(p.block)[p.index]); }
  [[nodiscard]] range range_at(position p) const {
    const kept& r = block(p.block)[p.index];
    return {r.first(), r.last()};
  }
  [[nodiscard]] const V& value_at(position p) const { return block(p.block)[p.index].value(); }
  [[nodiscard]] position next(position p) const {
    if (p.index + 1 < block(p.block).size() || p.block + 1 >= block_count()) return {p.block, p.index + 1};
    return {p.block + 1, 0};
  }

  // The first run whose last partition is `o` or later; the end when there is none.
  [[nodiscard]] position find(ordinal o) const {
    const std::uint32_t last_block = block_count() - 1;
    const auto tail = block(last_block);
    const auto size = static_cast<std::uint32_t>(tail.size());
    if (size == 0 || tail.back().last() < o) return {last_block, size};
    if (tail.back().first() <= o) return {last_block, size - 1};
    std::uint32_t b = 0;
    if (const blocks* all = many()) {
      const auto& firsts = all->firsts;
      const auto after = std::upper_bound(firsts.begin(), firsts.end(), o) - firsts.begin();
      b = after == 0 ? 0 : static_cast<std::uint32_t>(after - 1);
    }
    const auto in = block(b);
    const auto found = std::partition_point(in.begin(), in.end(), [o](const kept& r) { return r.last() < o; });
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
  using block_of = run_block<kept>;

  struct blocks {
    std::vector<block_of> runs;   // none is empty
    std::vector<ordinal> firsts;  // of each block
  };

  // Nearly every plan has one run, and there may be a million plans: it lies here, in no block of its own.
  using storage = std::variant<block_of, kept, std::unique_ptr<blocks>>;

  static run plain(const kept& r) { return {{r.first(), r.last()}, r.value()}; }

  [[nodiscard]] storage copy() const {
    if (const auto* all = many()) return std::make_unique<blocks>(*all);
    if (const auto* one = std::get_if<kept>(&runs_)) return *one;
    return std::get<block_of>(runs_);
  }

  [[nodiscard]] const blocks* many() const {
    const auto* all = std::get_if<std::unique_ptr<blocks>>(&runs_);
    return all ? all->get() : nullptr;
  }
  [[nodiscard]] blocks* many() { return const_cast<blocks*>(std::as_const(*this).many()); }

  [[nodiscard]] std::uint32_t block_count() const { return many() ? static_cast<std::uint32_t>(many()->runs.size()) : 1; }
  [[nodiscard]] std::span<const kept> block(std::uint32_t b) const {
    if (const kept* one = std::get_if<kept>(&runs_)) return {one, 1};
    if (const block_of* few = std::get_if<block_of>(&runs_)) return *few;
    return many()->runs[b];
  }
  // A single run moves into a block for it.
  [[nodiscard]] block_of& block_to_change(std::uint32_t b) {
    if (blocks* all = many()) return all->runs[b];
    if (const kept* one = std::get_if<kept>(&runs_)) {
      block_of few;
      few.insert(0, *one);
      runs_ = std::move(few);
    }
    return std::get<block_of>(runs_);
  }

  void note_first(std::uint32_t b) {
    if (blocks* all = many()) all->firsts[b] = all->runs[b][0].first();
  }

  void set(position p, const run& r) {
    if (kept* one = std::get_if<kept>(&runs_)) {
      *one = kept(r);
      return;
    }
    block_to_change(p.block)[p.index] = kept(r);
    if (p.index == 0) note_first(p.block);
  }

  // Answers the position after the new run.
  position insert(position p, const run& r) {
    if (empty()) {
      runs_ = kept(r);
      return {0, 1};
    }
    if (block(p.block).size() == block_max) p = split(p);
    block_to_change(p.block).insert(p.index, kept(r));
    if (p.index == 0) note_first(p.block);
    return next(p);
  }

  // Makes room in a full block; answers where `p` is then. At the very end nothing is moved, so that appending leaves full blocks behind.
  position split(position p) {
    if (!many()) {
      auto all = std::make_unique<blocks>();
      all->runs.push_back(std::move(block_to_change(0)));
      all->firsts.push_back(all->runs[0][0].first());
      runs_ = std::move(all);
    }
    blocks& all = *many();
    block_of& in = all.runs[p.block];
    const bool appends = p.block + 1 == all.runs.size() && p.index == in.size();
    const std::size_t stay = appends ? in.size() : in.size() / 2;
    block_of rest;
    rest.reserve(block_max);
    rest.append(block(p.block).subspan(stay));
    in.erase(stay, in.size() - stay);
    const ordinal first = rest.empty() ? in.back().last() : rest[0].first();
    all.firsts.insert(all.firsts.begin() + p.block + 1, first);
    all.runs.insert(all.runs.begin() + p.block + 1, std::move(rest));
    if (p.index < stay || (p.index == stay && !appends)) return p;
    return {p.block + 1, static_cast<std::uint32_t>(p.index - stay)};
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
      block_to_change(p.block).erase(p.index, here);
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
    runs_ = block_of();
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
      block_of few = std::move(all.front());
      runs_ = std::move(few);
    }
  }

  // A block with the one after it, when both are small.
  void join(std::uint32_t b) {
    auto& all = many()->runs;
    if (b + 1 >= all.size() || all[b].size() + all[b + 1].size() > block_max / 2) return;
    all[b].append(all[b + 1]);
    drop_block(b + 1);
  }

  storage runs_;  // no block of many is empty
};

}  // namespace partmark
