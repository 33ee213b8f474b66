// Isolation against a remote that refuses every call with a poisoned partition in it. The plan's ledger is a plain set of partitions that
// still wait; the driver does what the loop does with the advice.
#include "core/isolation.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace partmark {
namespace {

using partitions = std::set<ordinal>;

partitions of(const std::vector<range>& ranges) {
  partitions all;
  for (const range r : ranges)
    for (ordinal o = r.first; o <= r.last; ++o) all.insert(o);
  return all;
}

call call_for(const partitions& wanted, std::size_t ranges_max = 1000) {
  std::vector<range> each;
  for (const ordinal o : wanted) each.push_back({o, o});
  call c;
  for (const range r : joined(each))
    if (c.claims.size() < ranges_max) c.claims.push_back({r, mark::success});
  return c;
}

partitions of(const call& c) {
  std::vector<range> ranges;
  for (const auto& claimed : c.claims) ranges.push_back(claimed.at);
  return of(ranges);
}

bool meet(const partitions& a, const partitions& b) {
  return std::any_of(a.begin(), a.end(), [&](ordinal o) { return b.contains(o); });
}

partitions up_to(ordinal count) {
  partitions all;
  for (ordinal o = 0; o < count; ++o) all.insert(all.end(), o);
  return all;
}

class plan_under_isolation {
 public:
  plan_under_isolation(partitions waiting, partitions poison) : waiting_(std::move(waiting)), poison_(std::move(poison)) {}

  void set_ranges_max(std::size_t n) { ranges_max_ = n; }

  // The first whole call was refused for good; from here to the end of the isolation.
  void run() {
    inside.begin(call_for(waiting_), "422/BAD");
    while (step()) {
    }
  }

  bool step() {
    while (inside.active() && current().empty()) inside.done();
    if (!inside.active()) return false;
    const call c = call_for(current(), ranges_max_);
    ++calls;
    sent.push_back(of(c));
    if (meet(of(c), poison_))
      refuse(c);
    else
      accept(c);
    return true;
  }

  isolation inside;
  partitions held;
  partitions delivered;
  unsigned calls = 0;
  std::vector<partitions> sent;

 private:
  partitions current() const {
    partitions now;
    for (const ordinal o : of(inside.current().at))
      if (waiting_.contains(o)) now.insert(o);
    return now;
  }

  void move(const partitions& from, partitions& to) {
    for (const ordinal o : from)
      if (waiting_.erase(o) == 1) to.insert(o);
  }

  void accept(const call& c) {
    move(of(c), delivered);
    inside.accepted();
  }

  void refuse(const call& c) {
    switch (inside.rejected(c, "422/BAD")) {
      case isolation::advice::go_on:
        break;
      case isolation::advice::hold_call:
        move(of(c), held);
        break;
      case isolation::advice::hold_all:
        move(of(c), held);
        move(of(inside.take_rest()), held);
        break;
    }
  }

