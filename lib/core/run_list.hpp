// Sorted, disjoint runs of partitions, each with a value: where a range_map keeps them. Few runs lie in one block, as in nearly every plan;
// many in blocks of bounded size under a sorted list of their first partitions, so that a change in the middle of a million runs moves some
// kilobytes and the end is reached at once. It joins nothing and decides nothing. Owned by its range_map; one thread.
#pragma once

#include "core/calendar.hpp"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
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
  run_list(const run_list& other) : few_(other.few_), many_(other.many_ ? std::make_unique<blocks>(*other.many_) : nullptr) {}
  run_list& operator=(const run_list& other) { return *this = run_list(other); }
  ~run_list() = default;

  [[nodiscard]] bool empty() const { return few_.empty() && !many_; }
  [[nodiscard]] std::size_t size() const {
    if (!many_) return few_.size();
    std::size_t runs = 0;
    for (const auto& b : many_->runs) runs += b.size();
    return runs;
  }

  [[nodiscard]] position begin() const { return {}; }
  [[nodiscard]] bool is_end(position p) const { return p.index >= block(p.block).size(); }
  [[nodiscard]] const run& back() const { return block(static_cast<std::uint32_t>(block_count() - 1)).back(); }
  [[nodiscard]] const run& at(position p) const { return block(p.block)[p.index]; }
  [[nodiscard]] position next(position p) const {
    if (p.index + 1 < block(p.block).size() || p.block + 1 >= block_count()) return {p.block, p.index + 1};
    return {p.block + 1, 0};
  }

  // The first run whose last partition is `o` or later; the end when there is none.
  [[nodiscard]] position find(ordinal o) const {
    const auto last_block = static_cast<std::uint32_t>(block_count() - 1);
    const auto& tail = block(last_block);
    const auto size = static_cast<std::uint32_t>(tail.size());
    if (size == 0 || tail.back().at.last < o) return {last_block, size};
    if (tail.back().at.first <= o) return {last_block, size - 1};
    std::uint32_t b = 0;
    if (many_) {
      const auto& firsts = many_->firsts;
      const auto after = std::upper_bound(firsts.begin(), firsts.end(), o) - firsts.begin();
      b = after == 0 ? 0 : static_cast<std::uint32_t>(after - 1);
    }
    const auto& in = block(b);
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

  [[nodiscard]] std::size_t block_count() const { return many_ ? many_->runs.size() : 1; }
  [[nodiscard]] const run_block& block(std::uint32_t b) const { return many_ ? many_->runs[b] : few_; }
  [[nodiscard]] run_block& block(std::uint32_t b) { return many_ ? many_->runs[b] : few_; }

  void note_first(std::uint32_t b) {
    if (many_) many_->firsts[b] = many_->runs[b].front().at.first;
  }

  void set(position p, const run& r) {
    block(p.block)[p.index] = r;
    if (p.index == 0) note_first(p.block);
  }

  // Answers the position after the new run.
  position insert(position p, const run& r) {
    if (block(p.block).size() == block_max) p = split(p);
    run_block& in = block(p.block);
    in.insert(in.begin() + p.index, r);
    if (p.index == 0) note_first(p.block);
    return next(p);
  }

  // Makes room in a full block; answers where `p` is then. At the very end nothing is moved, so that appending leaves full blocks behind.
  position split(position p) {
    if (!many_) {
      many_ = std::make_unique<blocks>();
      many_->firsts.push_back(few_.front().at.first);
      many_->runs.push_back(std::exchange(few_, {}));
    }
    run_block& in = many_->runs[p.block];
    const bool appends = p.block + 1 == many_->runs.size() && p.index == in.size();
    const std::size_t kept = appends ? in.size() : in.size() / 2;
    run_block rest;
    rest.reserve(block_max);
    rest.assign(in.begin() + static_cast<std::ptrdiff_t>(kept), in.end());
    in.resize(kept);
    const ordinal first = rest.empty() ? in.back().at.last : rest.front().at.first;
    many_->firsts.insert(many_->firsts.begin() + p.block + 1, first);
    many_->runs.insert(many_->runs.begin() + p.block + 1, std::move(rest));
    if (p.index < kept || (p.index == kept && !appends)) return p;
    return {p.block + 1, static_cast<std::uint32_t>(p.index - kept)};
  }

  void remove(position p, std::size_t count) {
    while (count > 0) {
      run_block& in = block(p.block);
      const std::size_t here = std::min(count, in.size() - p.index);
      in.erase(in.begin() + p.index, in.begin() + p.index + static_cast<std::ptrdiff_t>(here));
      count -= here;
      const std::uint32_t after = p.block + 1;
      if (in.empty()) {
        drop_block(p.block);
        p.index = 0;
      } else {
        if (p.index == 0) note_first(p.block);
        p = {after, 0};
      }
      if (count == 0) tidy(after - 1);
    }
  }

  void drop_block(std::uint32_t b) {
    if (!many_) {
      few_ = {};
      return;
    }
    many_->runs.erase(many_->runs.begin() + b);
    many_->firsts.erase(many_->firsts.begin() + b);
  }

  // Joins a block that has become small with the one after it, so that what remains of many runs does not keep many blocks.
  void tidy(std::uint32_t b) {
    if (!many_) return;
    auto& all = many_->runs;
    if (b + 1 < all.size() && all[b].size() + all[b + 1].size() <= block_max / 2) {
      all[b].insert(all[b].end(), all[b + 1].begin(), all[b + 1].end());
      drop_block(b + 1);
    }
    if (all.empty()) {
      many_.reset();
    } else if (all.size() == 1 && all.front().size() <= block_max / 4) {
      few_ = std::move(all.front());
      many_.reset();
    }
  }

  run_block few_;                 // all runs, while there is no many_
  std::unique_ptr<blocks> many_;  // never without a block
};

}  // namespace partmark
