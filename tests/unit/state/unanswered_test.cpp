#include "state_values.hpp"
#include "unit/sqlite/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace partmark {
namespace {

using namespace partmark::testing;

struct called_plan {
  called_plan(sqlite_state& its_store, plan_id id, bool waits) : store(its_store), row(a_plan(id, daily)) {
    if (waits) row.pending_since = at_ms(1000);
    state_changes c;
    c.plans = {row};
    EXPECT_TRUE(store.commit(c));
  }

  void end(std::uint64_t call_id, verdict_kind kind) {
    attempt_row ended;
    ended.plan = row.id;
    ended.number = row.attempts++;
    ended.call_id = call_id;
    ended.partitions = 1;
    ended.sent_at = at_ms(static_cast<std::int64_t>(call_id) * 1000);
    ended.ended.kind = kind;
    ended.ended.message = "call " + std::to_string(call_id);
    state_changes c;
    c.plans = {row};
    c.attempts = {ended};
    EXPECT_TRUE(store.commit(c));
  }

  sqlite_state& store;
  plan_row row;
};

TEST(unanswered_test, of_a_plan_that_waits_the_latest_call_counts_unless_it_was_accepted) {
  const temporary_folder folder;
  const std::string path = folder.file("state.db");
  auto store = opened(path);
  std::vector<called_plan> plans;
  for (plan_id id = 0; id < 4; ++id) plans.emplace_back(*store, id, id != 2);
  std::uint64_t call = 0;
  for (unsigned i = 0; i < 3 * attempts_kept; ++i) {  // more than the ring holds; plan 3 is never called
    const bool even = i % 2 == 0;
    plans[0].end(++call, even ? verdict_kind::accepted : verdict_kind::retry);
    plans[1].end(++call, even ? verdict_kind::ambiguous : verdict_kind::accepted);
    plans[2].end(++call, verdict_kind::retry);
    const auto found = reader_of(path).unanswered().value();
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].uuid, even ? "plan-1" : "plan-0");
    EXPECT_EQ(found[0].last.ended.message, "call " + std::to_string(even ? call - 1 : call - 2));
  }
}

TEST(unanswered_test, the_latest_call_of_all_comes_first) {
  const temporary_folder folder;
  const std::string path = folder.file("state.db");
  auto store = opened(path);
  std::vector<called_plan> plans;
  for (plan_id id = 0; id < 3; ++id) plans.emplace_back(*store, id, true);
  for (const plan_id id : {1U, 2U, 0U}) plans[id].end(10 + id, verdict_kind::unauthorized);
  const auto found = reader_of(path).unanswered().value();
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].uuid, "plan-2");
  EXPECT_EQ(found[2].uuid, "plan-0");
}

}  // namespace
}  // namespace partmark
