// Random lives of a ledger, step by step against the per-partition oracle, and against a store that follows its row changes.
#include "ledger_oracle.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <chrono>
#include <map>
#include <ostream>
#include <tuple>
#include <utility>
#include <vector>

namespace partmark {
namespace {

enum class move {
  complete,
  send,
  accept,
  refuse,
  lose,
  hold,
  hold_pending,
  release,
  settle,
  may_land,
  resync,
  touch,
  reset,
};
constexpr int moves = 13;

struct step {
  move what = move::complete;
  range at;
  mark said = mark::success;
  int number = 0;  // a hold's id, milliseconds, a limit of ranges: as the move needs
};

std::ostream& operator<<(std::ostream& out, const step& s) {
  static constexpr const char* names[moves] = {"complete", "send",   "accept",   "refuse", "lose",  "hold", "hold_pending",
                                               "release",  "settle", "may_land", "resync", "touch", "reset"};
  return out << names[static_cast<int>(s.what)] << " [" << s.at.first << ", " << s.at.last << "] " << to_text(s.said) << ' ' << s.number;
}

rc::Gen<step> any_step() {
  // Half of all steps are completions and sends; a resync or a reset that came as often as they would leave little to look at.
  const auto any_move = rc::gen::weightedElement<move>({{8, move::complete},
                                                        {6, move::send},
                                                        {3, move::accept},
                                                        {2, move::refuse},
                                                        {3, move::lose},
                                                        {2, move::hold},
                                                        {1, move::hold_pending},
                                                        {2, move::release},
                                                        {3, move::settle},
                                                        {1, move::may_land},
                                                        {1, move::resync},
                                                        {1, move::touch},
                                                        {1, move::reset}});
  const auto made = [](const std::tuple<move, ordinal, ordinal, int, int>& t) {
    const ordinal first = std::get<1>(t);
    return step{std::get<0>(t), {first, std::min<ordinal>(first + std::get<2>(t), 19)}, static_cast<mark>(std::get<3>(t)), std::get<4>(t)};
  };
  return rc::gen::map(rc::gen::tuple(any_move, rc::gen::inRange<ordinal>(0, 20), rc::gen::inRange<ordinal>(0, 8), rc::gen::inRange(0, 3),
                                     rc::gen::inRange(0, 40)),
                      made);
}

steady_time at_ms(std::int64_t ms) { return steady_time(milliseconds(ms)); }

// A table of state.db, as far as a ledger is concerned.
template <class V>
using table = std::map<ordinal, std::pair<range, V>>;

template <class V>
void follow(table<V>& rows, const run_changes<V>& changes) {
  for (const auto& c : changes) {
    if (c.added)
      rows[c.at.first] = {c.at, c.value};
    else
      RC_ASSERT(rows.erase(c.at.first) == 1U);
  }
}

template <class V>
table<V> rows_of(const range_map<V>& map) {
  table<V> rows;
  map.visit_all([&](range at, const V& v) { rows[at.first] = {at, v}; });
  return rows;
}

// As stored: without the time.
table<mark_bits> untimed(const table<limbo_entry>& rows) {
  table<mark_bits> plain;
  for (const auto& [first, row] : rows) plain[first] = {row.first, row.second.may_land};
  return plain;
}

class life {
 public:
  explicit life(plan_shape shape) : shape_(shape), ledger_(shape), oracle_(shape) {}

  void live(step s) {
    if (shape_.kind == plan_kind::full_refresh) {
      s.at = whole_table;
      if (s.said == mark::cleared) s.said = mark::failed;
    }
    ledger_changes changes;
    carry_out(s, changes);
    follow(marks_, changes.marks);
    follow(pending_, changes.pending);
    follow(limbo_, changes.limbo);
    follow(held_, changes.held);
    check();
  }

  // A new run starts from the rows, at some later time.
  void check_restored() const {
    ledger restored(shape_);
    for (const auto& [first, row] : marks_) restored.restore_mark(row.first, row.second);
    for (const auto& [first, row] : pending_) restored.restore_pending(row.first);
    for (const auto& [first, row] : held_) restored.restore_held(row.first, row.second);
    ledger_changes changes;
    auto stored = limbo_;
    for (const auto& [first, row] : limbo_) restored.restore_limbo(row.first, row.second.may_land, at_ms(now_ + 60), changes);
    follow(stored, changes.limbo);
    RC_ASSERT(rows_of(restored.marks()) == marks_);
    RC_ASSERT(rows_of(restored.pending()) == pending_);
    RC_ASSERT(rows_of(restored.held()) == held_);
    RC_ASSERT(restored.owed_partitions() == ledger_.owed_partitions());
    RC_ASSERT(restored.limbo().partitions() == ledger_.limbo().partitions());
    RC_ASSERT(untimed(stored) == untimed(rows_of(restored.limbo())));
  }

 private:
  static void note_growth(range was, const step& s, run_changes<mark>& to) {
    append_change(to, was, s.said, false);
    append_change(to, {was.first, s.at.last}, s.said, true);
  }

