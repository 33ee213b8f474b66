// The range map against an oracle that keeps one entry a partition, and against the store that follows its row changes.
#include "core/range_map.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <ostream>
#include <random>
#include <utility>
#include <vector>

namespace partmark {
namespace {

using colours = range_map<int, 4>;  // small blocks, so that a few runs fill many
using run = std::pair<range, int>;
using partition_oracle = std::map<ordinal, int>;

std::vector<run> runs_of(const colours& map) {
  std::vector<run> runs;
  map.visit_all([&](range at, int v) { runs.emplace_back(at, v); });
  return runs;
}

// What sorted, disjoint and maximal runs of these partitions are, by looking at one after the other.
std::vector<run> runs_of(const partition_oracle& oracle) {
  std::vector<run> runs;
  for (const auto& [o, v] : oracle) {
    if (!runs.empty() && runs.back().first.last == o - 1 && runs.back().second == v)
      runs.back().first.last = o;
    else
      runs.push_back({{o, o}, v});
  }
  return runs;
}

// One row a run, keyed by its first partition, as state.db has them. A removal of a row that is not there, or under another extent than it
// was stored with, is a lie to the store.
class row_store {
 public:
  void follow(const run_changes<int>& changes) {
    for (const auto& c : changes) {
      if (c.added) {
        rows_[c.at.first] = {c.at, c.value};
        continue;
      }
      const auto found = rows_.find(c.at.first);
      ASSERT_NE(found, rows_.end());
      EXPECT_EQ(found->second, run(c.at, c.value));
      rows_.erase(found);
    }
  }
  [[nodiscard]] std::vector<run> runs() const {
    std::vector<run> all;
    for (const auto& [first, row] : rows_) all.push_back(row);
    return all;
  }