  partitions waiting_;
  partitions poison_;
  std::size_t ranges_max_ = 1000;
};

TEST(isolation, finds_the_one_guilty_partition_wherever_it_is) {
  for (ordinal guilty = 0; guilty < 33; ++guilty) {
    plan_under_isolation plan(up_to(33), {guilty});
    plan.run();
    EXPECT_EQ(plan.held, partitions{guilty});
    EXPECT_EQ(plan.delivered.size(), 32U);
    EXPECT_LE(plan.calls, 2U * 6U);
  }
}

TEST(isolation, finds_up_to_three_guilty_among_a_thousand_within_its_calls) {
  std::mt19937_64 random(20240229);  // the same cases every time
  for (int round = 0; round < 300; ++round) {
    const auto count = static_cast<ordinal>(2 + random() % 1000);
    partitions poison;
    const std::size_t wanted = 1 + random() % 3;
    while (poison.size() < std::min<std::size_t>(wanted, static_cast<std::size_t>(count)))
      poison.insert(static_cast<ordinal>(random() % static_cast<std::uint64_t>(count)));
    plan_under_isolation plan(up_to(count), poison);
    plan.run();
    ASSERT_EQ(plan.held, poison) << "round " << round << ", " << count << " partitions";
    ASSERT_EQ(plan.delivered.size(), static_cast<std::size_t>(count) - poison.size());
    ASSERT_LE(plan.calls, isolation::calls_max);
  }
}

TEST(isolation, never_asks_more_than_its_calls_and_never_holds_what_was_accepted_nor_loses_anything) {
  std::mt19937_64 random(8);  // the same cases every time
  bool gave_up = false;
  for (int round = 0; round < 400; ++round) {
    const auto count = static_cast<ordinal>(2 + random() % 500);
    const double share = static_cast<double>(random() % 100) / 100.0;
    partitions poison;
    for (ordinal o = 0; o < count; ++o)
      if (std::uniform_real_distribution<>()(random) < share) poison.insert(o);
    plan_under_isolation plan(up_to(count), poison);
    plan.run();
    ASSERT_LE(plan.calls, isolation::calls_max) << "round " << round << ", " << count << " partitions, " << poison.size() << " poisoned";
    ASSERT_EQ(plan.held.size() + plan.delivered.size(), static_cast<std::size_t>(count));
    ASSERT_FALSE(meet(plan.delivered, poison));
    gave_up = gave_up || plan.held != poison;
  }
  EXPECT_TRUE(gave_up);  // else the bound was never reached
}

TEST(isolation, ranges_far_apart_are_halved_as_one_set_of_partitions) {
  partitions waiting;
  for (ordinal o = 0; o < 400; ++o)
    if (o % 7 < 2) waiting.insert(o * 1000);
  plan_under_isolation plan(waiting, {7000, 8000});
  plan.run();
  EXPECT_EQ(plan.held, (partitions{7000, 8000}));
  EXPECT_LE(plan.calls, isolation::calls_max);
}

TEST(isolation, a_plan_that_is_refused_as_a_whole_is_held_after_eight_alike) {
  plan_under_isolation plan(up_to(1000), up_to(1000));
  plan.run();
  EXPECT_EQ(plan.calls, isolation::alike_max);
  EXPECT_EQ(plan.held, up_to(1000));
  EXPECT_FALSE(plan.inside.active());
}

TEST(isolation, a_small_plan_that_is_refused_as_a_whole_is_held_partition_by_partition) {
  plan_under_isolation plan(up_to(3), up_to(3));
  plan.run();
  EXPECT_EQ(plan.held, up_to(3));
  EXPECT_LT(plan.calls, isolation::alike_max);
}

TEST(isolation, one_acceptance_among_the_first_probes_means_that_not_the_whole_is_refused) {
  partitions poison = up_to(1000);
  for (ordinal o = 0; o < 125; ++o) poison.erase(o);  // the first eighth is sound
  plan_under_isolation plan(up_to(1000), poison);
  plan.run();
  EXPECT_GT(plan.calls, isolation::alike_max);
  EXPECT_TRUE(meet(plan.delivered, up_to(125)));
}

call whole(range r) { return {call_kind::update, {{r, mark::success}}}; }

TEST(isolation, refusals_that_differ_are_not_alike) {
  isolation inside;
  inside.begin(whole({0, 1023}), "500/A");
  for (unsigned i = 0; i < isolation::alike_max - 1; ++i)
    ASSERT_EQ(inside.rejected(whole(inside.current().at.front()), "500/A"), isolation::advice::go_on);
  EXPECT_EQ(inside.rejected(whole(inside.current().at.front()), "422/B"), isolation::advice::go_on);
  EXPECT_EQ(inside.rejected(whole(inside.current().at.front()), "500/A"), isolation::advice::go_on);
}

TEST(isolation, the_unsent_rest_of_a_piece_is_not_forgotten) {
  plan_under_isolation plan({0, 2, 4, 6, 8, 10, 12, 14}, {4});
  plan.set_ranges_max(1);  // a piece takes several calls
  plan.run();
  EXPECT_EQ(plan.held, partitions{4});
  EXPECT_EQ(plan.delivered.size(), 7U);
}

TEST(isolation, halves_are_probed_breadth_first) {
  plan_under_isolation plan(up_to(8), {0, 4});
  plan.run();
  EXPECT_EQ(plan.held, (partitions{0, 4}));
  ASSERT_GE(plan.sent.size(), 4U);
  EXPECT_EQ(plan.sent[0], (partitions{0, 1, 2, 3}));
  EXPECT_EQ(plan.sent[1], (partitions{4, 5, 6, 7}));
  EXPECT_EQ(plan.sent[2], (partitions{0, 1}));
  EXPECT_EQ(plan.sent[3], (partitions{2, 3}));
}

TEST(isolation, a_refused_reprobe_of_one_partition_goes_back) {
  isolation inside;
  inside.add_reprobe({{4, 4}}, 17);
  EXPECT_TRUE(inside.reprobing(17));
  EXPECT_FALSE(inside.reprobing(16));
  EXPECT_EQ(inside.rejected(whole({4, 4}), "422/BAD"), isolation::advice::hold_call);
  EXPECT_FALSE(inside.active());
}

TEST(isolation, a_refused_reprobe_of_several_is_looked_into) {
  isolation inside;
  inside.add_reprobe({{4, 5}, {0, 3}}, 17);
  EXPECT_EQ(inside.current().at, (std::vector<range>{{0, 5}}));
  EXPECT_EQ(inside.rejected(whole({0, 5}), "422/BAD"), isolation::advice::go_on);
  EXPECT_TRUE(inside.reprobing(17));
  EXPECT_EQ(inside.current().at, (std::vector<range>{{0, 2}}));
  inside.accepted();
  inside.done();
  EXPECT_EQ(inside.current().at, (std::vector<range>{{3, 5}}));
  EXPECT_EQ(inside.current().reprobe_of, 17);
}

TEST(isolation, a_reprobe_refused_as_a_whole_gives_up_after_eight_alike_and_leaves_the_others) {
  isolation inside;
  inside.add_reprobe({{0, 1023}}, 17);
  ASSERT_EQ(inside.rejected(whole({0, 1023}), "422/BAD"), isolation::advice::go_on);
  for (unsigned i = 1; i < isolation::alike_max; ++i)
    ASSERT_EQ(inside.rejected(whole(inside.current().at.front()), "422/BAD"), isolation::advice::go_on);
  inside.add_reprobe({{5000, 5001}}, 18);
  ASSERT_EQ(inside.rejected(whole(inside.current().at.front()), "422/BAD"), isolation::advice::hold_all);
  EXPECT_FALSE(inside.take_rest(17).empty());
  EXPECT_FALSE(inside.reprobing(17));
  EXPECT_TRUE(inside.reprobing(18));
}

TEST(isolation, a_reprobe_is_no_probe_of_the_isolation_that_runs_beside_it) {
  isolation inside;
  inside.add_reprobe({{5000, 5000}}, 1);
  inside.begin(whole({0, 1023}), "422/BAD");
  inside.accepted();  // the re-probe
  inside.done();
  unsigned refusals = 1;
  while (inside.rejected(whole(inside.current().at.front()), "422/BAD") == isolation::advice::go_on) ++refusals;
  EXPECT_EQ(refusals, isolation::alike_max);
}

TEST(isolation, giving_up_leaves_reprobes_their_own_holds) {
  isolation inside;
  inside.begin(whole({0, 9}), "422/BAD");
  inside.add_reprobe({{100, 101}}, 3);
  EXPECT_EQ(inside.take_rest(), (std::vector<range>{{0, 9}}));
  EXPECT_TRUE(inside.active());
  EXPECT_TRUE(inside.reprobing(3));
  inside.clear();
  EXPECT_FALSE(inside.active());
}

TEST(isolation, giving_up_leaves_out_the_refused_call_whose_end_the_ledger_knows_better) {
  isolation inside;
  inside.begin(whole({0, 1023}), "422/BAD");
  for (unsigned i = 1; i < isolation::alike_max; ++i) inside.rejected(whole(inside.current().at.front()), "422/BAD");
  const range refused = inside.current().at.front();
  ASSERT_EQ(inside.rejected(whole(refused), "422/BAD"), isolation::advice::hold_all);
  EXPECT_FALSE(meet(of(inside.take_rest()), of(std::vector<range>{refused})));
}

TEST(isolation, a_second_isolation_counts_from_the_start) {
  plan_under_isolation plan(up_to(1000), up_to(1000));
  plan.run();
  plan_under_isolation again = plan;
  again.inside.begin(whole({2000, 2999}), "422/BAD");
  for (unsigned i = 1; i < isolation::alike_max; ++i)
    ASSERT_EQ(again.inside.rejected(whole(again.inside.current().at.front()), "422/BAD"), isolation::advice::go_on);
}

TEST(joined_ranges, are_sorted_and_neighbours_are_one) {
  EXPECT_EQ(joined({{5, 6}, {0, 1}, {2, 2}, {9, 9}, {6, 7}}), (std::vector<range>{{0, 2}, {5, 7}, {9, 9}}));
  EXPECT_TRUE(joined({}).empty());
}

}  // namespace
}  // namespace partmark
