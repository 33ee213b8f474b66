// A slice of plans' records that is read before it is asked for, in pieces: whoever is free takes the next one, with a connection of its
// own, and keeps what its rows say until the slice is delivered. Private to lib/journal; take_pieces() on two threads at once, all else on
// the loop's.
#pragma once

#include "core/text_arena.hpp"
#include "journal/journal_file.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace partmark {

class slice_ahead {
 public:
  // Of (from.folded_seq, until], all of whose numbers are given: what a snapshot does not show of them now, none will later.
  void begin(journal_file& file, const journal_cursor& from, std::int64_t until);

  // Reads pieces that nobody took, from one snapshot, until there are none. What cannot be read is left, for whole() to see.
  void take_pieces(journal_file& file, const journal::plan_sink& sink);

  // Puts the slice together once nobody takes pieces any more. False: something could not be read, or is not of one history, or
  // there is no row.
  [[nodiscard]] bool whole(journal_file& file);

  // Of a whole slice; it says that there may be more.
  [[nodiscard]] const journal_slice& slice() const { return slice_; }
  [[nodiscard]] bool follows(const journal_cursor& from) const { return from_ == from; }
  // Whether the file still has its rows: a copy may have been restored into it that agrees up to where the slice begins, and no further.
  [[nodiscard]] bool is_still_in(journal_file& file) const;
  // So many of its numbers have no row that a reader which asks for rows, not for numbers, comes further.
  [[nodiscard]] bool is_sparse() const;
  // Views that the sink is given live until begin().
  void deliver(journal::plan_sink& sink) const;

 private:
  // A row that the sink did not understand, and how many came before it that it did.
  struct other_row {
    std::size_t before = 0;
    completion_row row;
  };
  // With the texts of its rows. On cache lines of its own: the next one may be another thread's.
  struct alignas(128) piece {
    std::vector<understood_row> rows;
    std::vector<other_row> others;
    text_arena texts;
    std::int64_t last_seq = 0;  // of its last row; 0: it has none
    std::uint64_t last_hash = 0;
    bool whole = false;
  };

  [[nodiscard]] std::int64_t end_of(std::size_t index) const;
  static bool read_piece(journal_file& file, std::int64_t after, std::int64_t until, const journal::plan_sink& sink, piece& into);
  static void deliver(const piece& p, journal::plan_sink& sink);

  // So many that who waits at the end for the other's last one waits for little; each costs a search of the journal's tree.
  std::array<piece, 16> pieces_;
  std::atomic<std::size_t> taken_ = 0;
  journal_cursor from_;
  std::int64_t until_ = 0;
  std::optional<std::int64_t> version_;  // of the file at begin()
  journal_slice slice_;
};

}  // namespace partmark
