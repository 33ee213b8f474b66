// Turns of a make-believe daemon with a few plans: seeded, so that another process or a later moment can live the same life again.
// For the tests of lib/state.
#pragma once

#include "state_values.hpp"

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace partmark::testing {

class random_life {
 public:
  explicit random_life(std::uint64_t seed) : random_(seed) {}

  // What the next turn changes.
  state_changes turn() {
    state_changes batch;
    ++turns_;
    for (auto moves = 1 + below(5); moves > 0; --moves) move(batch);
    for (auto& p : plans_) {
      if (p.book.owed_partitions() == 0)
        p.row.pending_since.reset();
      else if (!p.row.pending_since)
        p.row.pending_since = at_ms(turns_);
      if (p.row == p.stored) continue;
      batch.plans.push_back(p.row);
      p.stored = p.row;
    }
    position_.uuid = "0123456789abcdef0123456789abcdef";
    position_.plans = {turns_, turns_, static_cast<std::uint64_t>(turns_) * 0x9E3779B97F4A7C15ULL};
    batch.position = position_;
    return batch;
  }

  [[nodiscard]] std::int64_t turns() const { return turns_; }

  struct plan_life {
    plan_row row;
    plan_row stored;
    ledger book;
    std::map<hold_id, hold_row> holds;
    std::uint64_t call_id = 0;
    std::vector<std::uint64_t> ended;  // call ids, oldest first
  };
  [[nodiscard]] const std::vector<plan_life>& plans() const { return plans_; }

  void expect_stored(const stored_state& s) const {
    EXPECT_EQ(s.position, position_);
    EXPECT_GE(s.last_call_id, last_call_);
    ASSERT_EQ(s.plans.size(), plans_.size());
    std::size_t open = 0;
    std::size_t holds = 0;
    for (const auto& p : plans_) {
      const plan_id id = p.row.id;
      EXPECT_EQ(s.plans[id], p.row);
      EXPECT_EQ(runs_of(s.marks, id), runs_of(p.book.marks()));
      EXPECT_EQ(runs_of(s.pending, id), runs_of(p.book.pending()));
      EXPECT_EQ(runs_of(s.held, id), runs_of(p.book.held()));
      EXPECT_EQ(landing(runs_of(s.limbo, id)), landing(runs_of(p.book.limbo())));
      open += p.book.in_flight() ? 1 : 0;
      holds += p.holds.size();
    }
    EXPECT_EQ(s.holds.size(), holds);
    ASSERT_EQ(s.intents.size(), open);
    for (const auto& intent : s.intents) {
      const auto& p = plans_.at(intent.plan);
      EXPECT_EQ(intent.call_id, p.call_id);
      EXPECT_EQ(intent.claims.claims, p.book.in_flight()->claims);
    }
  }

 private:
  std::uint64_t below(std::uint64_t n) { return random_() % n; }

  // Partition by partition: rows of one mark may lie side by side, for they may differ in the time that is not stored.
  static std::map<ordinal, mark_bits> landing(const std::vector<std::pair<range, limbo_entry>>& runs) {
    std::map<ordinal, mark_bits> all;
    for (const auto& [at, e] : runs)
      for (ordinal o = at.first; o <= at.last; ++o) all[o] = e.may_land;
    return all;
  }

  plan_life& some_plan() {
    const auto wanted = below(4);
    if (wanted >= plans_.size()) {
      const auto id = static_cast<plan_id>(plans_.size());
      plan_life p{a_plan(id, id == 1 ? refresh : daily), {}, ledger(id == 1 ? refresh : daily), {}, 0, {}};
      plans_.push_back(std::move(p));
      return plans_.back();
    }
    return plans_[wanted];
  }

  void move(state_changes& batch) {
    plan_life& p = some_plan();
    ledger_changes changes;
    switch (below(8)) {
      case 0:
      case 1:
      case 2:
        complete(p, changes);
        break;
      case 3:
      case 4:
        send(p, batch);
        break;
      case 5:
        end(p, changes, batch);
        break;
      case 6:
        clock_ += milliseconds(below(30));
        p.book.settle(clock_, changes);
        break;
      default:
        if (!p.holds.empty()) p.book.release(p.holds.begin()->first, changes);
    }
    append(batch, p.row.id, changes);
    drop_empty_holds(p, batch);
  }

  void complete(plan_life& p, ledger_changes& changes) {
    const bool whole = p.row.shape.kind == plan_kind::full_refresh;
    const auto first = static_cast<ordinal>(below(40)) - 20;
    const auto m = static_cast<mark>(below(whole ? 2 : 3));
    p.book.complete(whole ? whole_table : range{first, first + static_cast<ordinal>(below(6))}, m, changes);
  }

  void send(plan_life& p, state_changes& batch) {
    if (p.book.in_flight()) return;
    const auto c = p.book.next_call(1 + below(4));
    if (!c) return;
    p.call_id = ++last_call_;
    batch.intents.push_back({p.row.id, p.call_id, *c, at_ms(turns_)});
    p.book.take(*c);
  }

  void end(plan_life& p, ledger_changes& changes, state_changes& batch) {
    if (!p.book.in_flight()) return;
    // A port's batch may open one call a plan: one that was opened in this very turn stays open.
    for (const auto& intent : batch.intents)
      if (intent.plan == p.row.id) return;
    batch.intents_ended.push_back(p.row.id);
    attempt_row& row = batch.attempts.emplace_back();
    row.plan = p.row.id;
    row.number = p.row.attempts++;
    row.call_id = p.call_id;
    row.kind = p.book.in_flight()->kind;
    row.claims = p.book.in_flight()->claims;
    p.ended.push_back(p.call_id);
    switch (below(4)) {
      case 0:
        return p.book.accepted(changes);
      case 1:
        return p.book.refused();
      case 2:
        return p.book.ambiguous(clock_ + milliseconds(below(60)), changes);
      default:
        break;
    }
    const hold_id id = ++last_hold_;
    p.holds.emplace(id, a_hold(id, p.row.id));
    batch.holds.push_back(p.holds.at(id));
    p.book.hold(id, changes);
  }

  static void drop_empty_holds(plan_life& p, state_changes& batch) {
    for (auto it = p.holds.begin(); it != p.holds.end();) {
      if (p.book.holds(it->first)) {
        ++it;
        continue;
      }
      batch.holds_ended.push_back(it->first);
      it = p.holds.erase(it);
    }
  }

  std::mt19937_64 random_;
  std::int64_t turns_ = 0;
  steady_time clock_{};
  std::uint64_t last_call_ = 0;
  hold_id last_hold_ = 0;
  journal_position position_;
  std::vector<plan_life> plans_;
};

}  // namespace partmark::testing
