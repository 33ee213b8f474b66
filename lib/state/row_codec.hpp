// How values are written in state.db (sql/state), and read back with suspicion: a file may have been edited or damaged.
// Shared by all of lib/state. Pure; any thread.
#pragma once

#include "core/call.hpp"
#include "core/clock.hpp"
#include "core/ledger.hpp"
#include "core/mark.hpp"
#include "core/verdict.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace partmark::row_codec {

[[nodiscard]] constexpr std::int64_t encode(mark m) { return static_cast<std::int64_t>(m); }
[[nodiscard]] constexpr std::int64_t encode(const limbo_entry& e) { return e.may_land; }
[[nodiscard]] constexpr std::int64_t encode(hold_id id) { return id; }
[[nodiscard]] inline std::int64_t encode(system_time t) { return t.time_since_epoch().count(); }
[[nodiscard]] std::string_view to_text(call_kind k);

// False: no such value; `into` is untouched.
[[nodiscard]] constexpr bool decode(std::int64_t stored, mark& into) {
  if (stored < 0 || stored > static_cast<std::int64_t>(mark::cleared)) return false;
  into = static_cast<mark>(stored);
  return true;
}
[[nodiscard]] constexpr bool decode(std::int64_t stored, mark_bits& into) {
  if (stored <= 0 || stored > every_mark) return false;
  into = static_cast<mark_bits>(stored);
  return true;
}
[[nodiscard]] constexpr bool decode(std::int64_t stored, limbo_entry& into) { return decode(stored, into.may_land); }
[[nodiscard]] constexpr bool decode(std::int64_t stored, hold_id& into) {
  into = stored;
  return true;
}
// Whether a plan can have it. What lies outside would overflow where its neighbours are looked at.
[[nodiscard]] bool is_range_of(plan_shape shape, range at);

// A call's claims, as a JSON array of [first, last, mark].
void append_text(std::string& to, std::span<const claim> claims);
[[nodiscard]] bool decode(std::string_view stored, std::vector<claim>& into);
[[nodiscard]] bool decode(std::string_view stored, call_kind& into);
[[nodiscard]] bool decode(std::string_view stored, verdict_kind& into);
[[nodiscard]] bool decode(std::string_view kind, std::optional<std::string_view> unit, plan_shape& into);

[[nodiscard]] inline system_time time_of(std::int64_t stored) { return system_time(milliseconds(stored)); }
[[nodiscard]] inline std::optional<system_time> time_of(std::optional<std::int64_t> stored) {
  return stored ? std::optional(time_of(*stored)) : std::nullopt;
}

}  // namespace partmark::row_codec
