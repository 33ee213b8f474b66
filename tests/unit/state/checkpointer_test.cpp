// Checkpoints beside the commits: the log begins anew again and again, and the file has all that was committed.
#include "unit/state/sqlite_state_fixture.hpp"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

namespace partmark {
namespace {

using namespace testing;

class checkpointer_test : public sqlite_state_test {
 protected:
  // How often the log has begun anew: the checkpoint sequence number in its header (https://sqlite.org/fileformat2.html#walformat).
  std::uint32_t log_generation() const {
    std::ifstream log(path + "-wal", std::ios::binary);
    log.seekg(12);
    std::uint32_t number = 0;
    for (int i = 0; i < 4; ++i) number = number << 8U | static_cast<unsigned char>(log.get());
    return number;
  }

  // A turn that changes some pages: a run of each of fifty plans.
  static state_changes turn(ordinal day) {
    state_changes c;
    for (plan_id plan = 0; plan < 50; ++plan) c.marks.push_back({plan * 40, {{2 * day, 2 * day}, mark::success, true}});
    return c;
  }

  static state_changes many_plans() {
    state_changes c;
    for (plan_id plan = 0; plan < 2000; ++plan) c.plans.push_back(a_plan(plan));
    return c;
  }
};

TEST_F(checkpointer_test, the_log_begins_anew_while_commits_go_on_and_nothing_is_lost) {
  ordinal day = 0;
  {
    auto store = opened(path);
    ASSERT_TRUE(store->checkpoint_beside());
    ASSERT_TRUE(store->commit(many_plans()));
    const std::uint32_t before = log_generation();
    constexpr ordinal days_max = 20'000;  // a hundred times what it takes
    while (log_generation() < before + 5 && day < days_max) ASSERT_TRUE(store->commit(turn(day++)));
    EXPECT_GE(log_generation(), before + 5);
  }
  EXPECT_EQ(count("SELECT count(*) FROM mark_run"), 50 * day);
  EXPECT_TRUE(problems_of(path).empty());
}

TEST_F(checkpointer_test, a_reader_that_stays_keeps_the_log_but_nobody_out) {
  auto store = opened(path);
  ASSERT_TRUE(store->checkpoint_beside());
  ASSERT_TRUE(store->commit(many_plans()));
  auto reader = sqlite::connection::open(path, sqlite::open_mode::read_only, milliseconds(0));
  ASSERT_TRUE(reader->execute("BEGIN"));
  ASSERT_EQ(reader->query_int64("SELECT count(*) FROM mark_run").value(), 0);
  ordinal day = 0;
  while (std::filesystem::file_size(path + "-wal") < std::uintmax_t{8} << 20U) ASSERT_TRUE(store->commit(turn(day++)));
  EXPECT_EQ(reader->query_int64("SELECT count(*) FROM mark_run").value(), 0) << "what it saw it still sees";
  ASSERT_TRUE(reader->execute("COMMIT"));
  EXPECT_EQ(reader->query_int64("SELECT count(*) FROM mark_run").value(), 50 * day);
  const std::uint32_t before = log_generation();
  while (log_generation() == before && day < 20'000) ASSERT_TRUE(store->commit(turn(day++)));
  EXPECT_GT(log_generation(), before) << "then the log begins anew";
}

TEST_F(checkpointer_test, a_store_ends_with_a_checkpoint_under_way) {
  auto store = opened(path);
  ASSERT_TRUE(store->checkpoint_beside());
  ASSERT_TRUE(store->commit(many_plans()));
  for (ordinal day = 0; day < 200; ++day) ASSERT_TRUE(store->commit(turn(day)));
  store.reset();
  EXPECT_EQ(count("SELECT count(*) FROM mark_run"), 50 * 200);
}

}  // namespace
}  // namespace partmark
