// What is pending and what is held, for people and in JSON: shared by `show`, `pending` and `held`.
#pragma once

#include "cli/json_writer.hpp"
#include "state/state_views.hpp"

#include <optional>
#include <string>

namespace partmark {

// What the remote said no with, to a plan's partitions or to a table's trigger.
struct refusal {
  unsigned http_status = 0;  // 0: no reply
  std::string code;
  std::string message;
  std::string trace_id;
  system_time since;
  std::optional<system_time> next_try;  // nullopt: when a person says so
  unsigned tries = 0;
};

[[nodiscard]] refusal refusal_of(const hold_row& hold);
[[nodiscard]] refusal refusal_of(const trigger_row& held);

// "no such plan (code 4711)"
[[nodiscard]] std::string reason_of(const refusal& r);
// "since …, next try …"
[[nodiscard]] std::string when_of(const refusal& r);

// Into the open object: "reason", "since", "next_try", "tries", "http_status" (null: no reply), "code", "message", "trace_id".
void write_refusal(json_writer& json, const refusal& r);

// An object: "first", "last", "mark", "why".
void write_pending(json_writer& json, const plan_shape& shape, const pending_part& part);

// A table's date as a claim, to be written like a plan's: what a trigger tells is success.
[[nodiscard]] claim claim_of(const trigger_row& trigger);
inline constexpr plan_shape table_shape{plan_kind::partitioned, granularity::day};

}  // namespace partmark
