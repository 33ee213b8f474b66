// The questions of state_reader, asked within a read transaction that the caller has begun. For lib/state; one thread.
#pragma once

#include "core/result.hpp"
#include "sqlite/connection.hpp"
#include "state/state_views.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace partmark::state_queries {

[[nodiscard]] result<state_summary> summary(sqlite::connection& file);
[[nodiscard]] result<std::vector<plan_overview>> plans(sqlite::connection& file);
[[nodiscard]] result<plan_detail> plan(sqlite::connection& file, std::string_view uuid);
[[nodiscard]] result<std::vector<pending_plan>> pending(sqlite::connection& file);
[[nodiscard]] result<std::vector<held_entry>> held(sqlite::connection& file);
[[nodiscard]] result<std::vector<rejected_row>> rejected(sqlite::connection& file);
[[nodiscard]] result<std::vector<rejected_row>> latest_rejected(sqlite::connection& file, std::int64_t skip, std::int64_t count);
[[nodiscard]] result<std::vector<attempt_row>> attempts(sqlite::connection& file, plan_id plan);
[[nodiscard]] result<std::vector<unanswered_plan>> unanswered(sqlite::connection& file);
[[nodiscard]] result<std::vector<trigger_row>> triggers(sqlite::connection& file);
[[nodiscard]] result<std::vector<std::string>> paused(sqlite::connection& file);
[[nodiscard]] result<fold_progress> progress(sqlite::connection& file);

// The open call of a plan, with its claims.
[[nodiscard]] result<std::optional<intent_row>> open_call(sqlite::connection& file, plan_id plan);

}  // namespace partmark::state_queries
