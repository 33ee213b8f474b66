// Changes of a run that grows are one change in the batch, beside what others put there; the store that follows must end up the same.
#include "reconcile/fold.hpp"

#include <gtest/gtest.h>
#include <malloc.h>

#include <algorithm>
#include <map>
#include <random>
#include <utility>
#include <vector>

namespace partmark {
namespace {

using batch = std::vector<plan_run_change<mark>>;
using rows = std::map<std::pair<plan_id, ordinal>, std::pair<ordinal, mark>>;

void store(rows& to, const batch& changes) {
  for (const auto& [plan, c] : changes) {
    to.erase({plan, c.at.first});
    if (c.added) to[{plan, c.at.first}] = {c.at.last, c.value};
  }
}

rows rows_of(const std::vector<range_map<mark>>& plans) {
  rows all;
  for (plan_id id = 0; id < plans.size(); ++id) plans[id].visit_all([&, id](range at, mark m) { all[{id, at.first}] = {at.last, m}; });
  return all;
}

TEST(batch_tail, a_run_that_grows_is_one_change) {
  batch to;
  batch_tail<mark> tail;
  range_map<mark> plan;
  tail.resume(to);
  for (ordinal day = 0; day < 100; ++day) {
    run_changes<mark> changes;
    plan.assign({day, day}, mark::success, changes);
    tail.append(to, 0, changes);
  }
  ASSERT_EQ(to.size(), 1U);
  EXPECT_EQ(to[0].change, (run_change<mark>{{0, 99}, mark::success, true}));
}

TEST(batch_tail, what_others_put_into_the_batch_meanwhile_is_left_alone) {
  batch to;
  batch_tail<mark> tail;
  range_map<mark> plan;
  const auto put = [&](range at) {
    run_changes<mark> changes;
    plan.assign(at, mark::success, changes);
    return changes;
  };
  tail.resume(to);
  auto changes = put({5, 5});
  tail.append(to, 0, changes);
  for (const auto& c : put({6, 7})) to.push_back({0, c});  // as a resync would
  tail.resume(to);
  changes = put({8, 8});
  tail.append(to, 0, changes);
  rows stored;
  store(stored, to);
  EXPECT_EQ(stored, rows_of({plan}));
}

// Nothing but that tells it apart: a daemon with a million plans kept 8 MB that a catch-up had taken. Sanitizers' allocators count nothing.
TEST(batch_tail, a_batch_that_is_stored_leaves_no_memory_behind) {
  const auto in_use = [] {
    const auto m = ::mallinfo2();
    return m.uordblks + m.hblkhd;
  };
  batch to;
  to.reserve(2);
  batch_tail<mark> tail;
  tail.resume(to);
  const auto before = in_use();
  tail.grow(to, 1'000'000, {5, 5}, 6, mark::success);
  tail.close();
  EXPECT_LT(in_use(), before + 1'000'000);
}

TEST(batch_tail, a_run_that_went_and_came_back_grows_in_its_latest_change) {
  batch to;
  batch_tail<mark> tail;
  range_map<mark> plan;
  tail.resume(to);
  const auto put = [&](range at, mark said) {
    run_changes<mark> changes;
    plan.assign(at, said, changes);
    tail.append(to, 0, changes);
  };
  put({5, 5}, mark::success);
  put({4, 4}, mark::success);  // its run begins elsewhere now
  put({4, 4}, mark::failed);
  put({6, 6}, mark::success);
  rows stored;
  store(stored, to);
  EXPECT_EQ(stored, rows_of({plan}));
}

// Some plans, several readers of slices, others between them, batches that are stored or stay.
TEST(batch_tail, the_store_follows_whoever_changes_what_in_whatever_order) {
  std::mt19937_64 random(3);  // the same cases every time
  const auto any = [&](std::uint64_t n) { return static_cast<std::int64_t>(random() % n); };
  for (int round = 0; round < 300; ++round) {
    std::vector<range_map<mark>> plans(3);
    std::vector<ordinal> end(3);
    batch to;
    batch_tail<mark> tail;
    rows stored;
    const auto change = [&](plan_id plan) {
      run_changes<mark> changes;
      const ordinal first = any(4) == 0 ? any(12) : end[plan];
      const range at{first, first + any(2)};
      const mark said = any(6) == 0 ? mark::failed : mark::success;
      if (any(9) == 0)
        plans[plan].erase(at, changes);
      else
        plans[plan].assign(at, said, changes);
      end[plan] = std::max(end[plan], at.last + 1);
      return changes;
    };
    for (int slice = 0; slice < 30; ++slice) {
      tail.resume(to);
      for (std::int64_t n = any(6); n > 0; --n) {
        const auto plan = static_cast<plan_id>(any(3));
        const range next{end[plan], end[plan] + any(2)};
        if (any(2) == 0 && plans[plan].grows(next, mark::success)) {
          tail.grow(to, plan, plans[plan].grow(next), next.last, mark::success);
          end[plan] = next.last + 1;
          continue;
        }
        auto changes = change(plan);
        tail.append(to, plan, changes);
      }
      for (std::int64_t n = any(3); n > 0; --n) {
        const auto plan = static_cast<plan_id>(any(3));
        for (const auto& c : change(plan)) to.push_back({plan, c});
      }
      if (any(8) == 0) tail.close();
      if (any(3) != 0) continue;
      store(stored, to);
      to.clear();
      ASSERT_EQ(stored, rows_of(plans)) << "round " << round << ", slice " << slice;
    }
  }
}

}  // namespace
}  // namespace partmark
