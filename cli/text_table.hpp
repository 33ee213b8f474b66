// Columns of text for people: as wide as their widest cell, two spaces apart. Pure; owned by a command.
#pragma once

#include "cli/terminal.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace partmark {

class text_table {
 public:
  enum class side : std::uint8_t { left, right };

  struct column {
    std::string title;
    side aligned = side::left;
  };
  struct entry {
    std::string text;
    tone colour = tone::plain;
  };

  explicit text_table(std::vector<column> columns) : columns_(std::move(columns)) {}

  // As many entries as columns (asserted).
  void add(std::vector<entry> row);
  [[nodiscard]] bool empty() const { return rows_.empty(); }

  // Titles, then the rows; without trailing spaces.
  [[nodiscard]] std::string text(const style& looks) const;

 private:
  std::vector<column> columns_;
  std::vector<std::vector<entry>> rows_;
};

}  // namespace partmark
