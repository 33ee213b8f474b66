// What a ledger should do, one partition at a time: the rules of DESIGN §5 written down without ranges. Slow and obvious on purpose.
// For tests; one thread.
#pragma once

#include "core/ledger.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

namespace partmark {

struct oracle_partition {
  std::optional<mark> said;
  bool pending = false;
  bool in_flight = false;
  mark claimed = mark::success;
  bool touched = false;
  std::optional<hold_id> held;
  mark_bits may_land = 0;
  steady_time settled_at;
};

class ledger_oracle {
 public:
  explicit ledger_oracle(plan_shape shape) : shape_(shape) {}

  void complete(range r, mark m) {
    for (ordinal o = r.first; o <= r.last; ++o) {
      auto& p = partitions_[o];
      p.said = m;
      p.held.reset();
      make_pending(p);
    }
  }

  void take(const call& c) {
    busy_ = true;
    for (auto& [o, p] : partitions_) p.in_flight = p.touched = false;
    for (const auto& claimed : c.claims) {
      for (ordinal o = claimed.at.first; o <= claimed.at.last; ++o) {
        partitions_[o].in_flight = true;
        partitions_[o].claimed = claimed.said;
      }
    }
  }

  void accepted() {
    end([](oracle_partition& p) {
      if (!p.touched) p.pending = false;
    });
  }
  void refused() {
    end([](oracle_partition&) {});
  }
  void ambiguous(steady_time settled_at) {
    end([&](oracle_partition& p) { may_land(p, bit(p.claimed), settled_at); });
  }
  void hold(hold_id id) {
    end([&](oracle_partition& p) {
      if (p.touched) return;
      p.pending = false;
      p.held = id;
    });
  }

  void hold_pending(range r, hold_id id) {
    for (ordinal o = r.first; o <= r.last; ++o) {
      auto& p = partitions_[o];
      if (!p.pending) continue;
      p.pending = false;
      p.held = id;
    }
  }

  void release(hold_id id) {
    for (auto& [o, p] : partitions_) {
      if (p.held != id) continue;
      p.held.reset();
      make_pending(p);
    }
  }

  void settle(steady_time t) {
    for (auto& [o, p] : partitions_) {
      if (p.may_land == 0 || p.settled_at > t) continue;
      if (owes_reassertion(p)) make_pending(p);
      p.may_land = 0;
    }
  }

  void may_land(range r, mark_bits marks, steady_time settled_at) {
    for (ordinal o = r.first; o <= r.last; ++o) may_land(partitions_[o], marks, settled_at);
  }

  void touch(range r) {
    for (ordinal o = r.first; o <= r.last; ++o) {
      auto& p = partitions_[o];
      if (!p.said) continue;
      p.held.reset();
      make_pending(p);
    }
  }

  // Refold in the same shape: only what may still land is remembered.
  void reset() {
    for (auto& [o, p] : partitions_) {
      oracle_partition blank;
      blank.may_land = p.may_land;
      blank.settled_at = p.settled_at;
      p = blank;
    }
  }

  [[nodiscard]] bool busy() const { return busy_; }
  [[nodiscard]] const std::map<ordinal, oracle_partition>& partitions() const { return partitions_; }

  [[nodiscard]] std::int64_t owed() const {
    return std::count_if(partitions_.begin(), partitions_.end(), [&](const auto& entry) {
      const oracle_partition& p = entry.second;
      return p.pending || (owes_reassertion(p) && can_be_told(p));
    });
  }

  // What may go out next: clears alone and first; failed before success; whole runs of neighbours with equal marks.
  [[nodiscard]] std::optional<call> next_call(std::size_t ranges_max, const std::vector<range>* within) const {
    call c;
    if (shape_.kind == plan_kind::full_refresh) {
      c.kind = call_kind::refresh;
      c.claims = pending_runs(mark::success, within);
    } else if (c.claims = pending_runs(mark::cleared, within); !c.claims.empty()) {
      c.kind = call_kind::clear;
    } else {
      c.kind = call_kind::update;
      c.claims = pending_runs(mark::failed, within);
      const auto successes = pending_runs(mark::success, within);
      c.claims.insert(c.claims.end(), successes.begin(), successes.end());
    }
    if (c.claims.empty()) return std::nullopt;
    if (c.claims.size() > ranges_max) c.claims.resize(ranges_max);
    return c;
  }

 private:
  [[nodiscard]] bool can_be_told(const oracle_partition& p) const {
    return p.said && (shape_.kind == plan_kind::partitioned || p.said == mark::success);
  }

  void make_pending(oracle_partition& p) {
    p.pending = can_be_told(p);
    if (busy_) p.touched = true;
  }

  static bool owes_reassertion(const oracle_partition& p) {
    if (!p.said || p.held) return false;
    for (const mark m : {mark::success, mark::failed, mark::cleared})
      if ((p.may_land & bit(m)) != 0 && m != *p.said) return true;
    return false;
  }

  static void may_land(oracle_partition& p, mark_bits marks, steady_time settled_at) {
    p.settled_at = p.may_land == 0 ? settled_at : std::max(p.settled_at, settled_at);
    p.may_land |= marks;
  }

  template <class F>
  void end(F each) {
    for (auto& [o, p] : partitions_) {
      if (p.in_flight) each(p);
      p.in_flight = p.touched = false;
    }
    busy_ = false;
  }

  [[nodiscard]] std::vector<claim> pending_runs(mark wanted, const std::vector<range>* within) const {
    std::vector<claim> runs;
    for (const auto& [o, p] : partitions_) {
      const ordinal at = o;
      const bool inside =
          within == nullptr || std::any_of(within->begin(), within->end(), [at](range r) { return r.first <= at && at <= r.last; });
      if (!p.pending || p.said != wanted || !inside) continue;
      if (!runs.empty() && runs.back().at.last == o - 1)
        runs.back().at.last = o;
      else
        runs.push_back({{o, o}, wanted});
    }
    return runs;
  }

  plan_shape shape_;
  bool busy_ = false;
  std::map<ordinal, oracle_partition> partitions_;
};

}  // namespace partmark
