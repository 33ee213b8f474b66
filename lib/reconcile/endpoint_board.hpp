// The endpoints that calls go to: their settings, health, waiting callers and slots, across reloads. Owned by the courier; one thread.
#pragma once

#include "core/circuit.hpp"
#include "core/schedule.hpp"
#include "core/verdict.hpp"
#include "reconcile/events.hpp"
#include "reconcile/settings.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace partmark {

// Who waits in an endpoint's schedule: a plan by its id, a table by its id and table_bit, a plan's drift check by its id and drift_bit, or
// the endpoint's own plan check by the endpoint's index and both.
using caller = std::uint32_t;
inline constexpr caller table_bit = 0x8000'0000U;
inline constexpr caller drift_bit = 0x4000'0000U;

enum class caller_kind : std::uint8_t { plan, drift, table, plan_check };

[[nodiscard]] constexpr caller_kind kind_of(caller who) {
  constexpr std::array kinds{caller_kind::plan, caller_kind::drift, caller_kind::table, caller_kind::plan_check};
  return kinds[who >> 30U];
}
[[nodiscard]] constexpr std::uint32_t number_of(caller who) { return who & ~(table_bit | drift_bit); }

struct endpoint_state {
  endpoint_settings settings;
  circuit health;
  schedule waiting;  // callers that owe something and have no call under way
  std::size_t in_flight = 0;
  bool paused = false;
  bool removed = false;  // by a reload: its calls end, its callers have moved on
  steady_time reloaded = steady_time::min();
  steady_time moved = steady_time::min();  // to another url, by a reload

  // Whether what a call ran into tells nothing of how it would end now: it was sent to another url, or its credential, which was refused,
  // may have been corrected.
  [[nodiscard]] bool outdates(steady_time sent, const verdict& v) const {
    return sent < moved || (v.kind == verdict_kind::unauthorized && sent < reloaded);
  }

  // The caller whose turn it is at `t`, if a call may go out: taken out of the waiting.
  std::optional<caller> next_caller(steady_time t);
  // When next_caller may first answer somebody by time alone.
  [[nodiscard]] std::optional<steady_time> next_time(steady_time t) const;
};

struct call_counters {
  std::uint64_t accepted = 0;
  std::uint64_t retried = 0;
  std::uint64_t rejected = 0;
  std::uint64_t unauthorized = 0;
  std::uint64_t ambiguous = 0;
};

class endpoint_board {
 public:
  endpoint_board(const loop_settings& settings, events& log) : settings_(settings), log_(log) {}

  // Takes over the endpoints of the settings: new ones appear, missing ones only finish what is under way.
  void configure(now t);

  // Indexes stay valid for the board's life. The default's for an empty, unknown or removed name.
  [[nodiscard]] std::size_t named(std::string_view name) const;
  [[nodiscard]] endpoint_state& at(std::size_t index) { return endpoints_[index]; }
  [[nodiscard]] const std::vector<endpoint_state>& all() const { return endpoints_; }
  [[nodiscard]] std::vector<endpoint_state>& all() { return endpoints_; }

  // A call to this endpoint, sent then, ended: frees its slot, follows its health, counts and logs.
  void ended(std::size_t index, const verdict& v, steady_time sent, now t);

  // The index of one that a former run knew by this name; where the settings have none, it counts as removed.
  [[nodiscard]] std::size_t remembered(const std::string& name);

  // What a former run left paused. It stays so where the endpoint is not configured now: it may be again.
  void restore_paused(const std::vector<std::string>& names);

  // False: it was so already.
  bool pause(std::size_t index, bool paused, now t);

  [[nodiscard]] const call_counters& counters() const { return counters_; }

 private:
  void count(const verdict& v);
  void log_circuit(const endpoint_state& e, circuit_change change, const verdict& v) const;

  const loop_settings& settings_;
  events& log_;
  std::vector<endpoint_state> endpoints_;  // only grows
  call_counters counters_;
};

}  // namespace partmark
