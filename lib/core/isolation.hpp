// Finding the guilty partitions of a rejected call (DESIGN §5): the rejected set is halved, breadth first, until single partitions are
// refused alone; those are held, the rest gets through. Bounded in calls. Also carries re-probes of held partitions, which travel alone so
// that they never drag healthy ones down. Pure; one thread.
#pragma once

#include "core/call.hpp"

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace partmark {

// Ranges in ascending order, neighbours joined.
[[nodiscard]] std::vector<range> joined(std::vector<range> ranges);

class isolation {
 public:
  static constexpr unsigned calls_max = 64;  // the last of them carries all that is left, and settles it
  static constexpr unsigned alike_max = 8;   // as many first probes that fail alike show that the whole is refused

  struct piece {
    std::vector<range> at;
    std::int64_t reprobe_of = 0;  // the hold these partitions were under, and go back to when they are refused again; 0: none
  };

  enum class advice {
    go_on,      // smaller pieces wait
    hold_call,  // the call that was just refused cannot be halved: hold its partitions
    hold_all,   // give up on the rest: hold the refused call and every remaining piece
  };

  [[nodiscard]] bool active() const { return !pieces_.empty(); }
  // Nothing is looked for, and nothing is remembered of a search.
  [[nodiscard]] bool idle() const { return pieces_.empty() && searches_.empty(); }
  [[nodiscard]] const piece& current() const { return pieces_.front(); }

  // A call for more than one partition was rejected for good: look inside.
  void begin(const call& rejected, std::string_view signature);
  // Partitions held under `hold` (not 0) are tried again, alone. When several are refused together it looks inside again, for the rest may
  // be sound by now: a search of its own, with the same bounds.
  void add_reprobe(std::vector<range> at, std::int64_t hold);

  [[nodiscard]] bool reprobing(std::int64_t hold) const;

  // Nothing of the current piece is pending any more: accepted, or overtaken.
  void done();
  // A call of the current piece was accepted; the piece may still have more.
  void accepted();
  // A call of the current piece was rejected. `signature` is what the remote said, for telling alike refusals.
  advice rejected(const call& refused, std::string_view signature);

  // The remaining ranges of the search that is given up, after hold_all; forgets them. `hold`: of the re-probe that it looked into, or 0.
  std::vector<range> take_rest(std::int64_t hold = 0);
  void clear();

 private:
  struct search {
    unsigned calls = 0;
    unsigned refusals = 0;
    bool all_alike = true;
    std::string signature;
  };

  void halve(const std::vector<range>& ranges, std::int64_t hold);
  std::vector<range> gather(std::int64_t hold);
  void count_call(search& s, std::int64_t hold);
  void forget_ended(std::int64_t hold);

  std::list<piece> pieces_;                  // not a deque, which takes half a kilobyte when it is empty
  std::map<std::int64_t, search> searches_;  // under way, by the hold they look into; 0: the call under suspicion
};

}  // namespace partmark
