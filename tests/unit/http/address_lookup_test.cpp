#include "http/address_lookup.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <mutex>
#include <string>
#include <vector>

namespace partmark::http {
namespace {

using addresses = std::vector<std::string>;

// The loop: functions posted from anywhere, run here.
class posted {
 public:
  void post(std::function<void()> f) {
    const std::scoped_lock lock(mutex_);
    waiting_.push_back(std::move(f));
    came_.notify_one();
  }
  void run_one() {
    std::unique_lock lock(mutex_);
    came_.wait(lock, [this] { return !waiting_.empty(); });
    const auto f = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    f();
  }
  [[nodiscard]] std::function<void(std::function<void()>)> function() {
    return [this](std::function<void()> f) { post(std::move(f)); };
  }

 private:
  std::mutex mutex_;
  std::condition_variable came_;
  std::deque<std::function<void()>> waiting_;
};

TEST(address_lookup, finds_the_loopback_by_its_number_and_nothing_for_nonsense) {
  EXPECT_EQ(system_lookup("127.0.0.1").value(), (addresses{"127.0.0.1"}));
  EXPECT_EQ(system_lookup("::1").value(), (addresses{"::1"}));
  const auto none = system_lookup("no host has blanks");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, errc::network);
  EXPECT_FALSE(none.error().message.empty());
}

TEST(address_lookup, answers_on_the_loop_and_asks_anew_each_time) {
  posted loop;
  std::atomic<int> asked = 0;
  address_lookup lookup(
      "can", [&](const std::string& host) -> result<addresses> { return addresses{host + std::to_string(++asked)}; }, loop.function());
  for (const std::string expected : {"can1", "can2"}) {
    std::string found;
    const auto q = lookup.ask([&](const address_lookup::answer& a) { found = a->front(); });
    EXPECT_EQ(found, "");
    loop.run_one();
    EXPECT_EQ(found, expected);
  }
}

TEST(address_lookup, shares_the_lookup_under_way_and_forgets_who_gave_up) {
  posted loop;
  std::atomic<int> asked = 0;
  std::promise<void> release;
  address_lookup lookup(
      "can",
      [&](const std::string&) -> result<addresses> {
        ++asked;
        release.get_future().wait();
        return addresses{"127.0.0.1"};
      },
      loop.function());
  int answered = 0;
  const auto count = [&](const address_lookup::answer&) { ++answered; };
  auto first = lookup.ask(count);
  auto second = lookup.ask(count);
  first.reset();
  second.reset();
  const auto third = lookup.ask(count);
  release.set_value();
  loop.run_one();
  EXPECT_EQ(answered, 1);
  EXPECT_EQ(asked, 1);
}

TEST(address_lookup, may_be_gone_before_its_answer) {
  posted loop;
  auto release = std::make_shared<std::promise<void>>();
  auto ended = std::make_shared<std::promise<void>>();
  {
    address_lookup lookup(
        "can",
        [release, ended](const std::string&) -> result<addresses> {
          release->get_future().wait();
          ended->set_value();
          return addresses{"127.0.0.1"};
        },
        loop.function());
    const auto q = lookup.ask([](const address_lookup::answer&) { FAIL(); });
  }
  release->set_value();
  ended->get_future().wait();
}

}  // namespace
}  // namespace partmark::http
