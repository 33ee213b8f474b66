// The power fails at every call to the disk with which `partmark state rebuild` makes a new state.db and exchanges the old one for it.
#include "sqlite/transaction.hpp"
#include "state/check_state.hpp"
#include "state/state_reader.hpp"
#include "storage_world.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <tuple>
#include <utility>

namespace partmark::testing {
namespace {

using std::chrono::seconds;

// What tells one state from another, with everything that it says of marks.
struct content {
  std::string boot_id;
  std::uint64_t last_call_id = 0;
  std::int64_t folded_seq = 0;
  std::map<std::pair<std::string, ordinal>, std::tuple<ordinal, mark>> marks;
  friend bool operator==(const content&, const content&) = default;
};

content content_of(const result<stored_state>& stored) {
  EXPECT_TRUE(stored) << stored.error().message;
  if (!stored) return {};
  content c{stored->boot_id, stored->last_call_id, stored->position.plans.folded_seq, {}};
  for (const auto& run : stored->marks)
    c.marks[{stored->plans[run.plan].uuid, run.change.at.first}] = {run.change.at.last, run.change.value};
  return c;
}

// Leaves the log as it is.
content read(const storage_world& world) {
  auto reader = state_reader::open(world.state_path());
  EXPECT_TRUE(reader) << reader.error().message;
  return reader ? content_of(reader->load()) : content();
}

// As the daemon does at its start, which ends an exchange that was cut off.
content open(const storage_world& world) {
  auto store = sqlite_state::open(world.state_path());
  EXPECT_TRUE(store) << store.error().message;
  return store ? content_of((*store)->load()) : content();
}

std::vector<std::string> contradictions(const storage_world& world) {
  auto file = sqlite::connection::open(world.state_path(), sqlite::open_mode::read_write, milliseconds(0)).value();
  auto scope = sqlite::transaction::begin(file, sqlite::transaction_kind::deferred).value();
  return check_state(file, 5).value();
}

// A daemon was killed in the middle of its work, a minute ago: its log holds what changed since a checkpoint, and state.db the rest.
void live_and_die(storage_world& world) {
  ASSERT_TRUE(world.start());
  world.busy(seconds(20), 20, 1);
  world.stop_cleanly();
  ASSERT_TRUE(world.start());
  world.busy(seconds(20), 5, 0);
  world.kill();
  world.disk.settle();
}

bool changes_the_disk(io_kind k) {
  return k == io_kind::write || k == io_kind::truncate || k == io_kind::sync || k == io_kind::remove || k == io_kind::rename ||
         k == io_kind::link;
}

struct life {
  std::size_t calls = 0;
  std::size_t first_rename = 0;  // where the exchange begins
  bool is_new = false;
};

// Lets the power fail at the nth call; 0: after the last.
life cut_at(std::size_t nth, std::uint64_t seed) {
  storage_world world(seed);
  live_and_die(world);
  const content old = read(world);
  EXPECT_GT(old.last_call_id, 0U);
  life l;
  world.disk.before = [&](const io_call& call) -> std::optional<io_failure> {
    if (!changes_the_disk(call.kind)) return std::nullopt;
    if (++l.calls == nth) world.disk.die();
    if (call.kind == io_kind::rename && l.first_rename == 0) l.first_rename = l.calls;
    return std::nullopt;
  };
  EXPECT_EQ(world.rebuild(), nth == 0);
  world.disk.before = nullptr;
  world.cut_power();
  const content found = open(world);
  l.is_new = found.boot_id != old.boot_id;
  EXPECT_EQ(contradictions(world), std::vector<std::string>());
  EXPECT_TRUE(l.is_new || found == old) << "the old state is there, and not all of it";
  EXPECT_GE(found.folded_seq, old.folded_seq) << "the new state is there, and not all of it";
  EXPECT_TRUE(l.is_new || nth != 0) << "it was confirmed";
  world.heal_and_check();
  return l;
}

TEST(rebuild_cuts, whatever_call_is_the_last_the_old_state_opens_whole_or_the_new_one) {
  std::size_t cuts = 0;
  std::size_t became_new = 0;
  for (std::uint64_t seed = 1; seed <= 32; ++seed) {
    const life whole = cut_at(0, seed);
    // The making of the new file is like any other life of a store: one world is enough.
    for (std::size_t nth = seed == 1 ? 1 : whole.first_rename; nth <= whole.calls; ++nth, ++cuts) {
      SCOPED_TRACE("world " + std::to_string(seed) + ", call " + std::to_string(nth) + " of " + std::to_string(whole.calls));
      became_new += cut_at(nth, seed).is_new ? 1 : 0;
      if (HasFailure()) return;
    }
  }
  std::printf("%zu cuts, after %zu of them the new state\n", cuts, became_new);
  EXPECT_GT(became_new, 10U);
  EXPECT_GT(cuts - became_new, 10U);
}

}  // namespace
}  // namespace partmark::testing
