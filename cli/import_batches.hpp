// Puts an import's records into the journal in short batches, so that other writers get their turn. Owned by the import, on its thread.
#pragma once

#include "cli/import_row.hpp"
#include "core/clock.hpp"
#include "journal/journal_writer.hpp"

#include <cstdint>

namespace partmark {

struct import_counts {
  std::int64_t recorded = 0;
  std::int64_t already = 0;
  std::int64_t bad = 0;

  [[nodiscard]] std::int64_t lines() const { return recorded + already + bad; }
};

class import_batches {
 public:
  // `journal` must outlive this.
  explicit import_batches(journal_writer& journal) : journal_(journal) {}

  // Adds one record to the open batch, which is begun if need be and committed when it has been open for long enough at `t`. invalid and
  // exists are about this record alone. Any other error is the journal's: the open batch is lost, commit() no more.
  result<void> add(const new_record& record, steady_time t);

  // Commits what is open, if anything.
  result<void> commit();

  // What is committed, and what the open batch would add to that.
  [[nodiscard]] const import_counts& committed() const { return committed_; }
  [[nodiscard]] const import_counts& open() const { return batch_; }

 private:
  result<void> lost(const error& e);

  journal_writer& journal_;
  bool is_open_ = false;
  steady_time begun_;
  import_counts batch_;
  import_counts committed_;
};

}  // namespace partmark
