// What the loop needs to know of the configuration (DESIGN §4.3), already checked. The daemon makes it from lib/config.
#pragma once

#include "core/circuit.hpp"
#include "core/mark.hpp"
#include "core/retry.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace partmark {

struct endpoint_settings {
  std::string name;
  std::string tenant_id;
  std::size_t max_in_flight = 8;
  milliseconds settle_time{std::chrono::seconds(60)};
  bool verify_plans = false;  // ask once whether the configured plans exist there and are EXTERNAL
  std::string url = {};       // only to tell whether a reload changed it
};

// Who tries what is held: a run to the journal's end leaves alone what waits for a person's decision.
enum class retry_by : std::uint8_t { person, run };

struct plan_settings {
  std::string uuid;
  std::string name;                 // for people; may be empty
  std::string endpoint;             // empty: the default
  std::optional<plan_shape> shape;  // fixed here, or by the first valid record
  std::string run_type;             // sent when a record has none; may be empty
  bool partitioned = false;         // without a shape: of any granularity, and no full refresh
};

struct table_settings {
  std::string name;
  std::string endpoint;
};

// A journal of bad rows must not flood the log: after this many in one batch they are only counted.
inline constexpr std::int64_t rejects_logged_per_batch = 20;

struct loop_settings {
  std::vector<endpoint_settings> endpoints;  // at least one; the first is the default
  std::vector<plan_settings> plans;
  std::vector<table_settings> tables;
  milliseconds poll_interval{std::chrono::seconds(5)};
  milliseconds linger{200};
  std::size_t ranges_max = 500;  // a request
  milliseconds reprobe_held{std::chrono::hours(1)};
  std::int64_t partitions_max = 100'000;  // a record
  retry_settings retry;
  circuit_settings circuit;
  std::optional<milliseconds> drift_every;  // absent: only when asked
  bool hold_ambiguous_triggers = false;
  std::size_t slice_rows = 8192;          // a turn: bounds how long the loop is away
  std::int64_t new_rows_max = 4'000'000;  // of new plans, in one batch: some two seconds of storing
};

}  // namespace partmark
