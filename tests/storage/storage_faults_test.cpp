// Every call that SQLite makes to its files fails once, in every way that it can, in a file of the state's and in one of the journal's; or
// from that call on until someone repairs the disk. The daemon goes on, or waits and says why, or does not start and says why; it never
// sends a wrong mark, and when the disk is sound again nothing is missing. EVERY=1: each single call; otherwise growing steps.
#include "reconcile/event_names.hpp"
#include "storage_world.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace partmark::testing {
namespace {

using std::chrono::seconds;

struct fault {
  const char* name;
  std::vector<io_kind> of;
  io_failure how;
};

const std::vector<fault>& faults() {
  static const std::vector<fault> all = {
      {"eio_read", {io_kind::read}, {SQLITE_IOERR, EIO, false}},
      {"short_read", {io_kind::read}, {SQLITE_IOERR, EIO, true}},
      {"eio_write", {io_kind::write, io_kind::truncate}, {SQLITE_IOERR, EIO, false}},
      {"full", {io_kind::write, io_kind::truncate}, {SQLITE_FULL, ENOSPC, false}},
      {"short_write", {io_kind::write}, {SQLITE_FULL, ENOSPC, true}},
      {"read_only", {io_kind::write, io_kind::truncate, io_kind::remove}, {SQLITE_IOERR, EROFS, false}},
      {"fsync", {io_kind::sync}, {SQLITE_IOERR, EIO, false}},
      {"size", {io_kind::size}, {SQLITE_IOERR, EIO, false}},
      {"open", {io_kind::open}, {SQLITE_CANTOPEN, EMFILE, false}},
      {"busy", {io_kind::lock, io_kind::shared_lock}, {SQLITE_BUSY, 0, false}},
      {"lock", {io_kind::lock, io_kind::shared_lock}, {SQLITE_IOERR, ENOLCK, false}},
      {"shared_memory", {io_kind::shared_map}, {SQLITE_IOERR, ENOMEM, false}},
  };
  return all;
}

constexpr std::size_t for_good = SIZE_MAX;

struct outcome {
  bool reached = false;  // there was an nth call
  bool did_not_start = false;
  bool said = false;
};

// Fails calls nth to nth + times - 1 of this kind to this file.
class trouble_maker {
 public:
  trouble_maker(storage_world& world, const fault& f, std::string folder, std::size_t nth, std::size_t times)
      : fault_(f), folder_(std::move(folder)), nth_(nth), times_(times) {
    world.disk.before = [this](const io_call& call) { return judge(call); };
  }
  [[nodiscard]] bool fired() const { return fired_ > 0; }

 private:
  std::optional<io_failure> judge(const io_call& call) {
    const bool concerned =
        std::find(fault_.of.begin(), fault_.of.end(), call.kind) != fault_.of.end() && call.path.find(folder_) != std::string::npos;
    if (!concerned || ++seen_ < nth_ || fired_ >= times_) return std::nullopt;
    ++fired_;
    return fault_.how;
  }