  // Moves that make no sense now (ending a call that is not under way) are passed over.
  void carry_out(const step& s, ledger_changes& changes) {
    const bool busy = ledger_.in_flight().has_value();
    switch (s.what) {
      case move::complete:
        if (const auto was = ledger_.grow(s.at, s.said)) {
          note_growth(was->marks, s, changes.marks);
          note_growth(was->pending, s, changes.pending);
        } else {
          ledger_.complete(s.at, s.said, changes);
        }
        return oracle_.complete(s.at, s.said);
      case move::send:
        if (!busy) send(s);
        return;
      case move::accept:
      case move::refuse:
      case move::lose:
      case move::hold:
        if (busy) end(s, changes);
        return;
      case move::hold_pending:
        if (busy) return;
        ledger_.hold_pending({s.at}, s.number % 3, changes);
        return oracle_.hold_pending(s.at, s.number % 3);
      case move::release:
        ledger_.release(s.number % 3, changes);
        return oracle_.release(s.number % 3);
      case move::settle:
        now_ += s.number;
        ledger_.settle(at_ms(now_), changes);
        return oracle_.settle(at_ms(now_));
      case move::may_land:
        ledger_.may_land(s.at, static_cast<mark_bits>(1 + s.number % every_mark), at_ms(now_ + s.number), changes);
        return oracle_.may_land(s.at, static_cast<mark_bits>(1 + s.number % every_mark), at_ms(now_ + s.number));
      case move::resync:
        ledger_.resync(changes);
        return oracle_.touch({0, 19});
      case move::touch:
        ledger_.touch(s.at, changes);
        return oracle_.touch(s.at);
      case move::reset:
        if (busy) return;
        ledger_.reset(shape_, changes);
        return oracle_.reset();
    }
  }

  void send(const step& s) {
    // Every other call is a piece of an isolation.
    const std::vector<range> piece{s.at};
    const std::vector<range>* within = s.number % 2 == 0 ? nullptr : &piece;
    const auto ranges_max = static_cast<std::size_t>(1 + s.number / 2);
    const auto next = ledger_.next_call(ranges_max, within);
    const auto expected = oracle_.next_call(ranges_max, within);
    RC_ASSERT(next.has_value() == expected.has_value());
    if (!next) return;
    RC_ASSERT(next->kind == expected->kind);
    RC_ASSERT(next->claims == expected->claims);
    ledger_.take(*next);
    oracle_.take(*next);
  }

  void end(const step& s, ledger_changes& changes) {
    const steady_time settled_at = at_ms(now_ + s.number);
    switch (s.what) {
      case move::accept:
        ledger_.accepted(changes);
        return oracle_.accepted();
      case move::refuse:
        ledger_.refused();
        return oracle_.refused();
      case move::lose:
        ledger_.ambiguous(settled_at, changes);
        return oracle_.ambiguous(settled_at);
      default:
        ledger_.hold(s.number % 3, changes);
        return oracle_.hold(s.number % 3);
    }
  }

  void check() const {
    for (const auto& [o, p] : oracle_.partitions()) {
      const mark* said = ledger_.marks().find(o);
      RC_ASSERT((said == nullptr ? std::nullopt : std::optional<mark>(*said)) == p.said);
      const mark* pending = ledger_.pending().find(o);
      RC_ASSERT((pending != nullptr) == p.pending);
      if (pending != nullptr) RC_ASSERT(*pending == *p.said);
      const hold_id* held = ledger_.held().find(o);
      RC_ASSERT((held == nullptr ? std::nullopt : std::optional<hold_id>(*held)) == p.held);
      RC_ASSERT(held == nullptr || pending == nullptr);
      const limbo_entry* limbo = ledger_.limbo().find(o);
      RC_ASSERT((limbo == nullptr ? mark_bits{0} : limbo->may_land) == p.may_land);
      if (limbo != nullptr) RC_ASSERT(limbo->settled_at == p.settled_at);
    }
    RC_ASSERT(ledger_.in_flight().has_value() == oracle_.busy());
    RC_ASSERT(ledger_.owed_partitions() == oracle_.owed());
    RC_ASSERT(ledger_.owes() == (oracle_.owed() > 0));
    check_next_settle();
    RC_ASSERT(rows_of(ledger_.marks()) == marks_);
    RC_ASSERT(rows_of(ledger_.pending()) == pending_);
    RC_ASSERT(rows_of(ledger_.limbo()) == limbo_);
    RC_ASSERT(rows_of(ledger_.held()) == held_);

    // What is owed is what would be pending once all limbo had settled: whoever reads the rows counts it so.
    ledger settled = ledger_;
    ledger_changes unused;
    settled.settle(steady_time::max(), unused);
    RC_ASSERT(settled.pending().partitions() == ledger_.owed_partitions());
  }

  void check_next_settle() const {
    std::optional<steady_time> earliest;
    for (const auto& [o, p] : oracle_.partitions())
      if (p.may_land != 0 && (!earliest || p.settled_at < *earliest)) earliest = p.settled_at;
    RC_ASSERT(ledger_.next_settle() == earliest);
  }

  plan_shape shape_;
  ledger ledger_;
  ledger_oracle oracle_;
  std::int64_t now_ = 0;
  table<mark> marks_;
  table<mark> pending_;
  table<limbo_entry> limbo_;
  table<hold_id> held_;
};

RC_GTEST_PROP(ledger_property, any_life_of_a_partitioned_plan_is_as_the_partitions_say, ()) {
  life l({plan_kind::partitioned, granularity::day});
  for (const auto& s : *rc::gen::container<std::vector<step>>(any_step())) l.live(s);
  l.check_restored();
}

RC_GTEST_PROP(ledger_property, any_life_of_a_full_refresh_plan_is_as_its_one_partition_says, ()) {
  life l({plan_kind::full_refresh, granularity::day});
  for (const auto& s : *rc::gen::container<std::vector<step>>(any_step())) l.live(s);
  l.check_restored();
}

}  // namespace
}  // namespace partmark
