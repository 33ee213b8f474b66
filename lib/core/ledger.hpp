// A plan's ledger (DESIGN §5): what the journal last said of each partition, what of it the remote has not accepted, what is under way,
// what may still land from calls whose reply was lost, and what the remote refuses. The one place where these sets move.
// Every operation reports its row changes; the caller stores them in one transaction with whatever caused them. Pure; one thread.
#pragma once

#include "core/call.hpp"
#include "core/clock.hpp"
#include "core/lazy.hpp"
#include "core/range_map.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace partmark {

// The marks that may still land on a partition, one bit a mark.
using mark_bits = std::uint8_t;
[[nodiscard]] constexpr mark_bits bit(mark m) { return static_cast<mark_bits>(1U << static_cast<unsigned>(m)); }
inline constexpr mark_bits every_mark = bit(mark::success) | bit(mark::failed) | bit(mark::cleared);

struct limbo_entry {
  mark_bits may_land = 0;
  steady_time settled_at;  // from then on nothing of it can land any more; not stored: after a restart the full settle time runs again

  friend bool operator==(const limbo_entry&, const limbo_entry&) = default;
};

using hold_id = std::int64_t;

// What a store must do to follow the ledger. Pending is stored as pending ∪ in flight, so a crash never forgets what was under way.
struct ledger_changes {
  run_changes<mark> marks;
  run_changes<mark> pending;
  run_changes<limbo_entry> limbo;
  run_changes<hold_id> held;

  void clear() {
    marks.clear();
    pending.clear();
    limbo.clear();
    held.clear();
  }
};

class ledger {
 public:
  explicit ledger(plan_shape shape) : shape_(shape) {}

  // One completion: its range has this mark, is pending again (the table was just rebuilt) and no longer held.
  // A failed full refresh cancels an unsent success and leaves nothing pending: the remote cannot be told.
  void complete(range r, mark m, ledger_changes& out);

  // What nearly every record of a catch-up is: a completion after which the last run of the marks, and of what is pending, is longer and
  // nothing else is different. Answers those two runs as they were; nullopt, and nothing done: complete() it.
  struct growth {
    range marks;
    range pending;
  };
  [[nodiscard]] std::optional<growth> grow(range r, mark m);

  // The next call this plan owes, or nothing. Clears come before updates, failed ranges before success; at most `ranges_max` ranges.
  // With `within`, only partitions of those ranges. Must not be asked while a call is in flight.
  [[nodiscard]] std::optional<call> next_call(std::size_t ranges_max, const std::vector<range>* within = nullptr) const;

  // The call goes out. From here until one of the four ends below, completions for its partitions count as re-touched.
  void take(call c);

  // The remote accepted: what was not re-touched is no longer pending.
  void accepted(ledger_changes& out);
  // Refused before anything was processed.
  void refused();
  // It may have been applied, or may yet, until `settled_at`.
  void ambiguous(steady_time settled_at, ledger_changes& out);
  // The remote will not have it: what was not re-touched is held under `id`.
  void hold(hold_id id, ledger_changes& out);

  // Holds these partitions, as far as they are pending and not in flight: for pieces of an isolation that are given up together.
  void hold_pending(const std::vector<range>& ranges, hold_id id, ledger_changes& out);

  // Everything held under `id` is pending again; its ranges are returned.
  std::vector<range> release(hold_id id, ledger_changes& out);

  // Limbo that has settled by `t` goes; where a mark that could have landed differs from the current one, the partition becomes pending
  // once more: the owed re-assertion.
  void settle(steady_time t, ledger_changes& out);
  [[nodiscard]] std::optional<steady_time> next_settle() const;

  // Marks of a call that was open when a former run ended, or of a whole former boot, may land until `settled_at`.
  void may_land(range r, mark_bits marks, steady_time settled_at, ledger_changes& out);

  // Everything that has a mark is pending again (resync); a full refresh only when its mark is success.
  void resync(ledger_changes& out);
  // These partitions, as far as they have a mark, are pending again (drift repair).
  void touch(range r, ledger_changes& out);
  // From here on the ledger remembers which partitions keep quiet: marked, accepted, with nothing under way, in limbo or held, and not made
  // pending since. For drift.
  void watch_quiet();
  void end_quiet_watch() {
    if (rare_) rare_.use().quiet.reset();
    drop_rare();
  }
  [[nodiscard]] const std::optional<range_set>& quiet() const { return rare_->quiet; }

  // Forgets everything, to be folded anew; what may still land is forgotten only with the shape. Must not be called while a call is in
  // flight.
  void reset(plan_shape shape, ledger_changes& out);

  // Rows as stored, at start.
  void restore_mark(range r, mark m);
  void restore_pending(range r);
  void restore_held(range r, hold_id id);
  // Limbo rows that differed in nothing but their time become one run: that is the change reported.
  void restore_limbo(range r, mark_bits marks, steady_time settled_at, ledger_changes& out);

  // Asks for the memory that the next complete() probably changes.
  void fetch() const {
    marks_.fetch();
    pending_.fetch();
  }

  [[nodiscard]] plan_shape shape() const { return shape_; }
  [[nodiscard]] const range_map<mark>& marks() const { return marks_; }
  [[nodiscard]] const range_map<mark>& pending() const { return pending_; }  // pending ∪ in flight, each with its current mark
  [[nodiscard]] const range_map<limbo_entry>& limbo() const { return rare_->limbo; }
  [[nodiscard]] const range_map<hold_id>& held() const { return rare_->held; }
  [[nodiscard]] const std::optional<call>& in_flight() const { return rare_->in_flight; }

  // Nothing was ever folded into it, or nothing since it was reset.
  [[nodiscard]] bool is_blank() const {
    return marks_.empty() && pending_.empty() && rare_->limbo.empty() && rare_->held.empty() && !rare_->in_flight;
  }

  // Whether any partition is held under `id`.
  [[nodiscard]] bool holds(hold_id id) const;

  // Partitions the remote has still to accept, owed re-assertions included, held ones not.
  [[nodiscard]] std::int64_t owed_partitions() const;
  [[nodiscard]] bool owes() const { return !pending_.empty() || owed_partitions() > 0; }

 private:
  void make_pending(range r, ledger_changes& out);          // as far as it has marks
  void make_pending(range r, mark m, ledger_changes& out);  // all of `r` has the mark `m`
  [[nodiscard]] bool is_refresh() const { return shape_.kind == plan_kind::full_refresh; }
  // The in-flight partitions that no completion re-touched, as ranges.
  template <class F>
  void each_untouched(F f);

  // What few plans have at a time.
  struct rare {
    range_map<limbo_entry> limbo;
    range_map<hold_id> held;
    std::optional<call> in_flight;
    range_set touched;  // made pending again while in flight
    std::optional<range_set> quiet;
  };
  void land();       // nothing is in flight any more
  void drop_rare();  // when there is nothing in it

  plan_shape shape_;
  range_map<mark> marks_;
  range_map<mark> pending_;
  lazy<rare> rare_;
};

}  // namespace partmark
