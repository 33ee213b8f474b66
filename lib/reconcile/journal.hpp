// Port: the journal as the loop needs it. The SQLite adapter is lib/journal; the simulation has its own. One thread: the loop's.
// Nothing here blocks: a journal that another process holds answers errc::busy, and the loop looks again later.
#pragma once

#include "core/completion.hpp"
#include "core/result.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace partmark {

// How far one journal table has been folded, and proof of which row that was (DESIGN §4.1, identity).
struct journal_cursor {
  std::int64_t folded_seq =
      0;  // every row with seq <= this is folded; sqlite_sequence's value when all was read, so numbers burned by ignored inserts count
  std::int64_t anchor_seq = 0;    // the last row that was really there at or before folded_seq; 0: none yet
  std::uint64_t anchor_hash = 0;  // hash of that row's content

  friend bool operator==(const journal_cursor&, const journal_cursor&) = default;
};

struct journal_position {
  std::string uuid;  // of the journal that was folded; empty: none yet
  journal_cursor plans;
  journal_cursor tables;

  friend bool operator==(const journal_position&, const journal_position&) = default;
};

enum class journal_look {
  absent,     // no file there yet: wait for it
  unchanged,  // nothing was committed since the last look
  changed,    // something may have been: read
};

// What one bounded read found. `cursor` is what to store once its rows are folded.
struct journal_slice {
  journal_cursor cursor;
  std::size_t rows = 0;
  bool full = false;  // it stopped at the limit, of rows or of numbers: there may be more
};

// A record of which all is understood that it says by itself; what its plan makes of it is still to be seen. The views live as long as
// whoever gives it says; empty: the record had none.
struct understood_row {
  std::int64_t seq = 0;
  std::string_view plan;
  std::string_view run_type;
  std::string_view job;
  completion what;
  std::uint32_t note = 0;  // the sink's own
};

class journal {
 public:
  class plan_sink {
   public:
    virtual void row(const completion_row& r) = 0;

    // A journal that keeps rows before it gives them may ask, also on another thread, what each says; the answer's views are into the row.
    // False, and nothing answered: it is to be given to row(), in its turn. What was answered goes to understood() in place of row(), many
    // at once. What a row says may change with understand_anew() only.
    [[nodiscard]] virtual bool understand(const completion_row&, understood_row&) const { return false; }
    virtual void understood(std::span<const understood_row>) {}

   protected:
    ~plan_sink() = default;
  };
  class table_sink {
   public:
    virtual void row(const table_row& r) = 0;

   protected:
    ~table_sink() = default;
  };

  virtual ~journal() = default;

  // Opens the file when it is there, opens it again when the real path names another file, checks that it is the journal that `folded`
  // speaks of, and says whether to read. Cheap when nothing happened (a stat and a counter). errc::identity when it is another journal or
  // has lost rows: stop, do not fold. busy, io, no_space, permission: look again later. corrupt: not a partmark journal, or damaged.
  // newer_version: schema unknown.
  virtual result<journal_look> look(const journal_position& folded) = 0;

  // The uuid of the open journal; valid after look() answered unchanged or changed.
  [[nodiscard]] virtual const std::string& uuid() const = 0;
  // Whether plans' records were pruned, or may have been because it cannot be read now: then the rest does not say everything.
  [[nodiscard]] virtual bool is_pruned() = 0;

  // Rows with seq > from.folded_seq in ascending order, at most `limit`, in one short read transaction. A sink must not call back into the
  // journal.
  virtual result<journal_slice> read_plans(const journal_cursor& from, std::size_t limit, plan_sink& sink) = 0;
  virtual result<journal_slice> read_tables(const journal_cursor& from, std::size_t limit, table_sink& sink) = 0;

  // Once more, for refolds: of the rows with after < seq <= until those that are `wanted`, in ascending order. It looks at `limit` rows at
  // most; the slice's folded_seq says how far it came, and only that of its cursor counts.
  using row_filter = std::function<bool(std::int64_t seq, std::string_view plan)>;
  virtual result<journal_slice> read_again(std::int64_t after, std::int64_t until, std::size_t limit, const row_filter& wanted,
                                           plan_sink& sink) = 0;

  // Sinks understand rows otherwise from here on (new settings): of those that were understood and not given yet they are asked once more.
  virtual void understand_anew() {}

  // Makes what was read durable (power cuts, DESIGN §4.1): call before committing the fold of those rows.
  virtual result<void> sync() = 0;
};

}  // namespace partmark
