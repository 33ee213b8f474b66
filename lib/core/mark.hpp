// The words of DESIGN §1 that everything speaks: mark, plan kind, plan shape.
#pragma once

#include "core/calendar.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace partmark {

// What the journal last said of a partition.
enum class mark : std::uint8_t { success, failed, cleared };

[[nodiscard]] std::string_view to_text(mark m);  // "success", "failed", "cleared"
[[nodiscard]] std::optional<mark> parse_mark(std::string_view text);

enum class plan_kind : std::uint8_t { partitioned, full_refresh };

[[nodiscard]] std::string_view to_text(plan_kind k);  // "partitioned", "full_refresh"
[[nodiscard]] std::optional<plan_kind> parse_plan_kind(std::string_view text);

// What fixes the meaning of a plan's ordinals. A full-refresh plan has the single pseudo-partition 0 and no granularity: `unit` is then
// `day` by convention.
struct plan_shape {
  plan_kind kind = plan_kind::partitioned;
  granularity unit = granularity::day;

  friend bool operator==(const plan_shape&, const plan_shape&) = default;
};

inline constexpr range whole_table{0, 0};

}  // namespace partmark
