// Port: every event there is: the names are a contract (DESIGN §4.4). docs/events.md lists the same, and a test holds the two together.
#pragma once

#include <string_view>

namespace partmark::event_name {

inline constexpr std::string_view daemon_started = "daemon.started";
inline constexpr std::string_view daemon_stopping = "daemon.stopping";
inline constexpr std::string_view daemon_stopped = "daemon.stopped";
inline constexpr std::string_view config_reloaded = "config.reloaded";
inline constexpr std::string_view config_refused = "config.refused";
inline constexpr std::string_view config_warning = "config.warning";
inline constexpr std::string_view files_open = "files.open";
inline constexpr std::string_view control_unavailable = "control.unavailable";
inline constexpr std::string_view status_listening = "status.listening";
inline constexpr std::string_view journal_waiting = "journal.waiting";
inline constexpr std::string_view journal_opened = "journal.opened";
inline constexpr std::string_view journal_unreadable = "journal.unreadable";
inline constexpr std::string_view journal_refused = "journal.refused";
inline constexpr std::string_view journal_folded = "journal.folded";
inline constexpr std::string_view journal_unwatched = "journal.unwatched";
inline constexpr std::string_view record_rejected = "record.rejected";
inline constexpr std::string_view state_unwritable = "state.unwritable";
inline constexpr std::string_view state_written = "state.written";
inline constexpr std::string_view call_ended = "call.ended";
inline constexpr std::string_view push_accepted = "push.accepted";
inline constexpr std::string_view push_retrying = "push.retrying";
inline constexpr std::string_view push_ambiguous = "push.ambiguous";
inline constexpr std::string_view push_rejected = "push.rejected";
inline constexpr std::string_view plan_held = "plan.held";
inline constexpr std::string_view plan_released = "plan.released";
inline constexpr std::string_view plan_unverified = "plan.unverified";
inline constexpr std::string_view plan_refolding = "plan.refolding";
inline constexpr std::string_view plan_refolded = "plan.refolded";
inline constexpr std::string_view plans_moved = "plans.moved";
inline constexpr std::string_view trigger_accepted = "trigger.accepted";
inline constexpr std::string_view trigger_retrying = "trigger.retrying";
inline constexpr std::string_view trigger_held = "trigger.held";
inline constexpr std::string_view endpoint_circuit_opened = "endpoint.circuit_opened";
inline constexpr std::string_view endpoint_circuit_closed = "endpoint.circuit_closed";
inline constexpr std::string_view endpoint_unauthorized = "endpoint.unauthorized";
inline constexpr std::string_view endpoint_paused = "endpoint.paused";
inline constexpr std::string_view endpoint_resumed = "endpoint.resumed";
inline constexpr std::string_view endpoint_plans_verified = "endpoint.plans_verified";
inline constexpr std::string_view endpoint_plans_unlisted = "endpoint.plans_unlisted";
inline constexpr std::string_view token_renewed = "token.renewed";
inline constexpr std::string_view drift_found = "drift.found";
inline constexpr std::string_view drift_incomplete = "drift.incomplete";
inline constexpr std::string_view log_repeated = "log.repeated";
inline constexpr std::string_view heartbeat = "heartbeat";

}  // namespace partmark::event_name
