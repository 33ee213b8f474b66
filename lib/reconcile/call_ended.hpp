// The event that every call ends with, whatever it was for: what metrics are made of. For the courier; one thread.
#pragma once

#include "core/clock.hpp"
#include "core/verdict.hpp"
#include "reconcile/endpoint_board.hpp"
#include "reconcile/events.hpp"

#include <string>
#include <string_view>

namespace partmark {

// What a caller calls for, in one word: mark, list, trigger or check.
[[nodiscard]] std::string_view api_name(caller who);

void log_call_ended(events& log, const std::string& endpoint, std::string_view api, const verdict& v, steady_time::duration took);

}  // namespace partmark