  const fault& fault_;
  std::string folder_;
  std::size_t nth_;
  std::size_t times_;
  std::size_t seen_ = 0;
  std::size_t fired_ = 0;
};

bool said_why(const storage_world& world) {
  return world.log.count(event_name::state_unwritable) + world.log.count(event_name::journal_unreadable) +
             world.log.count(event_name::journal_waiting) >
         0;
}

outcome live_through(const fault& f, const std::string& folder, std::size_t nth, std::size_t times) {
  storage_world world(4);
  outcome o;
  const bool from_the_beginning = nth % 2 == 0;
  if (!from_the_beginning) {
    EXPECT_TRUE(world.start());
    world.busy(seconds(5), 6, 0);
  }
  trouble_maker trouble(world, f, folder, nth, times);
  if (world.start()) world.busy(seconds(5), 6, 1);
  world.stop_cleanly();
  if (world.start()) world.busy(seconds(40), 6, 1);
  o.reached = trouble.fired();
  o.did_not_start = !world.stops.empty();
  for (const std::string& why : world.stops) {
    EXPECT_TRUE(why.starts_with(world.state_path()) || why.starts_with(world.journal_path())) << why;
    EXPECT_NE(why.find(": "), std::string::npos) << why;
  }
  o.said = said_why(world);
  bool must_say = times == for_good && o.reached && world.running() && world.owes();
  if (must_say && !o.said) {  // what it owes may be nothing but the last record, on its way
    world.busy(seconds(300), 0, 0);
    o.said = said_why(world);
    must_say = world.running() && world.owes();
  }
  EXPECT_TRUE(o.said || !must_say) << "it waits and does not say why";
  world.heal_and_check();
  return o;
}

class storage_faults : public ::testing::TestWithParam<std::tuple<std::size_t, const char*, std::size_t>> {};

TEST_P(storage_faults, a_call_that_fails_loses_and_breaks_nothing) {
  const auto [which, folder, times] = GetParam();
  const fault& f = faults()[which];
  const bool every = std::getenv("EVERY") != nullptr;
  std::size_t worlds = 0;
  std::size_t stopped = 0;
  std::size_t said = 0;
  std::size_t missed = 0;
  for (std::size_t nth = 1; missed < 2; nth += every ? 1 : 1 + nth / 2) {
    SCOPED_TRACE(std::string(f.name) + " " + folder + " call " + std::to_string(nth));
    try {
      const outcome o = live_through(f, folder, nth, times);
      ++worlds;
      missed = o.reached ? 0 : missed + 1;
      stopped += o.did_not_start;
      said += o.said;
    } catch (const std::exception& e) {
      FAIL() << e.what();
    }
    if (HasFailure()) return;
  }
  RecordProperty("worlds", static_cast<int>(worlds));
  std::printf("%-14s %-8s %s: %4zu worlds, %4zu did not start at first, %4zu said why\n", f.name, folder,
              times == for_good ? "until repaired"
              : times == 1      ? "once          "
                                : "a storm       ",
              worlds, stopped, said);
}

std::string name_of(const ::testing::TestParamInfo<storage_faults::ParamType>& p) {
  const auto [which, folder, times] = p.param;
  return std::string(faults()[which].name) + "_" + std::string(folder).substr(1, std::string(folder).size() - 2) +
         (times == for_good ? "_until_repaired"
          : times == 1      ? "_once"
                            : "_storm");
}

// The storms are short enough for the patience of those who wait for a lock: they wait in real time.
INSTANTIATE_TEST_SUITE_P(once, storage_faults,
                         ::testing::Combine(::testing::Range<std::size_t>(0, 12), ::testing::Values("/state/", "/journal/"),
                                            ::testing::Values<std::size_t>(1)),
                         name_of);
INSTANTIATE_TEST_SUITE_P(storm, storage_faults,
                         ::testing::Combine(::testing::Values<std::size_t>(9, 10), ::testing::Values("/state/", "/journal/"),
                                            ::testing::Values<std::size_t>(25)),
                         name_of);
INSTANTIATE_TEST_SUITE_P(until_repaired, storage_faults,
                         ::testing::Combine(::testing::Values<std::size_t>(0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11),
                                            ::testing::Values("/state/", "/journal/"), ::testing::Values(for_good)),
                         name_of);

// Also for the locks that SQLite itself does not wait for, such as those that turn a new file to WAL.
TEST(storage_faults_at_start, a_first_start_waits_for_whoever_holds_its_files) {
  for (const char* folder : {"/state/", "/journal/"})
    for (std::size_t nth = 1, reached = 1; reached != 0; ++nth) {
      storage_world world(4);
      const trouble_maker trouble(world, faults()[9], folder, nth, 25);
      EXPECT_TRUE(world.start()) << folder << " lock " << nth << ": " << world.stops.back();
      reached = trouble.fired() ? 1 : 0;
    }
}

TEST(storage_faults_for_ever, a_journal_that_others_hold_all_the_time_is_said) {
  storage_world world(6);
  ASSERT_TRUE(world.start());
  world.busy(seconds(5), 6, 0);
  trouble_maker trouble(world, faults()[9], "/journal/", 1, for_good);
  world.busy(seconds(30), 0, 0);
  EXPECT_EQ(world.log.count(event_name::journal_unreadable), 1U);
  world.heal_and_check();
}

// False: the file has no such page.
bool damage(const std::string& path, std::size_t page) {
  std::ostringstream all;
  all << std::ifstream(path, std::ios::binary).rdbuf();
  std::string content = all.str();
  const std::size_t at = page * 4096;
  if (at >= content.size()) return false;
  for (std::size_t i = at; i < std::min(at + 4096, content.size()); ++i) content[i] = static_cast<char>(i * 131 + page);
  std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
  return true;
}

// A page of the state that says anything: the daemon does not start, or what it reads is what was written.
TEST(storage_faults_at_rest, a_damaged_page_of_the_state_is_refused_with_what_to_do_or_harmless) {
  std::size_t refused = 0;
  std::size_t waiting = 0;
  for (std::size_t page = 0; page < 40; ++page) {
    storage_world world(11);
    ASSERT_TRUE(world.start());
    world.busy(seconds(20), 30, 1);
    world.stop_cleanly();
    if (!damage(world.state_path() + (page % 2 == 0 ? "" : "-wal"), page / 2)) continue;
    world.log.keep = true;
    const bool started = world.start();
    if (started) world.busy(seconds(20), 12, 1);
    if (!started) {
      ++refused;
      EXPECT_NE(world.stops.back().find("partmark state rebuild"), std::string::npos) << world.stops.back();
    } else if (world.log.count(event_name::state_unwritable) > 0) {
      ++waiting;
      const auto& all = world.log.all();
      const bool is_advised = std::any_of(all.begin(), all.end(), [](const event& e) {
        return e.name == event_name::state_unwritable && e.message.find("partmark state rebuild") != std::string::npos;
      });
      EXPECT_TRUE(is_advised);
    } else {
      // A log may be cut short by damage: that is a state of before, and the journal is read on from there.
      world.heal_and_check();
    }
  }
  std::printf("damaged pages: %zu times refused at start, %zu times found while running\n", refused, waiting);
  EXPECT_GT(refused, 0U);
}

// A page of the journal: nothing wrong is sent, and what cannot be read is said.
TEST(storage_faults_at_rest, a_damaged_page_of_the_journal_is_said_and_brings_no_wrong_mark) {
  std::size_t said = 0;
  for (std::size_t page = 0; page < 20; ++page) {
    storage_world world(12);
    ASSERT_TRUE(world.start());
    world.busy(seconds(20), 60, 1);
    world.stop_cleanly();
    world.write_record();
    world.close_jobs();
    if (!damage(world.journal_path(), page)) break;
    if (world.start()) {
      world.busy(seconds(60), 0, 1);
      EXPECT_TRUE(world.has_read_all() || world.log.count(event_name::journal_unreadable) > 0) << "page " << page;
      said += world.log.count(event_name::journal_unreadable) > 0;
    } else {
      ++said;
    }
  }
  EXPECT_GT(said, 0U);
}

}  // namespace
}  // namespace partmark::testing
