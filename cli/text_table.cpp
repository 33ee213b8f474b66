#include "cli/text_table.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace partmark {

void text_table::add(std::vector<entry> row) {
  assert(row.size() == columns_.size());
  rows_.push_back(std::move(row));
}

std::string text_table::text(const style& looks) const {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    std::size_t width = width_of(columns_[i].title);
    for (const auto& row : rows_) width = std::max(width, width_of(row[i].text));
    widths.push_back(width);
  }
  std::string out;
  const auto add_line = [&](auto cell_at, auto tone_at) {
    std::string gap;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const std::string& cell = cell_at(i);
      const std::string fill(widths[i] - width_of(cell), ' ');
      if (columns_[i].aligned == side::right) gap += fill;
      if (!cell.empty()) out += std::exchange(gap, {}) + painted(cell, tone_at(i), looks);
      if (columns_[i].aligned == side::left) gap += fill;
      gap += "  ";
    }
    out += '\n';
  };
  add_line([&](std::size_t i) -> const std::string& { return columns_[i].title; }, [](std::size_t) { return tone::dim; });
  for (const auto& row : rows_)
    add_line([&](std::size_t i) -> const std::string& { return row[i].text; }, [&](std::size_t i) { return row[i].colour; });
  return out;
}

}  // namespace partmark
