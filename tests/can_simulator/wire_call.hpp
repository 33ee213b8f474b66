// A request as the simulator understands it, with everything that is wrong about it. Strict on purpose: the real service may be lenient,
// partmark must not depend on that. Pure; any thread.
#pragma once

#include "core/calendar.hpp"
#include "core/exchange.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace partmark::testing {

enum class wire_call_kind { update, clear, list_partitions, list_plans, trigger, token, unknown };

// "updatePartition" and so on; "unknown".
[[nodiscard]] std::string_view name_of(wire_call_kind kind);

struct wire_range {
  granularity unit = granularity::day;
  std::int64_t first = 0;
  std::int64_t last = 0;
  std::string first_text;  // the starts, as sent
  std::string last_text;
};

struct wire_call {
  wire_call_kind kind = wire_call_kind::unknown;
  std::string plan;
  std::string run_type;
  std::optional<std::vector<wire_range>> success;
  std::optional<std::vector<wire_range>> failed;
  std::optional<std::vector<wire_range>> cleared;
  std::string table, tenant, date;  // of a trigger
  std::string app_id, app_secret;   // of a token call
  std::int64_t expire = 6 * 3600;   // seconds
  std::string materialize_type;     // of a list of plans
  std::int64_t page = 1;
  std::int64_t page_size = 20;
  std::string tenant_header, auth_type, auth_value;
  std::vector<std::string> violations;  // of the protocol, for people; empty: the request is as CAN_API.md asks

  [[nodiscard]] bool is_mark() const { return kind == wire_call_kind::update || kind == wire_call_kind::clear; }
  [[nodiscard]] std::vector<wire_range> all_ranges() const;
};

[[nodiscard]] wire_call read_wire_call(const http_request& request);

}  // namespace partmark::testing
