#include "unit/sqlite/temporary_folder.hpp"
#include "unit/state/state_values.hpp"

#include <gtest/gtest.h>

namespace partmark::testing {
namespace {

constexpr const char* table = "starrocks.`default_catalog.schema`.p_order";

trigger_row a_trigger(ordinal date, trigger_status status) {
  trigger_row row;
  row.table = table;
  row.date = date;
  row.entry = trigger_entry{status, trigger_sequel::none};
  row.since = at_ms(1'700'000'000'000);
  return row;
}

class trigger_rows_test : public ::testing::Test {
 protected:
  temporary_folder folder;
  std::string path = folder.file("state.db");
};

TEST_F(trigger_rows_test, come_back_by_table_and_date) {
  state_changes c;
  trigger_row held = a_trigger(20'000, trigger_status::held);
  held.http_status = 200;
  held.code = "E7";
  held.message = "no such table";
  held.trace_id = "t-1";
  held.next_try = at_ms(1'700'000'060'000);
  held.tries = 2;
  trigger_row under_way = a_trigger(19'999, trigger_status::in_flight);
  under_way.entry->sequel = trigger_sequel::cancel;
  c.triggers = {held, under_way, a_trigger(20'001, trigger_status::waiting)};
  ASSERT_TRUE(opened(path)->commit(c));

  const auto all = loaded(*opened(path)).triggers;
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].date, 19'999);
  EXPECT_EQ(all[0].entry, under_way.entry);
  EXPECT_EQ(all[0].table, table);
  EXPECT_EQ(all[1].entry, held.entry);
  EXPECT_EQ(all[1].message, "no such table");
  EXPECT_EQ(all[1].next_try, held.next_try);
  EXPECT_EQ(all[1].tries, 2U);
  EXPECT_EQ(all[2].next_try, std::nullopt);
  EXPECT_EQ(all[2].since, at_ms(1'700'000'000'000));
  const auto summary = reader_of(path).summary().value();
  EXPECT_EQ(summary.pending_triggers, 2);
  EXPECT_EQ(summary.held_triggers, 1);
}

TEST_F(trigger_rows_test, the_last_word_of_a_batch_counts_and_an_accepted_one_is_gone) {
  auto store = opened(path);
  trigger_row gone = a_trigger(20'000, trigger_status::waiting);
  gone.entry.reset();
  state_changes c;
  c.triggers = {a_trigger(20'000, trigger_status::waiting), a_trigger(20'000, trigger_status::in_flight),
                a_trigger(20'001, trigger_status::waiting)};
  ASSERT_TRUE(store->commit(c));
  EXPECT_EQ(loaded(*store).triggers[0].entry->status, trigger_status::in_flight);
  c.triggers = {gone};
  ASSERT_TRUE(store->commit(c));
  ASSERT_EQ(loaded(*store).triggers.size(), 1U);
  EXPECT_EQ(loaded(*store).triggers[0].date, 20'001);
}

}  // namespace
}  // namespace partmark::testing
