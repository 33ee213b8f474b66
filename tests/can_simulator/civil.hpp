// The simulator's own reading of civil time, through std::chrono's calendar: kept apart from lib/core, so that a mistake there is caught
// here. Pure; any thread.
#pragma once

#include "core/calendar.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace partmark::testing {

[[nodiscard]] std::optional<granularity> unit_named(std::string_view name);
[[nodiscard]] std::string_view name_of(granularity unit);

// The number of the partition that starts exactly at `YYYY-MM-DDTHH:MM:SS`, counted from any fixed origin; nothing for every other text.
[[nodiscard]] std::optional<std::int64_t> partition_at(granularity unit, std::string_view start);

// Its start again, as `YYYY-MM-DDTHH:MM:SS`.
[[nodiscard]] std::string start_of(granularity unit, std::int64_t partition);

// As the listing call shows it: a prefix of the start, long enough for the unit.
[[nodiscard]] std::string listed_value(granularity unit, std::int64_t partition);

// `YYYY-MM-DD` that exists.
[[nodiscard]] bool is_date(std::string_view text);

}  // namespace partmark::testing
