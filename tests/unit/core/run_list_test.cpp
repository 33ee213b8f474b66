// The run list against a plain vector of runs, and how its blocks fill and join: what a range map built on it never shows.
#include "core/run_list.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace partmark {
namespace {

constexpr std::size_t block_max = 8;

using list = run_list<std::uint8_t, block_max>;  // kept narrow, as marks are; range_map's tests have wide ones
using run = list::run;
using position = list::position;
using oracle = std::vector<run>;

bool same(const run& a, const run& b) { return a.at == b.at && a.value == b.value; }

oracle runs_of(const list& runs) {
  oracle all;
  for (position p = runs.begin(); !runs.is_end(p); p = runs.next(p)) all.push_back(runs.at(p));
  return all;
}

// How many runs each block has, as the positions tell.
std::vector<std::size_t> blocks_of(const list& runs) {
  std::vector<std::size_t> sizes;
  for (position p = runs.begin(); !runs.is_end(p); p = runs.next(p)) {
    sizes.resize(std::max<std::size_t>(sizes.size(), p.block + 1));
    ++sizes[p.block];
  }
  return sizes;
}

void insert(list& runs, ordinal o) {
  const run made{{o, o}, static_cast<std::uint8_t>(o)};
  runs.splice(runs.find(o), 0, &made, 1);
}

// Of the runs that numbered() made.
void remove(list& runs, ordinal number, std::size_t count = 1) { runs.splice(runs.find(10 * number), count, nullptr, 0); }

list numbered(ordinal count) {
  list runs;
  for (ordinal number = 0; number < count; ++number) insert(runs, 10 * number);
  return runs;
}

// Full blocks are never exceeded, and of two neighbours together more than half a block is used: memory follows the runs that there are,
// not those that there were.
void expect_few_blocks(const list& runs) {
  const std::vector<std::size_t> sizes = blocks_of(runs);
  for (std::size_t b = 0; b < sizes.size(); ++b) {
    ASSERT_TRUE(sizes[b] > 0 && sizes[b] <= block_max) << b;
    ASSERT_TRUE(b == 0 || sizes[b - 1] + sizes[b] > block_max / 2) << b;
  }
}

// What both hold, looked at from every side.
void expect_same(const list& runs, const oracle& expected) {
  runs.fetch_tail();  // asks for memory, whatever the runs lie in, and changes nothing
  const oracle got = runs_of(runs);
  ASSERT_TRUE(std::ranges::equal(got, expected, same));
  ASSERT_EQ(runs.size(), expected.size());
  ASSERT_EQ(runs.empty(), expected.empty());
  ASSERT_EQ(runs.tail() == nullptr, expected.empty());
  ASSERT_NO_FATAL_FAILURE(expect_few_blocks(runs));
  if (expected.empty()) return;
  const run& last = expected.back();
  ASSERT_EQ(runs.tail()->last(), last.at.last);
  ASSERT_TRUE(same({{runs.tail()->first(), runs.tail()->last()}, runs.tail()->value()}, last));
}

// The first run that ends at `o` or later is found wherever it lies; `o` steps over every run and every gap.
void expect_finds(const list& runs, const oracle& expected) {
  for (const run& r : expected)
    for (const ordinal o : {r.at.first - 1, r.at.first, r.at.last, r.at.last + 1}) {
      const auto there = std::ranges::find_if(expected, [o](const run& e) { return e.at.last >= o; });
      const position found = runs.find(o);
      ASSERT_EQ(runs.is_end(found), there == expected.end()) << o;
      ASSERT_TRUE(there == expected.end() || same(runs.at(found), *there)) << o;
    }
}

class life {
 public:
  explicit life(unsigned seed) : dice_(seed) {}

