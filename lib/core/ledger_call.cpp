// The plan's call under way: what it says, and what its end changes.
#include "core/ledger.hpp"

#include <cassert>
#include <utility>

namespace partmark {
namespace {

// The parts of `within` (all of it when null) that are pending, in order, until f answers false.
template <class F>
void visit_pending(const range_map<mark>& pending, const std::vector<range>* within, F f) {
  if (!within) {
    pending.visit_while(f);
    return;
  }
  bool more = true;
  for (const range r : *within) pending.visit(r, [&](range at, mark m) { more = more && f(at, m); });
}

}  // namespace

std::optional<call> ledger::next_call(std::size_t ranges_max, const std::vector<range>* within) const {
  assert(!rare_->in_flight && ranges_max > 0);
  const auto collect = [&](mark wanted, std::vector<claim>& into) {
    visit_pending(pending_, within, [&](range at, mark m) {
      if (m == wanted) into.push_back({at, m});
      return into.size() < ranges_max;
    });
  };
  call c;
  if (is_refresh()) {
    c.kind = call_kind::refresh;
    collect(mark::success, c.claims);
  } else {
    c.kind = call_kind::clear;
    collect(mark::cleared, c.claims);
    if (c.claims.empty()) {
      c.kind = call_kind::update;
      collect(mark::failed, c.claims);
      if (c.claims.size() < ranges_max) collect(mark::success, c.claims);
    }
  }
  if (c.claims.empty()) return std::nullopt;
  return c;
}

void ledger::take(call c) {
  assert(!rare_->in_flight && !c.claims.empty());
  rare_.use().in_flight = std::move(c);
  rare_.use().touched = {};
}

void ledger::land() {
  rare_.use().in_flight.reset();
  drop_rare();
}

void ledger::drop_rare() {
  if (rare_ && !rare_->in_flight && !rare_->quiet && rare_->limbo.empty() && rare_->held.empty()) rare_.reset();
}

template <class F>
void ledger::each_untouched(F f) {
  assert(rare_->in_flight);
  for (const auto& c : rare_->in_flight->claims) {
    ordinal from = c.at.first;
    rare_->touched.visit(c.at, [&](range at, in_set) {
      if (at.first > from) f(range{from, at.first - 1});
      from = at.last + 1;
    });
    if (from <= c.at.last) f(range{from, c.at.last});
  }
}

void ledger::accepted(ledger_changes& out) {
  each_untouched([&](range r) { pending_.erase(r, out.pending); });
  land();
}

void ledger::refused() {
  assert(rare_->in_flight);
  land();
}

void ledger::ambiguous(steady_time settled_at, ledger_changes& out) {
  assert(rare_->in_flight);
  for (const auto& c : rare_->in_flight->claims) may_land(c.at, bit(c.said), settled_at, out);
  land();
}

void ledger::hold(hold_id id, ledger_changes& out) {
  each_untouched([&](range r) {
    pending_.erase(r, out.pending);
    rare_.use().held.assign(r, id, out.held);
  });
  land();
}

void ledger::hold_pending(const std::vector<range>& ranges, hold_id id, ledger_changes& out) {
  assert(!rare_->in_flight);
  std::vector<range> found;
  visit_pending(pending_, &ranges, [&](range at, mark) {
    found.push_back(at);
    return true;
  });
  for (const range r : found) {
    pending_.erase(r, out.pending);
    rare_.use().held.assign(r, id, out.held);
  }
}

}  // namespace partmark
