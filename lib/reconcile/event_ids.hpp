// Port: the MESSAGE_ID of each event, by which journald finds its explanation (etc/catalog/partmark.catalog, `journalctl -x`). Made once,
// never changed, never used again: a contract like the names. A test holds ids, names and catalog together.
#pragma once

#include "reconcile/event_names.hpp"

#include <array>
#include <string_view>
#include <utility>

namespace partmark {

inline constexpr std::array<std::pair<std::string_view, std::string_view>, 44> event_ids{{
    {event_name::daemon_started, "9135dbf5fd2b40dfaf6b162a2b2d8b3d"},
    {event_name::daemon_stopping, "f5224f1ea23846c3aaabaf273f71f62c"},
    {event_name::daemon_stopped, "807c816f396842309453334205cf356a"},
    {event_name::config_reloaded, "f4d1817f383b46f3a6dfd34a21059d5f"},
    {event_name::config_refused, "0fe0a08b9797436582fe1f2bff22241e"},
    {event_name::config_warning, "e58aea0245f742d9a28eb7ce404c7453"},
    {event_name::files_open, "c4917b0b6b234d87b00ac133e94652e8"},
    {event_name::control_unavailable, "eff5ab9b5d994c73bd5856078464737d"},
    {event_name::status_listening, "b960fa21b5e54fcdbd51a75c7e1637f0"},
    {event_name::journal_waiting, "03f7b3f47ad14d4d8857f749031ffd46"},
    {event_name::journal_opened, "1c98065ebd924b47b315d1147fa5f5ac"},
    {event_name::journal_unreadable, "13f7fc4b700144088ae0028b942ff09a"},
    {event_name::journal_refused, "08dcc5c7af80436b82258b8da093e7c4"},
    {event_name::journal_folded, "09e1994a73d249738719ed02f34fc10e"},
    {event_name::journal_unwatched, "0076b9ab36b243749a6d1587936213f5"},
    {event_name::record_rejected, "47c87df775cc414e8fab8ce175a35585"},
    {event_name::state_unwritable, "f4eafd37f9f74ab1a8600bbe8a3b4c10"},
    {event_name::state_written, "8006255dc65f40ea9a34e0d7f965873c"},
    {event_name::call_ended, "4b7e80a3ffb142dbb1fdfed5b0c93868"},
    {event_name::push_accepted, "058fecc7115b472e80d0dee442bd79dc"},
    {event_name::push_retrying, "2eb4dd4a3a3f43fcb9f9930f576b1c66"},
    {event_name::push_ambiguous, "0801fbe617024f728339b9b74a10ce2a"},
    {event_name::push_rejected, "d306d3bce0cf42b9ba3eb98cae58d695"},
    {event_name::plan_held, "b48a85dd33b7408bb0654203f8aa8bbd"},
    {event_name::plan_released, "1623d3d9eb1c4795807e8d28d8952954"},
    {event_name::plan_unverified, "a9d309e91de64d5abe89d409778c2c75"},
    {event_name::plan_refolding, "60912d531daa4431a1d53a917b7fad12"},
    {event_name::plan_refolded, "2caa135873714b8f9fb51047a181ece3"},
    {event_name::plans_moved, "d33f83c2320b4ed0a9a54af0f2a65b43"},
    {event_name::trigger_accepted, "3ec8087c48de4eb0b99ee59893685099"},
    {event_name::trigger_retrying, "0c807e8517c842139ccb3f6691f0de81"},
    {event_name::trigger_held, "f0edeeac67974e839c5c5ad3ac712aaf"},
    {event_name::endpoint_circuit_opened, "886c2fc37a364d55b8126750c1c3a70a"},
    {event_name::endpoint_circuit_closed, "f9fafba05e7a4605a7c29bd8685b5bf3"},
    {event_name::endpoint_unauthorized, "988880f624e34eecb6531db153970031"},
    {event_name::endpoint_paused, "229b13f50a22479fa0789826cd839d0f"},
    {event_name::endpoint_resumed, "3c2ab741231b4b56aa9e6063fad7ed73"},
    {event_name::endpoint_plans_verified, "2580a7ae848749e8b08b3fdfebefd2e2"},
    {event_name::endpoint_plans_unlisted, "b758446e8ee342d186d9f603331e6736"},
    {event_name::token_renewed, "611f74cbca0c44e196ce8756785d8815"},
    {event_name::drift_found, "acf855f9856e47d992018e9474ab0ed5"},
    {event_name::drift_incomplete, "bc42b846a2504badb6bcd90c54586219"},
    {event_name::log_repeated, "ddd815e0f7904a709811c03f537fc61f"},
    {event_name::heartbeat, "af00f7f225d74a49a1ecc01d1e25047c"},
}};

// 32 hexadecimal digits; empty: no event of that name.
[[nodiscard]] constexpr std::string_view event_id_of(std::string_view name) {
  for (const auto& [known, id] : event_ids)
    if (known == name) return id;
  return {};
}

}  // namespace partmark