  // Replaces some runs by others between their neighbours; `grows`: rather more than they were.
  void step(bool grows) {
    const std::size_t from = below(expected_.size() + 1);
    const std::size_t left = expected_.size() - from;
    const std::size_t count = std::min(left, grows ? below(3) : below(2) == 0 ? below(40) : below(4));
    const ordinal lowest = from == 0 ? -1'000'000'000 : expected_[from - 1].at.last + 2;
    const ordinal highest = from + count == expected_.size() ? 1'000'000'000 : expected_[from + count].at.first - 2;
    const oracle made = runs_within(lowest, highest, below(4));
    const position p = from == expected_.size() ? end() : runs_.find(expected_[from].at.first);
    runs_.splice(p, count, made.data(), made.size());
    const auto at = expected_.begin() + static_cast<std::ptrdiff_t>(from);
    expected_.insert(expected_.erase(at, at + static_cast<std::ptrdiff_t>(count)), made.begin(), made.end());
  }

  [[nodiscard]] const list& runs() const { return runs_; }
  [[nodiscard]] const oracle& expected() const { return expected_; }

 private:
  [[nodiscard]] std::size_t below(std::size_t n) { return static_cast<std::size_t>(dice_() % n); }

  [[nodiscard]] position end() const { return runs_.find(2'000'000'000); }

  oracle runs_within(ordinal lowest, ordinal highest, std::size_t count) {
    oracle made;
    for (std::size_t i = 0; i < count && highest - lowest > 8; ++i) {
      const ordinal first = lowest + static_cast<ordinal>(below(static_cast<std::size_t>(highest - lowest) / (count - i)));
      const run next{{first, first + static_cast<ordinal>(below(3))}, static_cast<std::uint8_t>(below(256))};
      if (next.at.last > highest) break;
      made.push_back(next);
      lowest = next.at.last + 2;
    }
    return made;
  }

  std::mt19937_64 dice_;
  list runs_;
  oracle expected_;
};

TEST(run_list, any_splices_leave_what_they_would_leave_of_a_vector) {
  std::size_t most = 0;
  for (unsigned seed = 0; seed < 60; ++seed) {
    life l(seed);
    for (int i = 0; i < 300; ++i) {
      l.step(i % 100 < 70);
      ASSERT_NO_FATAL_FAILURE(expect_same(l.runs(), l.expected())) << seed << " " << i;
      most = std::max(most, blocks_of(l.runs()).size());
    }
    ASSERT_NO_FATAL_FAILURE(expect_finds(l.runs(), l.expected())) << seed;
  }
  EXPECT_GT(most, 5U);
}

using sizes = std::vector<std::size_t>;

TEST(run_list, appending_leaves_full_blocks_behind) { EXPECT_EQ(blocks_of(numbered(20)), (sizes{8, 8, 4})); }

TEST(run_list, a_full_block_that_gets_another_run_in_the_middle_is_halved) {
  for (const ordinal where : {5, 25, 35, 45, 65}) {
    list runs = numbered(24);
    insert(runs, where);
    const bool front = where < 40;
    EXPECT_EQ(blocks_of(runs), (front ? sizes{5, 4, 8, 8} : sizes{4, 5, 8, 8})) << where;
  }
}

TEST(run_list, blocks_that_became_small_are_joined_whichever_of_them_shrank_last) {
  const auto shrink = [](list& runs, ordinal block, std::size_t by) { remove(runs, 8 * block, by); };
  list upwards = numbered(24);
  list downwards = numbered(24);
  for (const ordinal block : {0, 1, 2}) shrink(upwards, block, 6);
  for (const ordinal block : {2, 1, 0}) shrink(downwards, block, 6);
  EXPECT_EQ(blocks_of(upwards), (sizes{4, 2}));
  EXPECT_EQ(blocks_of(downwards), (sizes{2, 4}));
}

TEST(run_list, what_is_left_of_the_blocks_at_both_ends_of_a_gap_is_joined) {
  list runs = numbered(32);
  remove(runs, 2, 28);
  EXPECT_EQ(blocks_of(runs), sizes{4});
}

// As failures are mended: in order, and some remain.
TEST(run_list, thinning_out_in_order_keeps_as_few_blocks_as_thinning_out_backwards) {
  constexpr ordinal runs_made = 800;
  list upwards = numbered(runs_made);
  list downwards = numbered(runs_made);
  for (ordinal number = 0; number < runs_made; ++number) {
    if (number % 8 != 3) remove(upwards, number);
    if ((runs_made - 1 - number) % 8 != 3) remove(downwards, runs_made - 1 - number);
  }
  EXPECT_EQ(upwards.size(), 100U);
  EXPECT_LE(blocks_of(upwards).size(), 50U);
  EXPECT_LE(blocks_of(downwards).size(), 50U);
}

// Nearly every plan has one run, and there may be a million plans.
TEST(run_list, a_single_run_lies_in_the_list_itself_also_when_it_is_replaced_or_comes_again) {
  const auto lies_within = [](const list& runs) {
    const auto self = reinterpret_cast<std::uintptr_t>(&runs);
    const auto at = reinterpret_cast<std::uintptr_t>(runs.tail());
    return at >= self && at < self + sizeof runs;
  };
  list runs = numbered(1);
  EXPECT_TRUE(lies_within(runs));
  const run other{{3, 4}, 5};
  runs.splice(runs.begin(), 1, &other, 1);
  EXPECT_TRUE(lies_within(runs));
  ASSERT_NO_FATAL_FAILURE(expect_same(runs, {other}));
  runs.splice(runs.begin(), 1, nullptr, 0);
  insert(runs, 7);
  EXPECT_TRUE(lies_within(runs));
}

// A narrow run's ordinals have 40 bits: all minutes of years 0001 to 9999 have their place, on both sides of 1970 and of 32 bits.
TEST(run_list, runs_lie_at_both_ends_of_time) {
  const range minutes = ordinal_limits(granularity::minute);
  list runs;
  std::vector<run> expected;
  for (const ordinal o :
       {-(ordinal{1} << 32), minutes.first, ordinal{-2}, ordinal{0}, (ordinal{1} << 31) - 1, (ordinal{1} << 32) - 1, minutes.last - 1}) {
    const run made{{o, o + 1}, static_cast<std::uint8_t>(o)};
    if (!expected.empty() && expected.back().at.last >= o) continue;
    runs.splice(runs.find(o), 0, &made, 1);
    expected.push_back(made);
    ASSERT_NO_FATAL_FAILURE(expect_same(runs, expected)) << o;
  }
  ASSERT_NO_FATAL_FAILURE(expect_finds(runs, expected));
}

TEST(run_list, its_last_run_grows_and_tells_where_it_was) {
  for (const ordinal count : {1, 2, 9, 40}) {
    list runs = numbered(count);
    oracle expected = runs_of(runs);
    EXPECT_EQ(runs.extend_tail(expected.back().at.last + 5'000'000'000), expected.back().at);
    expected.back().at.last += 5'000'000'000;
    ASSERT_NO_FATAL_FAILURE(expect_same(runs, expected));
  }
}

TEST(run_list, copies_are_apart) {
  for (const ordinal count : {0, 1, 2, 9, 40}) {
    const list kept = numbered(count);
    list copy = kept;
    insert(copy, 5);
    EXPECT_EQ(kept.size(), static_cast<std::size_t>(count));
    EXPECT_EQ(copy.size(), static_cast<std::size_t>(count) + 1);
    copy = kept;
    ASSERT_NO_FATAL_FAILURE(expect_same(copy, runs_of(kept)));
  }
}

TEST(run_list, a_list_that_was_emptied_starts_anew) {
  for (const ordinal count : {1, 2, 9, 40}) {
    list runs = numbered(count);
    remove(runs, 0, static_cast<std::size_t>(count));
    ASSERT_NO_FATAL_FAILURE(expect_same(runs, {}));
    for (const ordinal o : {20, 10, 0}) insert(runs, o);
    ASSERT_NO_FATAL_FAILURE(expect_same(runs, {{{0, 0}, 0}, {{10, 10}, 10}, {{20, 20}, 20}}));
  }
}

}  // namespace
}  // namespace partmark
