#include "core/trigger_queue.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>

namespace partmark {
namespace {

trigger_changes unused;

TEST(trigger_queue, dates_go_oldest_first_and_coalesce_while_they_wait) {
  trigger_queue q;
  q.succeeded(12, unused);
  q.succeeded(10, unused);
  q.succeeded(12, unused);
  ASSERT_EQ(q.next(), 10);
  q.take(10, unused);
  q.accepted(unused);
  ASSERT_EQ(q.next(), 12);
  q.take(12, unused);
  q.accepted(unused);
  EXPECT_EQ(q.next(), std::nullopt);
  EXPECT_FALSE(q.owes());
}

TEST(trigger_queue, a_completion_during_flight_triggers_once_more) {
  trigger_queue q;
  q.succeeded(10, unused);
  q.take(10, unused);
  q.succeeded(10, unused);
  q.succeeded(10, unused);
  q.accepted(unused);
  ASSERT_EQ(q.next(), 10);
  q.take(10, unused);
  q.accepted(unused);
  EXPECT_FALSE(q.owes());
}

TEST(trigger_queue, a_failure_cancels_what_was_not_sent) {
  trigger_queue q;
  q.succeeded(10, unused);
  q.failed(10, unused);
  EXPECT_FALSE(q.owes());
}

TEST(trigger_queue, a_failure_during_flight_keeps_it_from_being_sent_again) {
  trigger_queue q;
  q.succeeded(10, unused);
  q.take(10, unused);
  q.failed(10, unused);
  q.refused(unused);
  EXPECT_FALSE(q.owes());
}

TEST(trigger_queue, what_is_held_lets_the_others_go_on_until_it_is_released) {
  trigger_queue q;
  q.succeeded(10, unused);
  q.succeeded(11, unused);
  q.take(10, unused);
  EXPECT_TRUE(q.hold(unused));
  ASSERT_EQ(q.next(), 11);
  q.take(11, unused);
  q.accepted(unused);
  EXPECT_FALSE(q.owes());
  q.release(10, unused);
  EXPECT_EQ(q.next(), 10);
}

TEST(trigger_queue, a_newer_completion_is_not_held_with_the_refused_one) {
  trigger_queue q;
  q.succeeded(10, unused);
  q.take(10, unused);
  q.succeeded(10, unused);
  EXPECT_FALSE(q.hold(unused));
  EXPECT_EQ(q.next(), 10);
}

// One date by itself, as obvious as can be: how many completions wait for a trigger that starts after them.
struct obvious {
  bool wanted = false;       // a success that no trigger started after
  bool sent_wanted = false;  // the one under way came from a wish that still stands
  bool held = false;
};

RC_GTEST_PROP(trigger_queue, follows_a_model_and_its_rows, ()) {
  trigger_queue q;
  std::map<ordinal, obvious> model;
  std::map<ordinal, trigger_entry> rows;
  trigger_changes changes;
  for (const int step : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 60))) {
    const ordinal date = step % 4;
    obvious& m = model[date];
    const auto in_flight = q.in_flight();
    switch (step / 10) {
      case 0:
      case 1:
        q.succeeded(date, changes);
        m.wanted = true;
        m.held = false;
        break;
      case 2:
        q.failed(date, changes);
        m.wanted = m.held = m.sent_wanted = false;
        break;
      case 3:
        if (in_flight) break;
        if (const auto next = q.next()) {
          for (const auto& [d, o] : model) RC_ASSERT(d >= *next || !o.wanted);
          RC_ASSERT(model[*next].wanted);
          model[*next] = {false, true, false};
          q.take(*next, changes);
        }
        break;
      case 4:
        if (!in_flight) break;
        q.accepted(changes);
        model[*in_flight].sent_wanted = false;
        break;
      case 5: {
        if (!in_flight) break;
        obvious& under_way = model[*in_flight];
        if (step % 2 == 0) {
          q.refused(changes);
          under_way.wanted = under_way.wanted || under_way.sent_wanted;
        } else {
          under_way.held = under_way.sent_wanted && !under_way.wanted;
          RC_ASSERT(q.hold(changes) == under_way.held);
        }
        under_way.sent_wanted = false;
        break;
      }
      default:
        break;
    }
    for (const auto& c : std::exchange(changes, {})) {
      if (c.entry)
        rows[c.date] = *c.entry;
      else
        rows.erase(c.date);
    }
    RC_ASSERT(rows == q.entries());
    bool owes = q.in_flight().has_value();
    for (const auto& [d, o] : model) owes = owes || o.wanted;
    RC_ASSERT(q.owes() == owes);
  }
}

TEST(trigger_queue, a_failure_during_flight_keeps_it_from_being_held) {
  trigger_queue q;
  q.succeeded(10, unused);
  q.take(10, unused);
  q.failed(10, unused);
  EXPECT_FALSE(q.hold(unused));
  EXPECT_TRUE(q.entries().empty());
}

TEST(trigger_queue, each_row_says_where_its_trigger_stands) {
  using enum trigger_status;
  trigger_queue q;
  trigger_changes rows;
  q.succeeded(10, rows);
  q.take(10, rows);
  q.succeeded(10, rows);
  q.failed(10, rows);
  q.refused(rows);
  q.succeeded(11, rows);
  q.take(11, rows);
  q.hold(rows);
  EXPECT_EQ(rows, (trigger_changes{{10, trigger_entry{waiting, trigger_sequel::none}},
                                   {10, trigger_entry{in_flight, trigger_sequel::none}},
                                   {10, trigger_entry{in_flight, trigger_sequel::again}},
                                   {10, trigger_entry{in_flight, trigger_sequel::cancel}},
                                   {10, std::nullopt},
                                   {11, trigger_entry{waiting, trigger_sequel::none}},
                                   {11, trigger_entry{in_flight, trigger_sequel::none}},
                                   {11, trigger_entry{held, trigger_sequel::none}}}));
}

TEST(trigger_queue, what_changes_nothing_writes_no_row) {
  trigger_queue q;
  q.succeeded(10, unused);
  trigger_changes rows;
  q.succeeded(10, rows);
  q.failed(11, rows);
  q.release(10, rows);
  EXPECT_EQ(rows, trigger_changes{});
}

TEST(trigger_queue, a_restored_trigger_is_under_way_once_it_is_resumed) {
  trigger_queue q;
  q.restore(10, {trigger_status::in_flight, trigger_sequel::again});
  EXPECT_EQ(q.in_flight(), std::nullopt);
  q.resume(10);
  EXPECT_EQ(q.in_flight(), 10);
  q.accepted(unused);
  EXPECT_EQ(q.next(), 10);
}

}  // namespace
}  // namespace partmark
