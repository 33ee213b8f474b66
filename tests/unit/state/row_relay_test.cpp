// Rows that cross threads: all of them, in order, whoever is slower; and nobody waits for ever when one side fails.
#include "state/row_relay.hpp"

#include "unit/state/state_values.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <thread>

namespace partmark {
namespace {

using namespace testing;

constexpr plan_id plans = 7001;  // no multiple of a batch

// As load_state does: all plans, all marks, all pending.
void read_all(stored_rows& into) {
  for (plan_id id = 0; id < plans; ++id) {
    plan_row row;
    row.id = id;
    row.uuid = "plan-" + std::string(id % 50, 'x') + std::to_string(id);
    into.plan(row);
  }
  for (plan_id id = 0; id < plans; ++id)
    for (ordinal o = 0; o < id % 3; ++o) into.marked(id, {10 * o, 10 * o + 5}, o % 2 == 0 ? mark::success : mark::failed);
  for (plan_id id = 0; id < plans; id += 2) into.pending(id, {0, id});
}

// Runs `read` beside: what comes is given to `rows`.
template <class Read>
void relayed(Read read, stored_rows& rows) {
  row_relay relay;
  std::jthread reading([&] {
    read(relay);
    relay.end();
  });
  relay.give_to(rows);
}

TEST(row_relay, gives_on_every_row_in_order) {
  stored_state expected;
  collected_rows directly(expected);
  read_all(directly);
  stored_state got;
  collected_rows rows(got);
  relayed([](row_relay& relay) { read_all(relay); }, rows);
  EXPECT_EQ(got.plans, expected.plans);
  const auto same = [](const auto& a, const auto& b) { return a.plan == b.plan && a.change == b.change; };
  EXPECT_TRUE(std::ranges::equal(got.marks, expected.marks, same));
  EXPECT_TRUE(std::ranges::equal(got.pending, expected.pending, same));
}

TEST(row_relay, nothing_to_give_is_an_end_as_well) {
  stored_state got;
  collected_rows rows(got);
  relayed([](row_relay&) {}, rows);
  EXPECT_TRUE(got.plans.empty() && got.marks.empty() && got.pending.empty());
}

struct refusing_rows final : stored_rows {
  void plan(const plan_row& row) override {
    if (row.id == 3000) throw std::runtime_error("no memory");
  }
  void marked(plan_id /*plan*/, range /*at*/, mark /*m*/) override { ADD_FAILURE() << "after a failure nothing comes"; }
  void pending(plan_id /*plan*/, range /*at*/) override { ADD_FAILURE() << "after a failure nothing comes"; }
};

TEST(row_relay, who_takes_no_more_does_not_keep_the_reader_waiting) {
  refusing_rows rows;
  EXPECT_THROW(relayed([](row_relay& relay) { read_all(relay); }, rows), std::runtime_error);
}

}  // namespace
}  // namespace partmark
