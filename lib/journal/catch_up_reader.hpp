// Reads plans' records for the fold; while there is much to catch up on, a second thread reads the next slice during the fold of this one.
// Reading is two fifths of a catch-up (docs/performance.md), and the other core is free then. The thread lives inside one read(): it alone
// uses the connection while the sink is given rows, and has ended before read() returns. Owned by the journal port, on the loop's thread.
#pragma once

#include "core/text_arena.hpp"
#include "journal/journal_file.hpp"

#include <cstddef>
#include <optional>
#include <vector>

namespace partmark {

class catch_up_reader {
 public:
  // As journal::read_plans.
  result<journal_slice> read(journal_file& file, const journal_cursor& from, std::size_t limit, journal::plan_sink& sink);

  // What was read ahead is of another file, or not sure any more.
  void forget();

 private:
  struct kept_row {
    completion_row row;  // its texts lie in the slice's
    std::optional<completion> what;
  };
  struct kept_slice {
    std::size_t limit = 0;
    result<journal_slice> slice = journal_slice{};
    std::vector<kept_row> rows{};
    text_arena texts{};
  };

  static kept_slice keep(journal_file& file, const journal_cursor& from, std::size_t limit, const journal::plan_sink& sink);
  kept_slice take(journal_file& file, const journal_cursor& from, std::size_t limit, const journal::plan_sink& sink);
  void deliver(journal_file& file, const kept_slice& slice, journal::plan_sink& sink);

  std::optional<journal_cursor> goes_on_at_;  // where the last slice, a full one, ended
  std::optional<kept_slice> ahead_;           // the slice from there on, a full one
};

}  // namespace partmark
