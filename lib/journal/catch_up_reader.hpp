// Reads plans' records for the fold; while there is much to catch up on, a second thread reads the next slice during the fold of this one.
// Reading is half of a catch-up (docs/performance.md), and the other core is free then. The thread lives inside one read(): it alone
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
  // As journal::read_plans. Views that the sink is given live until it returns.
  result<journal_slice> read(journal_file& file, const journal_cursor& from, std::size_t limit, journal::plan_sink& sink);

  // What was read ahead is of another file, or not sure any more.
  void forget();

 private:
  // A row that the sink did not understand, and how many came before it that it did.
  struct other_row {
    std::size_t before = 0;
    completion_row row;
  };
  // A slice, with what its rows say; their texts lie in its own.
  struct kept_slice {
    std::size_t limit = 0;
    result<journal_slice> slice = journal_slice{};
    std::vector<understood_row> rows{};
    std::vector<other_row> others{};
    text_arena texts{};
  };

  static void keep(journal_file& file, const journal_cursor& from, std::size_t limit, const journal::plan_sink& sink, kept_slice& into);
  void deliver(journal_file& file, journal::plan_sink& sink);

  std::optional<journal_cursor> goes_on_at_;  // where the last slice, a full one, ended
  // Two that take turns, and keep their memory for as long as the catch-up lasts: memory that is new each time costs more than what is
  // written into it.
  kept_slice given_;
  kept_slice ahead_;
  bool is_ahead_ = false;  // ahead_ is the slice from there on, a full one
};

}  // namespace partmark
