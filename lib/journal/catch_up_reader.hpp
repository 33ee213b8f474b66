// Reads plans' records for the fold; while there is much to catch up on, a second thread reads the next slice during the fold of this one,
// and the loop's helps it once it has folded. Reading is more than half of a catch-up (docs/performance.md), and the other core is free
// then. The thread lives inside one read(), with a connection of its own to the same file, and has ended before read() returns. Owned by
// the journal port, on the loop's thread.
#pragma once

#include "journal/journal_file.hpp"
#include "journal/slice_ahead.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace partmark {

// One: what is read ahead is read in the same order each time, for tests that count each call to the disk.
enum class reading_threads : std::uint8_t { one, two };

class catch_up_reader {
 public:
  explicit catch_up_reader(reading_threads threads) : threads_(threads) {}

  // As journal::read_plans. Views that the sink is given live until it returns. `file` is the same one until forget().
  result<journal_slice> read(journal_file& file, const journal_cursor& from, std::size_t limit, journal::plan_sink& sink);

  // What was read ahead is of another file, not sure any more, or would be understood otherwise now. Gives back what the catch-up took.
  void forget();

 private:
  struct catch_up {
    std::unique_ptr<journal_file> second;  // the same file, for the second thread
    std::size_t limit = 0;
    std::int64_t last_seq = 0;  // every number until here is given
    // They take turns, and keep their memory for as long as the catch-up lasts: memory that is new each time costs more than what is
    // written into it.
    std::array<slice_ahead, 2> slices;
    std::size_t next = 0;
    bool is_ahead = false;  // slices[next] was read
  };

  result<journal_slice> read_first(journal_file& file, const journal_cursor& from, std::size_t limit, journal::plan_sink& sink);
  // Reads the slice that begins at `from`, if there is one, while `meanwhile` runs.
  template <class Meanwhile>
  void read_ahead(journal_file& file, const journal_cursor& from, const journal::plan_sink& sink, Meanwhile meanwhile);

  reading_threads threads_;
  std::unique_ptr<catch_up> running_;  // null: there is not so much to read
};

}  // namespace partmark
