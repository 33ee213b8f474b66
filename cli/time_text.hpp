// Times, durations and counts as text. Pure; any thread.
#pragma once

#include "core/clock.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace partmark {

// 2025-10-20T07:05:00.123Z
[[nodiscard]] std::string iso_utc(system_time t);

// 2025-10-20 07:05:00 UTC: for people.
[[nodiscard]] std::string short_utc(system_time t);

// A duration in its two largest units: "850 ms", "12 s", "3 min 5 s", "2 h", "4 d 3 h". Negative counts as zero.
[[nodiscard]] std::string duration_text(milliseconds d);

// 1,234,567
[[nodiscard]] std::string grouped(std::int64_t count);

// "1 partition", "1,200 partitions".
[[nodiscard]] std::string counted(std::int64_t count, const char* one, const char* many);

}  // namespace partmark
