// Values of the state port to store, and how to compare what comes back. For the tests of lib/state.
#pragma once

#include "reconcile/state.hpp"
#include "state/sqlite_state.hpp"
#include "state/state_reader.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace partmark::testing {

inline const plan_shape daily{plan_kind::partitioned, granularity::day};
inline const plan_shape refresh{plan_kind::full_refresh, granularity::day};

inline system_time at_ms(std::int64_t ms) { return system_time(milliseconds(ms)); }

inline std::unique_ptr<sqlite_state> opened(const std::string& path) {
  auto made = sqlite_state::open(path);
  if (!made) throw std::runtime_error(made.error().message);
  return std::move(*made);
}

// Collects what a start is given row by row.
struct collected_rows final : stored_rows {
  explicit collected_rows(stored_state& s) : to(s) {}
  void plan(const plan_row& row) override { to.plans.push_back(row); }
  void marked(plan_id plan, range at, mark m) override { to.marks.push_back({plan, {at, m, true}}); }
  void pending(plan_id plan, range at) override { to.pending.push_back({plan, {at, {}, true}}); }

  stored_state& to;
};

// All at once; and row by row, which must be the same.
inline stored_state loaded(sqlite_state& store) {
  auto all = store.load();
  if (!all) throw std::runtime_error(all.error().message);
  stored_state streamed;
  collected_rows rows(streamed);
  const auto rest = store.load(rows);
  if (!rest) throw std::runtime_error(rest.error().message);
  EXPECT_TRUE(rest->plans.empty() && rest->marks.empty() && rest->pending.empty());
  EXPECT_EQ(rest->limbo.size(), all->limbo.size());
  EXPECT_EQ(rest->held.size(), all->held.size());
  EXPECT_EQ(rest->intents.size(), all->intents.size());
  EXPECT_EQ(streamed.plans, all->plans);
  const auto same = [](const auto& a, const auto& b) { return a.plan == b.plan && a.change == b.change; };
  EXPECT_TRUE(std::ranges::equal(streamed.marks, all->marks, same));
  const auto same_range = [](const auto& a, const auto& b) { return a.plan == b.plan && a.change.at == b.change.at; };
  EXPECT_TRUE(std::ranges::equal(streamed.pending, all->pending, same_range));
  return std::move(*all);
}

inline state_reader reader_of(const std::string& path) {
  auto reader = state_reader::open(path);
  if (!reader) throw std::runtime_error(reader.error().message);
  return std::move(*reader);
}

inline std::vector<std::string> problems_of(const std::string& path) { return reader_of(path).check().value(); }

inline plan_row a_plan(plan_id id, plan_shape shape = daily) {
  plan_row row;
  row.id = id;
  row.uuid = "plan-" + std::to_string(id);
  row.shape = shape;
  return row;
}

inline hold_row a_hold(hold_id id, plan_id plan) {
  hold_row row;
  row.id = id;
  row.plan = plan;
  row.http_status = 422;
  row.code = "BAD_PARTITION";
  row.message = "no such partition: \xC3\xBC";
  row.trace_id = "trace-1";
  row.since = at_ms(1'700'000'000'123);
  row.next_try = at_ms(1'700'000'060'123);
  row.tries = 3;
  return row;
}

// What a plan's ledger changed, as the loop hands it over.
inline void append(state_changes& batch, plan_id plan, const ledger_changes& changes) {
  for (const auto& c : changes.marks) batch.marks.push_back({plan, c});
  for (const auto& c : changes.pending) batch.pending.push_back({plan, c});
  for (const auto& c : changes.limbo) batch.limbo.push_back({plan, c});
  for (const auto& c : changes.held) batch.held.push_back({plan, c});
}

template <class V>
std::vector<std::pair<range, V>> runs_of(const range_map<V>& map) {
  std::vector<std::pair<range, V>> runs;
  map.visit_all([&](range at, const V& v) { runs.emplace_back(at, v); });
  return runs;
}

template <class V>
std::vector<std::pair<range, V>> runs_of(const std::vector<plan_run_change<V>>& rows, plan_id plan) {
  std::vector<std::pair<range, V>> runs;
  for (const auto& row : rows)
    if (row.plan == plan) runs.emplace_back(row.change.at, row.change.value);
  return runs;
}

}  // namespace partmark::testing
