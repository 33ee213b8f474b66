#include "core/ledger.hpp"

#include <cassert>

namespace partmark {
namespace {

bool differs(const limbo_entry& entry, mark current) { return (entry.may_land & static_cast<mark_bits>(~bit(current))) != 0; }

}  // namespace

void ledger::make_pending(range r, ledger_changes& out) {
  marks_.visit(r, [&](range at, mark m) { make_pending(at, m, out); });
}

void ledger::make_pending(range r, mark m, ledger_changes& out) {
  run_changes<in_set> unused;
  if (rare_ && rare_->quiet) rare_.use().quiet->erase(r, unused);
  if (is_refresh() && m != mark::success)
    pending_.erase(r, out.pending);  // there is no call that says so
  else
    pending_.assign(r, m, out.pending);
  if (rare_ && rare_->in_flight) rare_.use().touched.assign(r, {}, unused);
}

std::optional<ledger::growth> ledger::grow(range r, mark m) {
  if (rare_ || !marks_.grows(r, m) || !pending_.grows(r, m)) return std::nullopt;
  return growth{marks_.grow(r), pending_.grow(r)};
}

void ledger::complete(range r, mark m, ledger_changes& out) {
  assert(!is_refresh() || (r == whole_table && m != mark::cleared));
  marks_.assign(r, m, out.marks);
  if (rare_) rare_.use().held.erase(r, out.held);
  make_pending(r, m, out);
}

std::vector<range> ledger::release(hold_id id, ledger_changes& out) {
  std::vector<range> found;
  rare_->held.visit_all([&](range at, hold_id h) {
    if (h == id) found.push_back(at);
  });
  for (const range r : found) {
    rare_.use().held.erase(r, out.held);
    make_pending(r, out);
  }
  drop_rare();
  return found;
}

void ledger::may_land(range r, mark_bits marks, steady_time settled_at, ledger_changes& out) {
  // Where nothing lies in limbo yet, the whole of `r` takes the new entry; where something does, the marks add up and the later settle
  // counts.
  range_map<limbo_entry>& limbo = rare_.use().limbo;
  std::vector<std::pair<range, limbo_entry>> merged;
  limbo.visit(r, [&](range at, const limbo_entry& e) {
    merged.push_back({at, {static_cast<mark_bits>(e.may_land | marks), std::max(e.settled_at, settled_at)}});
  });
  limbo.assign(r, {marks, settled_at}, out.limbo);
  for (const auto& [at, e] : merged) limbo.assign(at, e, out.limbo);
}

void ledger::settle(steady_time t, ledger_changes& out) {
  std::vector<std::pair<range, limbo_entry>> settled;
  rare_->limbo.visit_all([&](range at, const limbo_entry& e) {
    if (e.settled_at <= t) settled.emplace_back(at, e);
  });
  for (const auto& [at, e] : settled) {
    rare_.use().limbo.erase(at, out.limbo);
    std::vector<range> owed;
    marks_.visit(at, [&, entry = e](range part, mark m) {
      if (differs(entry, m)) owed.push_back(part);
    });
    for (const range part : owed) {
      std::vector<range> free;  // what is held has its own next try
      ordinal from = part.first;
      rare_->held.visit(part, [&](range h, hold_id) {
        if (h.first > from) free.push_back({from, h.first - 1});
        from = h.last + 1;
      });
      if (from <= part.last) free.push_back({from, part.last});
      for (const range f : free) make_pending(f, out);
    }
  }
  drop_rare();
}

std::optional<steady_time> ledger::next_settle() const {
  std::optional<steady_time> next;
  rare_->limbo.visit_all([&](range, const limbo_entry& e) {
    if (!next || e.settled_at < *next) next = e.settled_at;
  });
  return next;
}

void ledger::resync(ledger_changes& out) {
  std::vector<range> all;
  marks_.visit_all([&](range at, mark) { all.push_back(at); });
  for (const range r : all) {
    if (rare_) rare_.use().held.erase(r, out.held);
    make_pending(r, out);
  }
  drop_rare();
}

void ledger::touch(range r, ledger_changes& out) {
  std::vector<range> known;
  marks_.visit(r, [&](range at, mark) { known.push_back(at); });
  for (const range at : known) {
    if (rare_) rare_.use().held.erase(at, out.held);
    make_pending(at, out);
  }
  drop_rare();
}

void ledger::reset(plan_shape shape, ledger_changes& out) {
  assert(!rare_->in_flight);
  marks_.clear(out.marks);
  pending_.clear(out.pending);
  if (rare_) {
    rare_.use().held.clear(out.held);
    if (shape != shape_) rare_.use().limbo.clear(out.limbo);  // ordinals of another unit
    rare_.use().quiet.reset();
  }
  shape_ = shape;
  drop_rare();
}

void ledger::watch_quiet() {
  run_changes<in_set> unused;
  range_set& quiet = rare_.use().quiet.emplace();
  marks_.visit_all([&](range at, mark) { quiet.assign(at, {}, unused); });
  pending_.visit_all([&](range at, mark) { quiet.erase(at, unused); });
  rare_->limbo.visit_all([&](range at, const limbo_entry&) { quiet.erase(at, unused); });
  rare_->held.visit_all([&](range at, hold_id) { quiet.erase(at, unused); });
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
  rare_.use().held.assign(r, id, unused);
}

void ledger::restore_limbo(range r, mark_bits marks, steady_time settled_at, ledger_changes& out) {
  const std::size_t before = out.limbo.size();
  const limbo_entry entry{marks, settled_at};
  rare_.use().limbo.assign(r, entry, out.limbo);
  if (out.limbo.size() == before + 1) {
    out.limbo.pop_back();  // as stored
    return;
  }
  out.limbo.insert(out.limbo.begin() + static_cast<std::ptrdiff_t>(before), {r, entry, false});
}

bool ledger::holds(hold_id id) const {
  bool found = false;
  rare_->held.visit_while([&](range, hold_id h) {
    found = h == id;
    return !found;
  });
  return found;
}

std::int64_t ledger::owed_partitions() const {
  std::int64_t owed = pending_.partitions();
  rare_->limbo.visit_all([&](range at, const limbo_entry& e) {
    marks_.visit(at, [&](range part, mark m) {
      if (!differs(e, m)) return;
      if (is_refresh() && m != mark::success) return;
      std::int64_t counted = part.size();
      pending_.visit(part, [&](range p, mark) { counted -= p.size(); });
      rare_->held.visit(part, [&](range h, hold_id) { counted -= h.size(); });
      owed += counted;
    });
  });
  return owed;
}

}  // namespace partmark
