// Every contradiction that the check knows is made once, by hand, in a sound file.
#include "state_values.hpp"
#include "unit/sqlite/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <unistd.h>

#include <ostream>
#include <string>

namespace partmark {
namespace {

using namespace partmark::testing;

struct damage {
  const char* name;
  const char* sql;
  const char* found;  // part of a sentence
};
std::ostream& operator<<(std::ostream& out, const damage& d) { return out << d.name; }

class check_state_test : public ::testing::TestWithParam<damage> {
 protected:
  temporary_folder folder;
  const std::string path = folder.file("state.db");

  void make_sound_file() const {
    auto store = opened(path);
    state_changes c;
    c.plans = {a_plan(0), a_plan(1, refresh)};
    c.marks = {{0, {{0, 9}, mark::success, true}}, {0, {{10, 12}, mark::failed, true}}, {1, {whole_table, mark::failed, true}}};
    c.pending = {{0, {{0, 3}, mark::success, true}}, {0, {{10, 10}, mark::failed, true}}};
    c.held = {{0, {{6, 7}, hold_id{1}, true}}};
    c.holds = {a_hold(1, 0)};
    // Two rows of one mark side by side: they settle at different times.
    c.limbo = {{0, {{0, 1}, {bit(mark::failed), {}}, true}}, {0, {{2, 5}, {bit(mark::failed), {}}, true}}};
    c.intents = {{0, 7, {call_kind::update, {{{10, 10}, mark::failed}, {{0, 3}, mark::success}}}, at_ms(0)}};
    attempt_row& row = c.attempts.emplace_back();
    row.call_id = 6;
    row.claims = {{{0, 0}, mark::success}};
    c.position = journal_position{"u", {5, 4, 3}, {2, 1, 0}};
    ASSERT_TRUE(store->commit(c));
  }
};

TEST_F(check_state_test, a_sound_file_has_no_problems) {
  make_sound_file();
  EXPECT_EQ(problems_of(path), std::vector<std::string>{});
}

TEST_P(check_state_test, a_contradiction_is_found_and_named) {
  make_sound_file();
  {
    auto file = sqlite::connection::open(path, sqlite::open_mode::read_write, milliseconds(1000));
    ASSERT_TRUE(file.value().execute(GetParam().sql));
  }
  const auto problems = problems_of(path);
  ASSERT_FALSE(problems.empty());
  bool named = false;
  for (const auto& p : problems) named = named || p.find(GetParam().found) != std::string::npos;
  EXPECT_TRUE(named) << problems.front();
}

INSTANTIATE_TEST_SUITE_P(
    damages, check_state_test,
    ::testing::Values(damage{"gap_in_ids", "UPDATE plan SET id = 5 WHERE id = 1; UPDATE mark_run SET plan_id = 5 WHERE plan_id = 1", "gap"},
                      damage{"no_progress", "DELETE FROM progress", "one row"},
                      damage{"cursor_behind_anchor", "UPDATE progress SET plan_anchor_seq = 6", "behind its anchor"},
                      damage{"refold_past_its_end", "UPDATE plan SET refold_next = 9, refold_until = 8", "past its end"},
                      damage{"marks_of_nobody", "INSERT INTO mark_run VALUES (9, 0, 0, 0)", "plan that is not there"},
                      damage{"progress_of_nobody", "INSERT INTO plan_progress VALUES (9, NULL, 0)", "plan that is not there"},
                      damage{"plan_without_progress", "DELETE FROM plan_progress WHERE plan_id = 1", "no row in plan_progress"},
                      damage{"hold_of_nobody", "UPDATE hold SET plan_id = 9", "plan that is not there"},
                      damage{"held_under_nothing", "DELETE FROM hold", "hold that is not there"},
                      damage{"held_under_another_plans_hold", "UPDATE hold SET plan_id = 1", "another plan's"},
                      damage{"call_without_claims", "UPDATE intent SET claims = '[]'", "claims nothing"},
                      damage{"unreadable_claims", "UPDATE intent SET claims = '[[0,4'", "cannot be read"},
                      damage{"claims_overlap", "UPDATE intent SET claims = json_insert(claims, '$[#]', json('[2,10,0]'))", "overlap"},
                      damage{"clear_with_success", "UPDATE intent SET kind = 'clear'", "kind differ"},
                      damage{"refresh_with_ranges", "UPDATE intent SET kind = 'refresh'", "kind differ"},
                      damage{"call_id_from_the_future", "UPDATE progress SET last_call_id = 6", "beyond the last one"},
                      damage{"attempt_of_nobody", "UPDATE attempt SET place = -1", "plan that is not there"},
                      damage{"claims_that_end_before_they_start", "UPDATE intent SET claims = '[[5,1,1]]'", "cannot be read"},
                      damage{"claims_in_another_dress", "UPDATE intent SET claims = '[ [10, 10, 1] ]'", "cannot be read"},
                      damage{"claims_that_are_no_list", "UPDATE intent SET claims = '5'", "cannot be read"},
                      damage{"claims_beyond_all_time", "UPDATE intent SET claims = '[[-9223372036854775808,9223372036854775807,1]]'",
                             "cannot be read"},
                      damage{"attempt_with_a_mark_that_is_none", "UPDATE attempt SET claims = '[[1,1,3]]'", "cannot be read"},
                      damage{"marks_beyond_all_time", "INSERT INTO mark_run VALUES (0, 13, 9223372036854775807, 0)", "outside"},
                      damage{"unreadable_attempt", "UPDATE attempt SET claims = 'x'", "cannot be read"},
                      damage{"marks_overlap", "UPDATE mark_run SET last = 10 WHERE first = 0", "overlaps"},
                      damage{"marks_not_maximal", "UPDATE mark_run SET mark = 0", "should be one"},
                      damage{"pending_not_maximal", "INSERT INTO pending_run VALUES (0, 4, 4, 0)", "should be one"},
                      damage{"held_not_maximal", "INSERT INTO held_run VALUES (0, 8, 8, 1)", "should be one"},
                      damage{"limbo_overlaps", "UPDATE limbo_run SET last = 2 WHERE first = 0", "overlaps"},
                      damage{"beyond_the_year_9999", "INSERT INTO mark_run VALUES (0, 90000000, 90000001, 0)", "outside"},
                      damage{"partitions_of_a_full_refresh", "INSERT INTO mark_run VALUES (1, 1, 1, 0)", "outside"},
                      damage{"pending_without_mark", "INSERT INTO pending_run VALUES (0, 14, 14, 0)", "not runs of its marks"},
                      damage{"pending_with_another_mark", "UPDATE pending_run SET mark = 1 WHERE first = 0", "not runs of its marks"},
                      damage{"pending_failed_refresh", "INSERT INTO pending_run VALUES (1, 0, 0, 1)", "not runs of its marks"},
                      damage{"held_without_mark", "INSERT INTO held_run VALUES (0, 20, 20, 1)", "without a mark"},
                      damage{"held_and_pending", "INSERT INTO held_run VALUES (0, 10, 10, 1)", "pending at the same time"}),
    [](const auto& name) { return std::string(name.param.name); });

TEST_F(check_state_test, a_file_full_of_problems_is_told_in_a_bounded_list) {
  make_sound_file();
  {
    auto file = sqlite::connection::open(path, sqlite::open_mode::read_write, milliseconds(1000));
    ASSERT_TRUE(
        file.value().execute("WITH RECURSIVE n(i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)"
                             " INSERT INTO mark_run SELECT 0, i, i, 0 FROM n"));
  }
  EXPECT_EQ(problems_of(path).size(), state_reader::problems_max);
}

TEST_F(check_state_test, damaged_pages_are_found) {
  make_sound_file();
  {
    auto file = sqlite::connection::open(path, sqlite::open_mode::read_write, milliseconds(1000));
    ASSERT_TRUE(file.value().execute("PRAGMA wal_checkpoint(TRUNCATE)"));
  }
  const std::int64_t page = [&] {
    auto file = sqlite::connection::open(path, sqlite::open_mode::read_only, milliseconds(1000));
    return file.value().query_int64("SELECT rootpage FROM sqlite_schema WHERE name = 'mark_run'").value().value();
  }();
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  const std::string garbage(2000, '\xA5');
  ASSERT_EQ(::pwrite(descriptor, garbage.data(), garbage.size(), (page - 1) * 4096), 2000);
  ::close(descriptor);
  const auto problems = reader_of(path).check();
  // SQLite may also refuse to read at all.
  if (problems)
    EXPECT_FALSE(problems->empty());
  else
    EXPECT_EQ(problems.error().code, errc::corrupt);
}

}  // namespace
}  // namespace partmark
