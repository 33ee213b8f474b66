// One source table's triggers (DESIGN §5): which dates the remote has still to be told of. One call in flight a table, dates oldest first,
// coalesced while they wait; an accepted trigger is never repeated, for it makes the platform compute. Every operation reports the rows it
// changed. Pure; one thread.
#pragma once

#include "core/calendar.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace partmark {

enum class trigger_status : std::uint8_t {
  waiting,
  in_flight,
  held,  // refused, or its reply was lost and a person is to decide
};

// What a completion that came while a trigger was in flight wants of its end.
enum class trigger_sequel : std::uint8_t {
  none,
  again,   // success: trigger once more
  cancel,  // failed: if this one did not get through, it is not sent again
};

struct trigger_entry {
  trigger_status status = trigger_status::waiting;
  trigger_sequel sequel = trigger_sequel::none;

  friend bool operator==(const trigger_entry&, const trigger_entry&) = default;
};

// A row to store: the entry of `date` (a DAY ordinal), or none any more.
struct trigger_change {
  ordinal date = 0;
  std::optional<trigger_entry> entry;

  friend bool operator==(const trigger_change&, const trigger_change&) = default;
};

using trigger_changes = std::vector<trigger_change>;

class trigger_queue {
 public:
  // The source table has new data for `date`: waits, also where it was held; a trigger under way is followed by another.
  void succeeded(ordinal date, trigger_changes& out);
  // The source job failed: an unsent trigger is cancelled, held ones too; what is under way can't be.
  void failed(ordinal date, trigger_changes& out);

  // The oldest waiting date. Must not be asked while one is in flight.
  [[nodiscard]] std::optional<ordinal> next() const;
  void take(ordinal date, trigger_changes& out);

  void accepted(trigger_changes& out);
  // Goes back to waiting, or is cancelled.
  void refused(trigger_changes& out);
  // Set aside, unless a newer completion takes its place or cancels it. True when it is held.
  bool hold(trigger_changes& out);
  // Held dates wait again.
  void release(ordinal date, trigger_changes& out);

  void restore(ordinal date, trigger_entry entry);
  // A restored entry that was in flight is so again, until its end is decided.
  void resume(ordinal date);

  [[nodiscard]] const std::map<ordinal, trigger_entry>& entries() const { return entries_; }
  [[nodiscard]] std::optional<ordinal> in_flight() const { return in_flight_; }
  [[nodiscard]] bool owes() const;  // anything waiting or in flight

 private:
  void put(ordinal date, trigger_entry entry, trigger_changes& out);
  void drop(ordinal date, trigger_changes& out);
  trigger_sequel end_flight(ordinal& date);

  std::map<ordinal, trigger_entry> entries_;
  std::optional<ordinal> in_flight_;
};

}  // namespace partmark