 private:
  std::map<ordinal, run> rows_;
};

struct change_request {
  bool erases = false;
  range at;
  int value = 0;
};

std::ostream& operator<<(std::ostream& out, const change_request& r) {
  return out << (r.erases ? "erase" : "assign") << " [" << r.at.first << ", " << r.at.last << "] " << r.value;
}

rc::Gen<range> any_range(ordinal lowest, ordinal highest) {
  return rc::gen::map(rc::gen::pair(rc::gen::inRange(lowest, highest + 1), rc::gen::inRange<std::int64_t>(0, 12)),
                      [highest](std::pair<ordinal, std::int64_t> p) { return range{p.first, std::min(p.first + p.second, highest)}; });
}

rc::Gen<change_request> any_change() {
  return rc::gen::map(
      rc::gen::tuple(rc::gen::inRange(0, 4), any_range(-60, 60), rc::gen::inRange(0, 3)),
      [](const std::tuple<int, range, int>& t) { return change_request{std::get<0>(t) == 0, std::get<1>(t), std::get<2>(t)}; });
}

void apply(const change_request& r, partition_oracle& oracle) {
  for (ordinal o = r.at.first; o <= r.at.last; ++o) {
    if (r.erases)
      oracle.erase(o);
    else
      oracle[o] = r.value;
  }
}

void apply(const change_request& r, colours& map, run_changes<int>& out) {
  if (r.erases)
    map.erase(r.at, out);
  else
    map.assign(r.at, r.value, out);
}

RC_GTEST_PROP(range_map_property, any_changes_leave_the_canonical_runs_of_the_partitions, ()) {
  colours map;
  partition_oracle oracle;
  for (const auto& r : *rc::gen::container<std::vector<change_request>>(any_change())) {
    run_changes<int> changes;
    apply(r, map, changes);
    apply(r, oracle);
    RC_ASSERT(runs_of(map) == runs_of(oracle));
    RC_ASSERT(map.runs() == runs_of(oracle).size());
    RC_ASSERT(map.partitions() == static_cast<std::int64_t>(oracle.size()));
    RC_ASSERT(map.empty() == oracle.empty());
  }
}

RC_GTEST_PROP(range_map_property, a_store_that_follows_the_changes_holds_the_same_runs, ()) {
  colours map;
  row_store store;
  run_changes<int> batch;  // several operations a batch, as one turn of the loop has them
  for (const auto& r : *rc::gen::container<std::vector<change_request>>(any_change())) {
    apply(r, map, batch);
    if (batch.size() < 5) continue;
    store.follow(batch);
    batch.clear();
    RC_ASSERT(store.runs() == runs_of(map));
  }
  map.clear(batch);
  store.follow(batch);
  RC_ASSERT(store.runs().empty());
  RC_ASSERT(map.empty());
  RC_ASSERT(map.partitions() == 0);
}

RC_GTEST_PROP(range_map_property, what_changes_nothing_reports_nothing, ()) {
  colours map;
  partition_oracle oracle;
  for (const auto& r : *rc::gen::container<std::vector<change_request>>(any_change())) {
    const partition_oracle before = oracle;
    run_changes<int> changes;
    apply(r, map, changes);
    apply(r, oracle);
    RC_ASSERT(changes.empty() == (oracle == before));
  }
}

RC_GTEST_PROP(range_map_property, lookups_answer_as_the_partitions_do, ()) {
  colours map;
  partition_oracle oracle;
  for (const auto& r : *rc::gen::container<std::vector<change_request>>(any_change())) {
    run_changes<int> unused;
    apply(r, map, unused);
    apply(r, oracle);
  }
  for (ordinal o = -63; o <= 63; ++o) {
    const int* found = map.find(o);
    RC_ASSERT((found != nullptr) == oracle.contains(o));
    if (found != nullptr) RC_ASSERT(*found == oracle.at(o));
  }
  const auto extent = oracle.empty() ? std::nullopt : std::optional(range{oracle.begin()->first, oracle.rbegin()->first});
  RC_ASSERT(map.extent() == extent);
  const range window = *any_range(-63, 63);
  partition_oracle seen;
  std::vector<run> visited;
  map.visit(window, [&](range at, int v) {
    visited.emplace_back(at, v);
    for (ordinal o = at.first; o <= at.last; ++o) seen[o] = v;
  });
  partition_oracle within;
  for (const auto& [o, v] : oracle)
    if (o >= window.first && o <= window.last) within[o] = v;
  RC_ASSERT(seen == within);
  RC_ASSERT(visited == runs_of(within));  // ascending and whole
  RC_ASSERT(map.intersects(window) == !within.empty());
}

std::vector<run> after(const std::vector<change_request>& requests, run_changes<int>& last_changes) {
  colours map;
  for (const auto& r : requests) {
    last_changes.clear();
    apply(r, map, last_changes);
  }
  return runs_of(map);
}

TEST(range_map, joins_equal_neighbours_on_both_sides) {
  run_changes<int> changes;
  const auto runs = after({{false, {0, 4}, 7}, {false, {10, 14}, 7}, {false, {5, 9}, 7}}, changes);
  EXPECT_EQ(runs, (std::vector<run>{{{0, 14}, 7}}));
}

TEST(range_map, keeps_neighbours_of_another_value_apart) {
  run_changes<int> changes;
  const auto runs = after({{false, {0, 4}, 1}, {false, {10, 14}, 2}, {false, {5, 9}, 3}}, changes);
  EXPECT_EQ(runs, (std::vector<run>{{{0, 4}, 1}, {{5, 9}, 3}, {{10, 14}, 2}}));
  EXPECT_EQ(changes, (run_changes<int>{{{5, 9}, 3, true}}));
}

TEST(range_map, splits_a_run_that_another_value_lands_inside_of) {
  run_changes<int> changes;
  const auto runs = after({{false, {0, 9}, 1}, {false, {4, 5}, 2}}, changes);
  EXPECT_EQ(runs, (std::vector<run>{{{0, 3}, 1}, {{4, 5}, 2}, {{6, 9}, 1}}));
}

TEST(range_map, a_hole_leaves_both_ends) {
  run_changes<int> changes;
  EXPECT_EQ(after({{false, {0, 9}, 1}, {true, {4, 5}, 0}}, changes), (std::vector<run>{{{0, 3}, 1}, {{6, 9}, 1}}));
  EXPECT_EQ(changes, (run_changes<int>{{{0, 9}, 1, false}, {{0, 3}, 1, true}, {{6, 9}, 1, true}}));
}

TEST(range_map, one_more_partition_at_the_end_costs_one_row_however_long_the_history) {
  colours map;
  run_changes<int> unused;
  for (ordinal o = 0; o < 2000; o += 2) map.assign({o, o}, 1, unused);
  map.assign({5000, 5009}, 1, unused);
  run_changes<int> changes;
  map.assign({5010, 5010}, 1, changes);
  EXPECT_EQ(changes, (run_changes<int>{{{5000, 5009}, 1, false}, {{5000, 5010}, 1, true}}));
}

TEST(range_map, a_hundred_thousand_runs_come_and_go_in_any_order) {
  range_map<int> map;
  std::map<ordinal, int> oracle;
  run_changes<int> changes;
  std::mt19937_64 dice(11);
  constexpr ordinal partitions = 300'000;
  const auto check = [&] {
    std::map<ordinal, int> seen;
    map.visit_all([&](range at, int v) {
      for (ordinal o = at.first; o <= at.last; ++o) seen[o] = v;
    });
    EXPECT_TRUE(seen == oracle);
    EXPECT_EQ(map.partitions(), static_cast<std::int64_t>(oracle.size()));
  };
  for (int i = 0; i < 200'000; ++i) {
    const auto o = static_cast<ordinal>(dice() % partitions);
    const int v = static_cast<int>(dice() % 3);
    map.assign({o, o}, v, changes);
    oracle[o] = v;
    changes.clear();
  }
  EXPECT_GT(map.runs(), 80'000U);
  check();
  for (ordinal o = 0; o < partitions; o += 64) {
    const ordinal last = std::min(partitions - 1, o + static_cast<ordinal>(dice() % 64));
    map.erase({o, last}, changes);
    oracle.erase(oracle.lower_bound(o), oracle.upper_bound(last));
    changes.clear();
  }
  check();
  map.erase({100, partitions}, changes);
  oracle.erase(oracle.lower_bound(100), oracle.end());
  check();
}

// One run, few and many are kept in three different ways.
TEST(range_map, a_copy_is_the_same_however_many_runs_there_are) {
  for (ordinal runs = 0; runs < 30; ++runs) {
    colours map;
    run_changes<int> unused;
    for (ordinal o = 0; o < 2 * runs; o += 2) map.assign({o, o}, 1, unused);
    const colours copy = map;
    colours assigned;
    assigned.assign({500, 501}, 2, unused);
    assigned = map;
    EXPECT_EQ(runs_of(copy), runs_of(map));
    EXPECT_EQ(runs_of(assigned), runs_of(map));
    map.assign({0, 99}, 3, unused);
    EXPECT_EQ(copy.runs(), static_cast<std::size_t>(runs));
    EXPECT_EQ(assigned.runs(), static_cast<std::size_t>(runs));
  }
}

TEST(range_map, a_copy_lives_on_its_own) {
  colours map;
  run_changes<int> unused;
  for (ordinal o = 0; o < 40; o += 2) map.assign({o, o}, 1, unused);
  const colours copy = map;
  map.clear(unused);
  EXPECT_EQ(copy.runs(), 20U);
  EXPECT_EQ(copy.partitions(), 20);
  EXPECT_TRUE(map.empty());
}

TEST(range_map, a_visit_stops_when_told_to) {
  colours map;
  run_changes<int> unused;
  for (ordinal o = 0; o < 10; o += 2) map.assign({o, o}, 1, unused);
  int seen = 0;
  map.visit_while([&](range, int) { return ++seen < 3; });
  EXPECT_EQ(seen, 3);
}

}  // namespace
}  // namespace partmark
