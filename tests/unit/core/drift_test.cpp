#include "core/drift.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>
#include <utility>
#include <vector>

namespace partmark {
namespace {

constexpr plan_shape daily{plan_kind::partitioned, granularity::day};

void accept_all(ledger& book) {
  ledger_changes unused;
  while (auto next = book.next_call(100)) {
    book.take(*next);
    book.accepted(unused);
  }
}

range_set listing(const std::set<ordinal>& listed) {
  range_set out;
  run_changes<in_set> unused;
  for (const ordinal o : listed) out.assign({o, o}, {}, unused);
  return out;
}

std::set<ordinal> members(const std::vector<range>& ranges) {
  std::set<ordinal> out;
  for (const range r : ranges)
    for (ordinal o = r.first; o <= r.last; ++o) out.insert(o);
  return out;
}

TEST(drift, success_must_be_listed_and_nothing_else) {
  ledger book(daily);
  ledger_changes unused;
  book.complete({1, 5}, mark::success, unused);
  book.complete({6, 7}, mark::failed, unused);
  book.complete({8, 8}, mark::cleared, unused);
  accept_all(book);
  book.watch_quiet();
  const auto report = compare(book, listing({1, 2, 4, 5, 7, 8, 20}));
  EXPECT_EQ(report.missing, (std::vector<range>{{3, 3}}));
  EXPECT_EQ(members(report.unexpected), (std::set<ordinal>{7, 8}));
  EXPECT_EQ(report.unknown, 1);
  EXPECT_EQ(report.compared, 8);
}

TEST(drift, what_is_pending_when_the_listing_begins_or_touched_before_it_ends_is_not_compared) {
  ledger book(daily);
  ledger_changes unused;
  book.complete({1, 5}, mark::success, unused);
  accept_all(book);
  book.complete({2, 2}, mark::success, unused);
  book.watch_quiet();
  accept_all(book);
  book.complete({4, 4}, mark::success, unused);
  accept_all(book);
  const auto report = compare(book, listing({}));
  EXPECT_EQ(members(report.missing), (std::set<ordinal>{1, 3, 5}));
}

RC_GTEST_PROP(drift, equals_a_comparison_of_single_partitions, ()) {
  ledger book(daily);
  ledger_changes unused;
  const auto scribble = [&](int steps) {
    std::set<ordinal> touched;
    for (int i = 0; i < steps; ++i) {
      const auto first = *rc::gen::inRange<ordinal>(0, 30);
      const range r{first, first + *rc::gen::inRange<ordinal>(0, 6)};
      book.complete(r, static_cast<mark>(*rc::gen::inRange(0, 3)), unused);
      for (ordinal o = r.first; o <= r.last; ++o) touched.insert(o);
      if (*rc::gen::inRange(0, 2) == 0) accept_all(book);
    }
    return touched;
  };
  scribble(8);
  std::set<ordinal> waiting;
  book.pending().visit_all([&](range at, mark) {
    for (ordinal o = at.first; o <= at.last; ++o) waiting.insert(o);
  });
  book.watch_quiet();
  const auto touched = scribble(3);
  const auto listed = *rc::gen::container<std::set<ordinal>>(rc::gen::inRange<ordinal>(0, 40));
  const auto report = compare(book, listing(listed));

  std::set<ordinal> missing;
  std::set<ordinal> unexpected;
  for (ordinal o = 0; o < 40; ++o) {
    const mark* m = book.marks().find(o);
    if (!m || waiting.contains(o) || touched.contains(o)) continue;
    if (*m == mark::success && !listed.contains(o)) missing.insert(o);
    if (*m != mark::success && listed.contains(o)) unexpected.insert(o);
  }
  RC_ASSERT(members(report.missing) == missing);
  RC_ASSERT(members(report.unexpected) == unexpected);
}

TEST(drift, what_is_held_or_may_still_land_when_the_listing_begins_is_not_compared) {
  ledger book(daily);
  ledger_changes unused;
  book.complete({1, 1}, mark::success, unused);
  book.take(book.next_call(100).value());
  book.hold(7, unused);
  book.complete({3, 3}, mark::success, unused);
  book.take(book.next_call(100).value());
  book.ambiguous(steady_time(), unused);
  accept_all(book);
  book.complete({5, 5}, mark::success, unused);
  accept_all(book);
  book.watch_quiet();
  EXPECT_EQ(compare(book, listing({})).missing, (std::vector<range>{{5, 5}}));
}

TEST(drift, a_refold_ends_the_watch) {
  ledger book(daily);
  ledger_changes unused;
  book.complete({1, 1}, mark::success, unused);
  book.watch_quiet();
  book.reset(daily, unused);
  EXPECT_FALSE(book.quiet());
}

TEST(drift, is_found_where_anything_is_missing_or_unexpected) {
  drift_report report;
  EXPECT_FALSE(report.found());
  EXPECT_EQ(report.unreadable, 0);
  report.missing = {{1, 1}};
  EXPECT_TRUE(report.found());
  report.unexpected = std::exchange(report.missing, {});
  EXPECT_TRUE(report.found());
}

}  // namespace
}  // namespace partmark
