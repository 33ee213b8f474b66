// The Retry-After header (RFC 9110 §10.2.3) as a delay. Pure; any thread.
#pragma once

#include "core/clock.hpp"

#include <optional>
#include <string_view>

namespace partmark {

// A remote that asks for more is asked again after a day: its clock, or ours, may be wrong.
inline constexpr milliseconds retry_after_max = std::chrono::hours(24);

// How long after `now` (the end of the call) to wait: whole seconds, or the time until an HTTP date; 0 when that has passed, at most
// retry_after_max. Nothing for a value that is neither; blanks around it are ignored.
[[nodiscard]] std::optional<milliseconds> parse_retry_after(std::string_view value, system_time now);

}  // namespace partmark
