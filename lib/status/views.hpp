// What the status page shows, as plain values, and who knows it: the daemon implements status_source over its loop. Every answer is bounded
// by what was asked for, so that a page never keeps the loop. One thread: the loop's.
#pragma once

#include "core/drift.hpp"
#include "core/endpoint_view.hpp"
#include "core/mark.hpp"
#include "reconcile/state.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace partmark {

struct summary_view {
  system_time at;
  std::string version;
  std::optional<std::string> journal_trouble;  // empty text: there is no journal yet
  bool state_writable = true;
  bool behind = false;
  std::int64_t folded_seq = 0;
  std::size_t plans = 0;
  std::size_t pending_plans = 0;
  std::size_t held_plans = 0;
  std::int64_t pending_partitions = 0;
  std::int64_t held_partitions = 0;
  std::optional<system_time> oldest_pending;
  std::size_t pending_tables = 0;
  std::size_t held_triggers = 0;
  std::vector<endpoint_view> endpoints;
};

enum class plan_order : std::uint8_t { attention, name, pending, held, waiting };

struct plan_query {
  std::string search;  // part of the uuid or name, whatever the case
  plan_order order = plan_order::attention;
  bool descending = false;
  std::size_t page = 0;
  std::size_t page_size = 50;
};

// What a partition looks like from outside: its mark, and whether the remote knows it.
enum class standing : std::uint8_t { accepted, pending, in_flight, held };

struct cell_run {
  range at;
  mark said = mark::success;
  standing where = standing::accepted;
  drift_kind drift = drift_kind::none;  // as the last comparison with the remote's list found it
};

struct plan_line {
  std::string uuid;
  std::string name;  // for people; may be empty
  std::string endpoint;
  plan_shape shape;
  std::int64_t partitions = 0;
  std::int64_t pending = 0;
  std::int64_t held = 0;
  std::optional<system_time> waiting_since;
  bool in_flight = false;
  bool refolding = false;
  range recent_window;           // the latest so many partitions
  std::vector<cell_run> recent;  // runs within it
};

struct plan_page_view {
  std::vector<plan_line> lines;
  std::size_t matching = 0;  // on all pages
  std::size_t page = 0;      // the one that is here: the last, if a later one was asked for
};

// Refusals that say the same: of partitions of a plan, or of a trigger.
struct held_view {
  std::string plan;   // its uuid; empty: a trigger's
  std::string title;  // the plan's name or uuid, or the table's name
  std::string what;   // which partitions, or which date, as text
  std::int64_t partitions = 0;
  unsigned http_status = 0;
  std::string code;
  std::string message;
  std::string trace_id;
  system_time since;
  std::optional<system_time> next_try;  // absent: when a person says so
  unsigned tries = 0;
};

// What the last comparison with the remote's list found.
struct drift_view {
  system_time at;
  std::int64_t differing = 0;  // partitions
  std::int64_t mended = 0;     // accepted since
  bool cut = false;            // there were more
};

struct plan_view {
  plan_line line;
  std::int64_t success = 0;
  std::int64_t failed = 0;
  std::int64_t cleared = 0;
  std::int64_t in_limbo = 0;
  std::optional<range> extent;      // from the first partition with a mark to the last
  std::optional<drift_view> drift;  // absent: nothing differed
  std::vector<held_view> holds;
  std::vector<attempt_row> attempts;  // the latest first
};

template <class T>
struct list_page {
  std::vector<T> rows;
  std::size_t page = 0;
  bool more = false;  // there is a next page
};

class status_source {
 public:
  virtual ~status_source() = default;

  virtual summary_view summary() = 0;
  virtual std::string metrics() = 0;
  virtual plan_page_view plans(const plan_query& query) = 0;
  virtual std::optional<plan_view> plan(std::string_view uuid) = 0;
  // Runs of the plan within the window, ascending; at most one a partition.
  virtual std::vector<cell_run> cells(std::string_view uuid, range window) = 0;
  virtual list_page<held_view> held(std::size_t page, std::size_t page_size) = 0;
  virtual list_page<rejected_row> rejected(std::size_t page, std::size_t page_size) = 0;  // the latest first
};

}  // namespace partmark
