// What the journal says of one plan, by brute force: row after row, partition after partition. It knows what each row means because it was
// there when the row was made; it decodes nothing. Owned by the world; one thread.
#pragma once

#include "core/mark.hpp"

#include <cstdint>
#include <map>
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
  mark said = mark::success;
  std::int64_t seq = 0;  // of the row that said so
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
  // The fold of all rows up to `until`.
  [[nodiscard]] const std::map<ordinal, last_word>& fold(std::int64_t until);

 private:
  std::vector<meant_row> rows_;
  std::map<ordinal, last_word> folded_;
  std::size_t next_ = 0;  // the first row that is not folded
  std::optional<plan_shape> folded_shape_;
};

}  // namespace partmark::testing
