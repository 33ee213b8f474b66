// Durations as people write them, in the configuration file and on the command line (--deadline, --older-than): a number and one unit.
// Pure; any thread.
#pragma once

#include "core/clock.hpp"
#include "core/result.hpp"

#include <string>
#include <string_view>

namespace partmark::config {

// `200ms`, `5s`, `1.5s`, `5m`, `1h`, `90d`; zero also without a unit. Never negative, at most 36500d, a whole number of milliseconds.
// errc::invalid, quoting the text, for anything else.
[[nodiscard]] result<milliseconds> parse_duration(std::string_view text);

// The shortest text without a fraction that parse_duration reads back as `d`: 90s stays 90s, 120s becomes 2m. `d` must not be negative.
[[nodiscard]] std::string duration_text(milliseconds d);

}  // namespace partmark::config
