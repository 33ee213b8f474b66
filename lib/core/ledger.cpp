#include "core/ledger.hpp"

#include <cassert>

namespace partmark {
namespace {

bool differs(const limbo_entry& entry, mark current) { return (entry.may_land & static_cast<mark_bits>(~bit(current))) != 0; }

bool is_refresh(plan_shape s) { return s.kind == plan_kind::full_refresh; }

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

void ledger::make_pending(range r, ledger_changes& out) {
  marks_.visit(r, [&](range at, mark m) { make_pending(at, m, out); });
}

void ledger::make_pending(range r, mark m, ledger_changes& out) {
  run_changes<in_set> unused;
  if (quiet_) quiet_->erase(r, unused);
  if (is_refresh(shape_) && m != mark::success)
    pending_.erase(r, out.pending);  // there is no call that says so
  else
    pending_.assign(r, m, out.pending);
  if (in_flight_) touched_.assign(r, {}, unused);
}

void ledger::complete(range r, mark m, ledger_changes& out) {
  assert(!is_refresh(shape_) || (r == whole_table && m != mark::cleared));
  marks_.assign(r, m, out.marks);
  held_.erase(r, out.held);
  make_pending(r, m, out);
}

std::optional<call> ledger::next_call(std::size_t ranges_max, const std::vector<range>* within) const {
  assert(!in_flight_ && ranges_max > 0);
  const auto collect = [&](mark wanted, std::vector<claim>& into) {
    visit_pending(pending_, within, [&](range at, mark m) {
      if (m == wanted) into.push_back({at, m});
      return into.size() < ranges_max;
    });
  };
  call c;
  if (is_refresh(shape_)) {
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
  assert(!in_flight_ && !c.claims.empty());
  in_flight_ = std::move(c);
  touched_ = {};
}

std::vector<range> ledger::untouched() const {
  assert(in_flight_);
  std::vector<range> left;
  for (const auto& c : in_flight_->claims) {
    ordinal from = c.at.first;
    touched_.visit(c.at, [&](range at, in_set) {
      if (at.first > from) left.push_back({from, at.first - 1});
      from = at.last + 1;
    });
    if (from <= c.at.last) left.push_back({from, c.at.last});
  }
  return left;
}

void ledger::accepted(ledger_changes& out) {
  for (const range r : untouched()) pending_.erase(r, out.pending);
  in_flight_.reset();
}

void ledger::refused() {
  assert(in_flight_);
  in_flight_.reset();
}

void ledger::ambiguous(steady_time settled_at, ledger_changes& out) {
  assert(in_flight_);
  for (const auto& c : in_flight_->claims) may_land(c.at, bit(c.said), settled_at, out);
  in_flight_.reset();
}

void ledger::hold(hold_id id, ledger_changes& out) {
  for (const range r : untouched()) {
    pending_.erase(r, out.pending);
    held_.assign(r, id, out.held);
  }
  in_flight_.reset();
}

void ledger::hold_pending(const std::vector<range>& ranges, hold_id id, ledger_changes& out) {
  assert(!in_flight_);
  std::vector<range> found;
  visit_pending(pending_, &ranges, [&](range at, mark) {
    found.push_back(at);
    return true;
  });
  for (const range r : found) {
    pending_.erase(r, out.pending);
    held_.assign(r, id, out.held);
  }
}

std::vector<range> ledger::release(hold_id id, ledger_changes& out) {
  std::vector<range> found;
  held_.visit_all([&](range at, hold_id h) {
    if (h == id) found.push_back(at);
  });
  for (const range r : found) {
    held_.erase(r, out.held);
    make_pending(r, out);
  }
  return found;
}

void ledger::may_land(range r, mark_bits marks, steady_time settled_at, ledger_changes& out) {
  // Where nothing lies in limbo yet, the whole of `r` takes the new entry; where something does, the marks add up and the later settle
  // counts.
  std::vector<std::pair<range, limbo_entry>> merged;
  limbo_.visit(r, [&](range at, const limbo_entry& e) {
    merged.push_back({at, {static_cast<mark_bits>(e.may_land | marks), std::max(e.settled_at, settled_at)}});
  });
  limbo_.assign(r, {marks, settled_at}, out.limbo);
  for (const auto& [at, e] : merged) limbo_.assign(at, e, out.limbo);
}

void ledger::settle(steady_time t, ledger_changes& out) {
  std::vector<std::pair<range, limbo_entry>> settled;
  limbo_.visit_all([&](range at, const limbo_entry& e) {
    if (e.settled_at <= t) settled.emplace_back(at, e);
  });
  for (const auto& [at, e] : settled) {
    limbo_.erase(at, out.limbo);
    std::vector<range> owed;
    marks_.visit(at, [&, entry = e](range part, mark m) {
      if (differs(entry, m)) owed.push_back(part);
    });
    for (const range part : owed) {
      std::vector<range> free;  // what is held has its own next try
      ordinal from = part.first;
      held_.visit(part, [&](range h, hold_id) {
        if (h.first > from) free.push_back({from, h.first - 1});
        from = h.last + 1;
      });
      if (from <= part.last) free.push_back({from, part.last});
      for (const range f : free) make_pending(f, out);
    }
  }
}

std::optional<steady_time> ledger::next_settle() const {
  std::optional<steady_time> next;
  limbo_.visit_all([&](range, const limbo_entry& e) {
    if (!next || e.settled_at < *next) next = e.settled_at;
  });
  return next;
}

void ledger::resync(ledger_changes& out) {
  std::vector<range> all;
  marks_.visit_all([&](range at, mark) { all.push_back(at); });
  for (const range r : all) {
    held_.erase(r, out.held);
    make_pending(r, out);
  }
}

void ledger::touch(range r, ledger_changes& out) {
  std::vector<range> known;
  marks_.visit(r, [&](range at, mark) { known.push_back(at); });
  for (const range at : known) {
    held_.erase(at, out.held);
    make_pending(at, out);
  }
}

void ledger::reset(plan_shape shape, ledger_changes& out) {
  assert(!in_flight_);
  marks_.clear(out.marks);
  pending_.clear(out.pending);
  held_.clear(out.held);
  if (shape != shape_) limbo_.clear(out.limbo);  // ordinals of another unit
  shape_ = shape;
  quiet_.reset();
}

void ledger::watch_quiet() {
  run_changes<in_set> unused;
  quiet_.emplace();
  marks_.visit_all([&](range at, mark) { quiet_->assign(at, {}, unused); });
  pending_.visit_all([&](range at, mark) { quiet_->erase(at, unused); });
  limbo_.visit_all([&](range at, const limbo_entry&) { quiet_->erase(at, unused); });
  held_.visit_all([&](range at, hold_id) { quiet_->erase(at, unused); });
}

void ledger::restore_mark(range r, mark m) {
  run_changes<mark> unused;
  marks_.assign(r, m, unused);
}

void ledger::restore_pending(range r) {
  ledger_changes unused;
  make_pending(r, unused);
}

void ledger::restore_held(range r, hold_id id) {
  run_changes<hold_id> unused;
  held_.assign(r, id, unused);
}

void ledger::restore_limbo(range r, mark_bits marks, steady_time settled_at, ledger_changes& out) {
  const std::size_t before = out.limbo.size();
  const limbo_entry entry{marks, settled_at};
  limbo_.assign(r, entry, out.limbo);
  if (out.limbo.size() == before + 1) {
    out.limbo.pop_back();  // as stored
    return;
  }
  out.limbo.insert(out.limbo.begin() + static_cast<std::ptrdiff_t>(before), {r, entry, false});
}

bool ledger::holds(hold_id id) const {
  bool found = false;
  held_.visit_while([&](range, hold_id h) {
    found = h == id;
    return !found;
  });
  return found;
}

std::int64_t ledger::owed_partitions() const {
  std::int64_t owed = pending_.partitions();
  limbo_.visit_all([&](range at, const limbo_entry& e) {
    marks_.visit(at, [&](range part, mark m) {
      if (!differs(e, m)) return;
      if (is_refresh(shape_) && m != mark::success) return;
      std::int64_t counted = part.size();
      pending_.visit(part, [&](range p, mark) { counted -= p.size(); });
      held_.visit(part, [&](range h, hold_id) { counted -= h.size(); });
      owed += counted;
    });
  });
  return owed;
}

}  // namespace partmark
