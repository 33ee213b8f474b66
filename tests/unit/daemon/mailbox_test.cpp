// What crosses threads in a mailbox: everything once and in order, and the other thread is told whenever it could sleep.
#include "daemon/mailbox.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <semaphore>
#include <thread>
#include <vector>

namespace partmark {
namespace {

using lot = std::vector<int>;

TEST(mailbox, tells_once_until_everything_was_taken) {
  mailbox<int> box;
  lot put{1, 2};
  EXPECT_TRUE(box.put(put));
  EXPECT_TRUE(put.empty());
  put = {3};
  EXPECT_FALSE(box.put(put));
  EXPECT_TRUE(put.empty());
  lot taken{9};
  box.take(taken);
  EXPECT_EQ(taken, (lot{1, 2, 3}));
  box.take(taken);
  EXPECT_TRUE(taken.empty());
  put = {4};
  EXPECT_TRUE(box.put(put));
}

TEST(mailbox, carries_what_can_only_be_moved) {
  mailbox<std::unique_ptr<int>> box;
  for (const int i : {1, 2}) {
    std::vector<std::unique_ptr<int>> put;
    put.push_back(std::make_unique<int>(i));
    EXPECT_EQ(box.put(put), i == 1);
  }
  std::vector<std::unique_ptr<int>> taken;
  box.take(taken);
  ASSERT_EQ(taken.size(), 2U);
  EXPECT_EQ(*taken[0] * 10 + *taken[1], 12);
}

// A taker that sleeps until it is told, and never looks by itself, gets everything.
TEST(mailbox, nothing_stays_behind_between_two_threads) {
  constexpr int items = 200'000;
  mailbox<int> box;
  std::counting_semaphore<> told(0);
  std::thread giving([&] {
    lot put;
    for (int next = 0; next < items;) {
      for (int n = next % 5; n >= 0 && next < items; --n) put.push_back(next++);
      if (box.put(put)) told.release();
    }
  });
  int expected = 0;
  lot taken;
  while (expected < items && !testing::Test::HasFailure()) {
    told.acquire();
    box.take(taken);
    for (const int item : taken) EXPECT_EQ(item, expected++);
  }
  giving.join();
}

}  // namespace
}  // namespace partmark
