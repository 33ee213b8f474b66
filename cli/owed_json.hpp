// What is pending and what is held, in JSON: shared by `show`, `pending` and `held`.
#pragma once

#include "cli/json_writer.hpp"
#include "state/state_views.hpp"

#include <string>

namespace partmark {

// An object: "first", "last", "mark", "why".
void write_pending(json_writer& json, const plan_shape& shape, const pending_part& part);

// Into the open object: "reason", "since", "next_try", "tries", "http_status" (null: no reply), "code", "message", "trace_id".
void write_hold(json_writer& json, const hold_row& hold);

// What the remote said, in a line.
[[nodiscard]] std::string reason_of(const hold_row& hold);

}  // namespace partmark
