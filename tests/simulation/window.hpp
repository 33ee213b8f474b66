// Cells by ordinal, all close together: what a plan's partitions are in one granularity. Owned by whoever holds it; one thread.
#pragma once

#include "core/calendar.hpp"
#include "support/contract.hpp"

#include <cstddef>
#include <vector>

namespace partmark::testing {

template <class cell>
class window {
 public:
  void clear() { cells_.clear(); }

  [[nodiscard]] const cell* find(ordinal o) const {
    return o < first_ || o >= end() ? nullptr : &cells_[static_cast<std::size_t>(o - first_)];
  }
  // Makes the cell, and those between, when they are not there.
  cell& at(ordinal o) {
    if (cells_.empty()) first_ = o;
    if (o < first_) {
      require(first_ - o < widest, "a plan's partitions lie close together");
      cells_.insert(cells_.begin(), static_cast<std::size_t>(first_ - o), cell{});
      first_ = o;
    }
    if (o >= end()) {
      require(o - first_ < widest, "a plan's partitions lie close together");
      cells_.resize(static_cast<std::size_t>(o - first_) + 1);
    }
    return cells_[static_cast<std::size_t>(o - first_)];
  }

  [[nodiscard]] ordinal first() const { return first_; }
  [[nodiscard]] ordinal end() const { return first_ + static_cast<ordinal>(cells_.size()); }

 private:
  static constexpr ordinal widest = 10'000;

  ordinal first_ = 0;
  std::vector<cell> cells_;
};

}  // namespace partmark::testing
