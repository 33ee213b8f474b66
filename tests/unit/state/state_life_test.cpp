// Whole lives of a daemon, as far as its store is concerned: what is stored is what it knows, and what readers say follows from it; also
// when it is killed at any moment.
#include "random_life.hpp"
#include "unit/sqlite/temporary_folder.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <optional>
#include <random>
#include <string>

namespace partmark {
namespace {

using namespace partmark::testing;

void expect_overviews(state_reader& reader, const random_life& life) {
  std::int64_t pending = 0;
  std::int64_t held_plans = 0;
  for (const auto& p : life.plans()) {
    const plan_detail seen = reader.plan(p.row.uuid).value();
    std::int64_t by_mark[3] = {0, 0, 0};
    p.book.marks().visit_all([&](range at, mark m) { by_mark[static_cast<int>(m)] += at.size(); });
    EXPECT_EQ(seen.overview.success, by_mark[0]);
    EXPECT_EQ(seen.overview.failed, by_mark[1]);
    EXPECT_EQ(seen.overview.cleared, by_mark[2]);
    EXPECT_EQ(seen.overview.pending, p.book.owed_partitions());
    EXPECT_EQ(seen.overview.held, p.book.held().partitions());
    std::int64_t parts = 0;
    for (const auto& part : seen.pending) parts += part.said.at.size();
    EXPECT_EQ(parts, p.book.owed_partitions());
    EXPECT_EQ(seen.open_call.has_value(), p.book.in_flight().has_value());
    EXPECT_EQ(seen.holds.size(), p.holds.size());
    ASSERT_EQ(seen.attempts.size(), std::min<std::size_t>(p.ended.size(), attempts_kept));
    for (std::size_t i = 0; i < seen.attempts.size(); ++i) EXPECT_EQ(seen.attempts[i].call_id, p.ended[p.ended.size() - 1 - i]);
    pending += p.book.owed_partitions();
    held_plans += p.book.held().empty() ? 0 : 1;
  }
  const state_summary s = reader.summary().value();
  EXPECT_EQ(s.pending_partitions, pending);
  EXPECT_EQ(s.held_plans, held_plans);
  EXPECT_EQ(s.plans, static_cast<std::int64_t>(life.plans().size()));
  EXPECT_EQ(s.position.plans.folded_seq, life.turns());
  std::int64_t listed = 0;
  for (const auto& overview : reader.plans().value()) listed += overview.pending;
  EXPECT_EQ(listed, pending);
  listed = 0;
  for (const auto& plan : reader.pending().value())
    for (const auto& part : plan.parts) listed += part.said.at.size();
  EXPECT_EQ(listed, pending);
}

TEST(state_life, what_is_stored_after_each_turn_is_what_the_ledgers_know) {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    const temporary_folder folder;
    const std::string path = folder.file("state.db");
    random_life life(seed);
    auto store = opened(path);
    for (int i = 0; i < 250; ++i) {
      ASSERT_TRUE(store->commit(life.turn()));
      if (i % 10 != 0) continue;
      life.expect_stored(loaded(*store));
      auto reader = reader_of(path);
      expect_overviews(reader, life);
      EXPECT_EQ(reader.check().value(), std::vector<std::string>{});
      ASSERT_FALSE(::testing::Test::HasFailure()) << "seed " << seed << ", turn " << life.turns();
    }
  }
}

// Lives until it is killed; says a byte after each commit.
[[noreturn]] void live_in_this_process(const std::string& path, std::uint64_t seed, std::int64_t from, int said) {
  random_life life(seed);
  while (life.turns() < from) life.turn();
  auto store = opened(path);
  for (;;) {
    if (!store->commit(life.turn())) ::_exit(1);
    if (::write(said, "", 1) != 1) ::_exit(2);
  }
}

TEST(state_life, killed_at_any_moment_a_whole_number_of_turns_is_stored) {
  constexpr std::uint64_t seed = 77;
  std::mt19937_64 random(4);  // the same moments every time, as far as they are ours to choose
  const temporary_folder folder;
  const std::string path = folder.file("state.db");
  std::int64_t turns = 0;
  for (int kill = 0; kill < 12; ++kill) {
    int pipe[2];
    ASSERT_EQ(::pipe(pipe), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      ::close(pipe[0]);
      live_in_this_process(path, seed, turns, pipe[1]);
    }
    ::close(pipe[1]);
    std::int64_t heard = 0;
    char byte = 0;
    for (const auto wanted = static_cast<std::int64_t>(1 + random() % 60); heard < wanted; ++heard) ASSERT_EQ(::read(pipe[0], &byte, 1), 1);
    ASSERT_EQ(::kill(child, SIGKILL), 0);
    ASSERT_EQ(::waitpid(child, nullptr, 0), child);
    while (::read(pipe[0], &byte, 1) == 1) ++heard;
    ::close(pipe[0]);

    const auto stored = loaded(*opened(path));
    const std::int64_t reached = stored.position.plans.folded_seq;
    EXPECT_GE(reached, turns + heard);
    EXPECT_LE(reached, turns + heard + 1);  // committed, and killed before it could say so
    random_life same(seed);
    while (same.turns() < reached) same.turn();
    same.expect_stored(stored);
    EXPECT_TRUE(problems_of(path).empty());
    ASSERT_FALSE(::testing::Test::HasFailure()) << "kill " << kill;
    turns = reached;
  }
}

TEST(state_life, a_reader_sees_whole_turns_while_another_process_writes) {
  constexpr std::uint64_t seed = 5;
  const temporary_folder folder;
  const std::string path = folder.file("state.db");
  {
    auto store = opened(path);
  }
  int pipe[2];
  ASSERT_EQ(::pipe(pipe), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    ::close(pipe[0]);
    live_in_this_process(path, seed, 0, pipe[1]);
  }
  ::close(pipe[1]);
  random_life same(seed);
  auto reader = reader_of(path);
  char bytes[40];
  for (int look = 0; look < 100 && !::testing::Test::HasFailure(); ++look) {
    ASSERT_GT(::read(pipe[0], bytes, sizeof bytes), 0);  // it has gone on
    const state_summary s = reader.summary().value();
    while (same.turns() < s.position.plans.folded_seq) same.turn();
    std::int64_t pending = 0;
    for (const auto& p : same.plans()) pending += p.book.owed_partitions();
    EXPECT_EQ(s.pending_partitions, pending);
    EXPECT_EQ(s.plans, static_cast<std::int64_t>(same.plans().size()));
    EXPECT_EQ(reader.check().value(), std::vector<std::string>{});
  }
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  ::close(pipe[0]);
}

}  // namespace
}  // namespace partmark
