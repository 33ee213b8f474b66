// A ledger that tests drive by hand: completions, calls, their ends. For the tests of its rules.
#pragma once

#include "core/ledger.hpp"

#include <cstddef>
#include <optional>
#include <vector>

namespace partmark::ledger_rules {

using std::chrono::seconds;

inline constexpr std::size_t no_limit = 1000;
inline constexpr milliseconds a_moment{1};
inline const steady_time settled{seconds(1060)};

inline const plan_shape daily{plan_kind::partitioned, granularity::day};
inline const plan_shape refresh{plan_kind::full_refresh, granularity::day};

// A ledger whose changes nobody stores.
class book : public ledger {
 public:
  explicit book(plan_shape shape = daily) : ledger(shape) {}
  ledger_changes changes;

  void say(range r, mark m) { complete(r, m, changes); }
  void send() { take(next_call(no_limit).value()); }
  void deliver() {
    while (const auto c = next_call(no_limit)) {
      take(*c);
      accepted(changes);
    }
  }
  // A call for `r` is lost: `m` may land there until `settled`.
  void lose(range r, mark m) {
    say(r, m);
    send();
    ambiguous(settled, changes);
  }
};

inline std::vector<claim> claims_of(const std::optional<call>& c) { return c ? c->claims : std::vector<claim>{}; }

inline std::vector<claim> pending_of(const ledger& l) {
  std::vector<claim> all;
  l.pending().visit_all([&](range at, mark m) { all.push_back({at, m}); });
  return all;
}

}  // namespace partmark::ledger_rules
