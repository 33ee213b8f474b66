// Counts observations into buckets with fixed upper bounds, in seconds. One thread.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace partmark {

class histogram {
 public:
  static constexpr std::size_t buckets = 14;
  using bounds = std::array<double, buckets>;

  static constexpr bounds call_bounds{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30};
  static constexpr bounds lag_bounds{0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 14'400, 86'400};

  explicit histogram(const bounds& upper = call_bounds) : upper_(&upper) {}

  void observe(double seconds) {
    const auto at = std::lower_bound(upper_->begin(), upper_->end(), seconds);
    if (at != upper_->end()) ++counts_[static_cast<std::size_t>(at - upper_->begin())];
    ++count_;
    sum_ += seconds;
  }

  [[nodiscard]] const bounds& upper() const { return *upper_; }
  [[nodiscard]] const std::array<std::uint64_t, buckets>& counts() const { return counts_; }  // each bucket's own
  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] double sum() const { return sum_; }

 private:
  const bounds* upper_;
  std::array<std::uint64_t, buckets> counts_{};
  std::uint64_t count_ = 0;
  double sum_ = 0;
};

}  // namespace partmark
