#include "oracle.hpp"

namespace partmark::testing {

const window<last_word>& row_fold::of(const std::vector<meant_row>& rows, std::optional<plan_shape> shape, std::int64_t until) {
  if (shape != shape_ || !shape || until < until_) {
    shape_ = shape;
    words_.clear();
    partitions_ = 0;
    next_ = 0;
  }
  until_ = until;
  for (; next_ < rows.size() && rows[next_].seq <= until; ++next_) {
    const meant_row& row = rows[next_];
    if (!row.valid || row.shape != *shape) continue;
    for (ordinal o = row.at.first; o <= row.at.last; ++o) {
      last_word& word = words_.at(o);
      if (word.seq == 0) ++partitions_;
      word = {row.seq, row.said};
    }
  }
  return words_;
}

void plan_oracle::forget_after(std::int64_t seq) {
  while (!rows_.empty() && rows_.back().seq > seq) rows_.pop_back();
  seen_.forget();
  stored_.forget();
}

std::optional<plan_shape> plan_oracle::shape(std::int64_t until) const {
  if (configured) return configured;
  for (const meant_row& row : rows_) {
    if (row.seq > until) break;
    if (row.valid) return row.shape;
  }
  return std::nullopt;
}

}  // namespace partmark::testing
