// A ledger against a remote that loses replies and applies lost calls late, with restarts in between: once the faults stop, the remote says
// what the journal said last (DESIGN §6.1, §6.3).
#include "core/ledger.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <vector>

namespace partmark {
namespace {

constexpr std::int64_t settle_ms = 100;
constexpr ordinal partitions = 12;

steady_time at_ms(std::int64_t ms) { return steady_time(milliseconds(ms)); }

class world {
 public:
  explicit world(std::uint64_t seed) : random_(seed) {}

  void live(int steps) {
    for (int i = 0; i < steps; ++i) {
      pass(static_cast<std::int64_t>(below(40)));
      switch (below(6)) {
        case 0:
        case 1:
          complete();
          break;
        case 2:
        case 3:
          if (!ledger_.in_flight()) send();
          break;
        case 4:
          if (ledger_.in_flight()) end();
          break;
        default:
          if (below(8) == 0) restart();
      }
    }
  }

  // No more faults. Bounded: what never gets done is a failure.
  void calm_down() {
    if (ledger_.in_flight()) end();
    for (int i = 0; i < 200 && !settled(); ++i) {
      ledger_.release(1, unused_);
      pass(10);
      if (!send()) continue;
      apply(*ledger_.in_flight());
      ledger_.accepted(unused_);
    }
  }

  void check() const {
    EXPECT_TRUE(settled());
    EXPECT_EQ(remote_, journal_);
  }

 private:
  struct straggler {
    call said;
    std::int64_t lands_at;
  };

  [[nodiscard]] bool settled() const { return ledger_.pending().empty() && ledger_.limbo().empty() && ledger_.held().empty(); }

  std::uint64_t below(std::uint64_t n) { return random_() % n; }

  void complete() {
    const auto first = static_cast<ordinal>(below(partitions));
    const range r{first, std::min<ordinal>(first + static_cast<ordinal>(below(4)), partitions - 1)};
    const auto m = static_cast<mark>(below(3));
    for (ordinal o = r.first; o <= r.last; ++o) journal_[o] = m;
    ledger_.complete(r, m, unused_);
  }

  bool send() {
    const auto c = ledger_.next_call(1 + below(5));
    if (c) ledger_.take(*c);
    return c.has_value();
  }

  void end() {
    const call said = *ledger_.in_flight();
    switch (below(5)) {
      case 0:
        apply(said);
        return ledger_.accepted(unused_);
      case 1:
        return ledger_.refused();
      case 2:
        return ledger_.hold(1, unused_);
      default:
        lose(said);
        return ledger_.ambiguous(at_ms(now_ + settle_ms), unused_);
    }
  }

  // Applied before the reply was lost, never, or up to a millisecond before it is taken for settled.
  void lose(const call& said) {
    const auto fate = below(4);
    if (fate == 0) apply(said);
    if (fate >= 2) stragglers_.push_back({said, now_ + static_cast<std::int64_t>(below(settle_ms))});
  }

  void restart() {
    ledger next(ledger_.shape());
    ledger_.marks().visit_all([&](range at, mark m) { next.restore_mark(at, m); });
    ledger_.pending().visit_all([&](range at, mark) { next.restore_pending(at); });
    ledger_.held().visit_all([&](range at, hold_id id) { next.restore_held(at, id); });
    const steady_time settled = at_ms(now_ + settle_ms);
    ledger_.limbo().visit_all([&](range at, const limbo_entry& e) { next.restore_limbo(at, e.may_land, settled, unused_); });
    if (ledger_.in_flight()) {
      lose(*ledger_.in_flight());
      for (const auto& c : ledger_.in_flight()->claims) next.may_land(c.at, bit(c.said), settled, unused_);
    }
    ledger_ = std::move(next);
  }

  void pass(std::int64_t ms) {
    now_ += ms;
    std::sort(stragglers_.begin(), stragglers_.end(), [](const auto& a, const auto& b) { return a.lands_at < b.lands_at; });
    while (!stragglers_.empty() && stragglers_.front().lands_at <= now_) {
      apply(stragglers_.front().said);
      stragglers_.erase(stragglers_.begin());
    }
    ledger_.settle(at_ms(now_), unused_);
  }

  void apply(const call& said) {
    for (const auto& c : said.claims)
      for (ordinal o = c.at.first; o <= c.at.last; ++o) remote_[o] = c.said;
  }

  std::mt19937_64 random_;
  std::int64_t now_ = 0;
  ledger ledger_{{plan_kind::partitioned, granularity::day}};
  ledger_changes unused_;
  std::map<ordinal, mark> journal_;
  std::map<ordinal, mark> remote_;
  std::vector<straggler> stragglers_;
};

TEST(ledger_convergence, whatever_was_lost_or_landed_late_the_remote_ends_with_the_latest_marks) {
  for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
    world w(seed);
    w.live(120);
    w.calm_down();
    w.check();
    ASSERT_FALSE(testing::Test::HasFailure()) << "seed " << seed;
  }
}

}  // namespace
}  // namespace partmark
