// Times, shapes and links as the pages write them. Pure; any thread.
#pragma once

#include "core/clock.hpp"
#include "core/mark.hpp"
#include "status/html.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace partmark {

// "850 ms", "12 s", "3 min", "2 h 5 min", "4 d 3 h". Negative counts as zero.
[[nodiscard]] std::string span_text(milliseconds d);

// <time> that reads "3 min ago" or "in 5 min", its title the moment in UTC; "–" for none.
[[nodiscard]] html relative_time(std::optional<system_time> at, system_time now);

// <time> that reads "14:03:07", its title the moment in UTC.
[[nodiscard]] html clock_time(system_time at);

[[nodiscard]] std::string shape_words(const plan_shape& shape);  // "DAY", "full refresh"

[[nodiscard]] std::string plan_link(std::string_view uuid);

// "1 plan", "12,345 plans"
[[nodiscard]] html counted_words(std::int64_t count, std::string_view one, std::string_view many);

}  // namespace partmark
