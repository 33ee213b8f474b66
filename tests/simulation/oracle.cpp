#include "oracle.hpp"

namespace partmark::testing {

void plan_oracle::forget_after(std::int64_t seq) {
  while (!rows_.empty() && rows_.back().seq > seq) rows_.pop_back();
  folded_shape_.reset();
}

std::optional<plan_shape> plan_oracle::shape(std::int64_t until) const {
  if (configured) return configured;
  for (const meant_row& row : rows_)
    if (row.valid && row.seq <= until) return row.shape;
  return std::nullopt;
}

const std::map<ordinal, last_word>& plan_oracle::fold(std::int64_t until) {
  const auto now_shape = shape(until);
  if (now_shape != folded_shape_ || !now_shape) {
    folded_shape_ = now_shape;
    folded_.clear();
    next_ = 0;
  }
  for (; next_ < rows_.size() && rows_[next_].seq <= until; ++next_) {
    const meant_row& row = rows_[next_];
    if (!row.valid || row.shape != *now_shape) continue;
    for (ordinal o = row.at.first; o <= row.at.last; ++o) folded_[o] = {row.said, row.seq};
  }
  return folded_;
}

}  // namespace partmark::testing
