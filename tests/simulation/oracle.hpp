// What the journal says of one plan, by brute force: row after row, partition after partition. It knows what each row means because it was
// there when the row was made; it decodes nothing. Owned by the world; one thread.
#pragma once

#include "core/mark.hpp"
#include "window.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace partmark::testing {

struct meant_row {
  std::int64_t seq = 0;
  plan_shape shape;
  range at;
  mark said = mark::success;
  bool valid = true;
};

struct last_word {
  std::int64_t seq = 0;  // of the row that said so; 0: no row did
  mark said = mark::success;
};

// The fold of the first rows of a list that only grows, in one shape.
class row_fold {
 public:
  // The fold of all rows up to `until`.
  const window<last_word>& of(const std::vector<meant_row>& rows, std::optional<plan_shape> shape, std::int64_t until);
  void forget() { shape_.reset(); }
  [[nodiscard]] std::size_t partitions() const { return partitions_; }

 private:
  window<last_word> words_;
  std::size_t partitions_ = 0;
  std::size_t next_ = 0;  // the first row that is not folded
  std::int64_t until_ = 0;
  std::optional<plan_shape> shape_;
};

class plan_oracle {
 public:
  // Configured by a person; wins over what the first valid row means.
  std::optional<plan_shape> configured;

  void add(const meant_row& row) { rows_.push_back(row); }
  [[nodiscard]] const std::vector<meant_row>& rows() const { return rows_; }
  // A power cut took these rows.
  void forget_after(std::int64_t seq);

  [[nodiscard]] std::optional<plan_shape> shape(std::int64_t until) const;
  // The fold of all rows up to `until`: what readers of the journal see.
  const window<last_word>& seen(std::int64_t until) { return seen_.of(rows_, shape(until), until); }
  // The same for what the daemon has stored, in the shape that it has stored.
  const row_fold& stored(plan_shape shape, std::int64_t until, const window<last_word>*& words) {
    words = &stored_.of(rows_, shape, until);
    return stored_;
  }

 private:
  std::vector<meant_row> rows_;
  row_fold seen_;
  row_fold stored_;
};

}  // namespace partmark::testing
