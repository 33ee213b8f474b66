// Many deadlines on one timer: each rings once, in its time, unless it was taken back.
#include "http/alarm_clock.hpp"

#include <gtest/gtest.h>
#include <boost/asio/io_context.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace partmark::http {
namespace {

struct owner {
  explicit owner(boost::asio::io_context& io) : clock(io) {}
  alarm_clock clock;
};

class alarm_clock_test : public ::testing::Test {
 protected:
  alarm_clock_test() { owner_->clock.belongs_to(owner_); }

  std::unique_ptr<alarm> rings(const std::string& name, int after) {
    return std::make_unique<alarm>(owner_->clock, milliseconds(after), [this, name] { rung.push_back(name); });
  }

  boost::asio::io_context io;
  std::shared_ptr<owner> owner_ = std::make_shared<owner>(io);
  std::vector<std::string> rung;
};

TEST_F(alarm_clock_test, the_earliest_rings_first_whatever_the_order_they_were_set_in) {
  auto far = rings("far", 3'600'000);
  const auto near = rings("near", 0);
  auto farther = rings("farther", 7'200'000);
  while (rung.empty() && io.run_one() > 0) {
  }
  EXPECT_EQ(rung, std::vector<std::string>{"near"});
  EXPECT_TRUE(near->fired());
  EXPECT_FALSE(far->fired() || farther->fired());
}

TEST_F(alarm_clock_test, those_of_one_moment_all_ring) {
  std::vector<std::unique_ptr<alarm>> all;
  for (int i = 0; i < 50; ++i) all.push_back(rings("x", 0));
  io.run();
  EXPECT_EQ(rung.size(), 50U);
}

TEST_F(alarm_clock_test, one_that_is_gone_rings_no_more_and_keeps_nobody_waiting) {
  auto early = rings("early", 1);
  const auto late = rings("late", 2);
  auto far = rings("far", 3'600'000);
  early.reset();
  far.reset();
  io.run();  // would last an hour
  EXPECT_EQ(rung, std::vector<std::string>{"late"});
}

TEST_F(alarm_clock_test, without_alarms_the_loop_runs_dry) {
  rings("far", 3'600'000).reset();
  io.run();
  EXPECT_TRUE(rung.empty());
}

TEST_F(alarm_clock_test, an_alarm_may_take_others_back_and_set_new_ones) {
  std::unique_ptr<alarm> taken_back;
  std::unique_ptr<alarm> made;
  const alarm first(owner_->clock, milliseconds(0), [&] {
    taken_back.reset();
    made = rings("made", 0);
  });
  taken_back = rings("taken back", 0);
  io.run();
  EXPECT_EQ(rung, std::vector<std::string>{"made"});
}

TEST_F(alarm_clock_test, an_alarm_may_end_itself) {
  std::optional<alarm> self;
  self.emplace(owner_->clock, milliseconds(0), [&] {
    rung.emplace_back("self");
    self.reset();
  });
  io.run();
  EXPECT_FALSE(self);
  EXPECT_EQ(rung.size(), 1U);
}

TEST_F(alarm_clock_test, its_owner_lives_as_long_as_an_alarm_is_set) {
  const std::weak_ptr<owner> watched = owner_;
  auto one = rings("x", 3'600'000);
  owner_.reset();
  EXPECT_FALSE(watched.expired());
  one.reset();
  io.run();
  EXPECT_TRUE(watched.expired());
}

}  // namespace
}  // namespace partmark::http
