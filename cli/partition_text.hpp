// Ranges of partitions for people and in JSON. Pure; any thread.
#pragma once

#include "cli/json_writer.hpp"
#include "core/call.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace partmark {

// "2025-10-20", "2025-10-20 to 2025-10-22", "the whole table".
[[nodiscard]] std::string range_text(const plan_shape& shape, range at);

// Into the open object: "first" and "last" as the starts of partitions, null for a full refresh.
void write_range(json_writer& json, const plan_shape& shape, range at);

// As write_range, and "mark".
void write_claim(json_writer& json, const plan_shape& shape, const claim& c);

// Into the open object: "plan", "name" (null: none), "kind" (null: not known yet), "granularity" (null: not known, or a full refresh).
void write_plan(json_writer& json, std::string_view uuid, std::string_view name, const std::optional<plan_shape>& shape);

// "DAY", "full refresh"
[[nodiscard]] std::string_view shape_text(const plan_shape& shape);

}  // namespace partmark
