// The journal's past for a person who asks why: one plan's records, latest first. Owned by a command; one thread. Holds a read transaction
// while it walks, so it is for commands that end, not for the loop.
#pragma once

#include "core/completion.hpp"
#include "journal/journal_file.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

namespace partmark {

class journal_history {
 public:
  // `file` is open and stays this object's.
  explicit journal_history(std::unique_ptr<journal_file> file) : file_(std::move(file)) {}

  // Gives the plan's records from the latest back, until `visit` answers false. The row's texts live as long as the visit. Reads the whole
  // table where the plan is rare: the journal has no index but its order. corrupt, busy, io.
  result<void> walk_plan(std::string_view plan, const std::function<bool(const completion_row&)>& visit);

  // Records with a number up to this may have been deleted; 0: none was. corrupt, busy, io.
  [[nodiscard]] result<std::int64_t> plans_pruned_through() { return file_->plans_pruned_through(); }

  [[nodiscard]] journal_file& file() { return *file_; }

 private:
  std::unique_ptr<journal_file> file_;
};

}  // namespace partmark
