// A turn's batch: when it says nothing, and what coalescing may leave out. The oracle applies both, change after change.
#include "reconcile/state.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <utility>

namespace partmark {
namespace {

using stored_rows = std::map<std::pair<plan_id, ordinal>, std::pair<ordinal, mark>>;
using mark_change = plan_run_change<mark>;

void replay(stored_rows& rows, const std::vector<mark_change>& changes) {
  for (const auto& [plan, change] : changes) {
    const std::pair key(plan, change.at.first);
    if (change.added) {
      ASSERT_TRUE(rows.emplace(key, std::pair(change.at.last, change.value)).second) << "a row is taken away before it is put anew";
    } else {
      ASSERT_EQ(rows.erase(key), 1U) << "only what is there is taken away";
    }
  }
}

TEST(state_changes, coalesced_they_do_the_same_with_each_row_touched_once) {
  std::mt19937 random(7);
  const auto below = [&](unsigned n) { return static_cast<std::int64_t>(random() % n); };
  for (int n = 0; n < 2'000; ++n) {
    stored_rows before;
    for (std::int64_t i = below(6); i > 0; --i) before[{static_cast<plan_id>(below(3)), below(4)}] = {below(9), mark::success};
    stored_rows now = before;
    state_changes batch;
    for (std::int64_t i = below(9); i > 0; --i) {
      const std::pair key(static_cast<plan_id>(below(3)), below(4));
      if (const auto there = now.find(key); there != now.end()) {
        batch.marks.push_back({key.first, {{key.second, there->second.first}, there->second.second, false}});
        now.erase(there);
        if (below(2) == 0) continue;
      }
      now[key] = {below(9), mark::failed};
      batch.marks.push_back({key.first, {{key.second, now[key].first}, mark::failed, true}});
    }
    batch.coalesce();
    std::map<std::pair<plan_id, ordinal>, int> puts;
    std::map<std::pair<plan_id, ordinal>, int> takes;
    for (std::size_t i = 0; i < batch.marks.size(); ++i) {
      const std::pair key(batch.marks[i].plan, batch.marks[i].change.at.first);
      ASSERT_LE(++(batch.marks[i].change.added ? puts : takes)[key], 1);
      if (i == 0) continue;
      ASSERT_LE(std::pair(batch.marks[i - 1].plan, batch.marks[i - 1].change.at.first), key) << "rows come in order";
    }
    replay(before, batch.marks);
    ASSERT_EQ(before, now);
  }
}

TEST(state_changes, a_plans_last_row_stays_and_is_only_progress_where_all_of_its_rows_were) {
  const auto row = [](plan_id id, std::uint32_t attempts) {
    plan_row r;
    r.id = id;
    r.attempts = attempts;
    return r;
  };
  state_changes batch;
  batch.plans = {{row(2, 1), true}, {row(1, 1), false}, {row(2, 2), true}, {row(1, 2), true}, {row(0, 1), true}, {row(0, 2), false}};
  batch.coalesce();
  ASSERT_EQ(batch.plans.size(), 3U);
  for (plan_id id = 0; id < 3; ++id) {
    EXPECT_EQ(static_cast<const plan_row&>(batch.plans[id]), row(id, 2));
    EXPECT_EQ(batch.plans[id].progress_only, id == 2) << id;
  }
}

TEST(state_changes, whatever_is_in_them_they_are_not_empty_until_they_are_cleared) {
  const auto expect_something = [](auto fill) {
    state_changes batch;
    EXPECT_TRUE(batch.empty());
    fill(batch);
    EXPECT_FALSE(batch.empty());
    batch.durable = true;
    batch.clear();
    EXPECT_TRUE(batch.empty());
    EXPECT_FALSE(batch.durable);
  };
  expect_something([](state_changes& b) { b.plans.emplace_back(); });
  expect_something([](state_changes& b) { b.marks.emplace_back(); });
  expect_something([](state_changes& b) { b.pending.emplace_back(); });
  expect_something([](state_changes& b) { b.limbo.emplace_back(); });
  expect_something([](state_changes& b) { b.held.emplace_back(); });
  expect_something([](state_changes& b) { b.holds.emplace_back(); });
  expect_something([](state_changes& b) { b.holds_ended.emplace_back(); });
  expect_something([](state_changes& b) { b.rejects_forgotten.emplace_back(); });
  expect_something([](state_changes& b) { b.rejected.emplace_back(); });
  expect_something([](state_changes& b) { b.intents_ended.emplace_back(); });
  expect_something([](state_changes& b) { b.intents.emplace_back(); });
  expect_something([](state_changes& b) { b.attempts.emplace_back(); });
  expect_something([](state_changes& b) { b.triggers.emplace_back(); });
  expect_something([](state_changes& b) { b.paused.emplace_back(); });
  expect_something([](state_changes& b) { b.position.emplace(); });
  expect_something([](state_changes& b) { b.boot_id.emplace(); });
  expect_something([](state_changes& b) { b.drift_checked_at.emplace(); });
  expect_something([](state_changes& b) { b.marks.resize(100'000); });
}

}  // namespace
}  // namespace partmark
