// Counts what happens, and writes the counts together with the loop's present state as Prometheus text. Counting an event costs a look-up
// and some additions; everything else is done when somebody asks. No label ever names a plan. Owned by the daemon; one thread.
#pragma once

#include "core/clock.hpp"
#include "core/endpoint_view.hpp"
#include "observe/histogram.hpp"
#include "observe/process_stats.hpp"
#include "reconcile/events.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace partmark {

// What is true now, as the one who asks knows it.
struct metric_gauges {
  system_time at;
  std::string version;
  std::int64_t records_folded = 0;  // since the start of this run
  std::int64_t records_rejected = 0;
  std::int64_t folded_seq = 0;
  std::int64_t table_folded_seq = 0;
  bool behind = false;
  bool journal_readable = true;
  bool state_writable = true;
  std::size_t plans = 0;
  std::size_t pending_plans = 0;
  std::size_t held_plans = 0;
  std::int64_t pending_partitions = 0;
  std::int64_t held_partitions = 0;
  std::optional<system_time> oldest_pending;
  std::size_t pending_tables = 0;
  std::size_t held_triggers = 0;
  std::uint64_t journal_bytes = 0;  // with its WAL
  std::uint64_t state_bytes = 0;
  std::vector<endpoint_view> endpoints;
  process_stats process;
};

class metrics final : public events {
 public:
  // `clock` tells when a token was fetched.
  explicit metrics(std::function<system_time()> clock) : clock_(std::move(clock)) {}

  void emit(const event& e) override;

  // The whole exposition, in text format 0.0.4.
  [[nodiscard]] std::string text(const metric_gauges& now) const;

  static constexpr std::array<std::string_view, 4> apis{"mark", "trigger", "list", "check"};
  static constexpr std::array<std::string_view, 5> verdicts{"accepted", "retry", "rejected", "unauthorized", "ambiguous"};

 private:
  struct endpoint_counts {
    std::array<std::array<std::uint64_t, verdicts.size()>, apis.size()> calls{};
    std::array<histogram, apis.size()> duration;
    std::optional<system_time> token_at;
  };
  friend class exposition;

  void call_ended(const event& e);
  void push_accepted(const event& e);

  std::function<system_time()> clock_;
  std::unordered_map<std::string_view, std::uint64_t> events_;  // names are literals
  std::map<std::string, endpoint_counts, std::less<>> endpoints_;
  histogram lag_{histogram::lag_bounds};
  std::uint64_t accepted_partitions_ = 0;
  std::uint64_t drift_found_ = 0;
};

}  // namespace partmark
