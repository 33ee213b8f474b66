// Reads CAN's listings: which partitions queries may use, and which plans there are. Call after classify() has accepted the reply. A value
// that cannot be read is counted, never guessed at: drift repairs nothing then. Pure; any thread.
#pragma once

#include "core/calendar.hpp"
#include "core/result.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace partmark::can {

struct partition_page {
  bool is_partitioned = false;
  bool has_data = false;
  std::vector<ordinal> listed;   // in the order of the reply, which promises none; may repeat
  std::size_t unreadable = 0;    // values that start no partition of the plan's granularity
  std::string first_unreadable;  // printable, at most 80 bytes
  bool has_next = false;
};

// errc::invalid, naming what is missing, when `body` is no such page. `unit` is the plan's granularity.
[[nodiscard]] result<partition_page> read_partition_page(std::string_view body, granularity unit);

// The partition that a listed value names: an ISO prefix from the unit's own length (2025 for YEAR, 2025-10 for MONTH and QUARTER,
// 2025-10-20T07 for HOUR, …) up to YYYY-MM-DDTHH:MM:SS, with T or a blank. errc::invalid for any other text.
[[nodiscard]] result<ordinal> read_listed_value(granularity unit, std::string_view value);

struct plan_entry {
  std::string id;
  std::string name;  // the display name where there is one
  std::string materialize_type;
};

struct plan_page {
  std::vector<plan_entry> plans;
  std::size_t unreadable = 0;  // entries without an id
  bool has_next = false;
};

// errc::invalid, naming what is missing, when `body` is no such page.
[[nodiscard]] result<plan_page> read_plan_page(std::string_view body);

}  // namespace partmark::can
