#include "journal/log_writeback.hpp"

#include "unit/journal/journal_fixture.hpp"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>

namespace partmark {
namespace {

using testing::insert_day;
using testing::open_as_job;

// How many pages of a file wait to be written to the disk (cachestat(2), Linux 6.5); nullopt: it cannot be told here.
std::optional<std::uint64_t> dirty_pages(const std::string& path) {
  constexpr long cachestat_number = 451;
  struct {
    std::uint64_t offset = 0;
    std::uint64_t length = 0;  // to the end
  } whole;
  struct {
    std::uint64_t cached, dirty, writeback, evicted, recently_evicted;
  } found{};
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const long done = ::syscall(cachestat_number, descriptor, &whole, &found, 0);
  ::close(descriptor);
  return done == 0 ? std::optional(found.dirty) : std::nullopt;
}

std::size_t open_descriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

struct writing_a_log : testing::journal_fixture {};

TEST_F(writing_a_log, what_a_job_committed_is_on_its_way_to_the_disk) {
  make_journal();
  auto job = open_as_job(path);
  insert_day(job, "p");
  if (dirty_pages(path + "-wal").value_or(0) == 0) GTEST_SKIP() << "this kernel or this file system does not tell of dirty pages";
  sqlite_journal reader(path);
  reader.begin_writeback();
  EXPECT_NE(dirty_pages(path + "-wal"), 0U) << "nothing is open yet";
  EXPECT_EQ(reader.look({}).value(), journal_look::changed);
  reader.begin_writeback();
  EXPECT_EQ(dirty_pages(path + "-wal"), 0U);
}

// A disk's queue may be full of it, and whoever began would wait.
TEST_F(writing_a_log, a_bulk_loads_log_is_left_to_the_sync) {
  make_journal();
  auto job = open_as_job(path);
  sqlite_journal reader(path);
  ASSERT_TRUE(reader.look({}));
  job.execute("PRAGMA wal_autocheckpoint = 0").value();
  job.execute(
         "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000) INSERT INTO plan_completion(plan, granularity, "
         "first, outcome, job) SELECT 'p', 'DAY', '2025-10-20', 'success', hex(zeroblob(500)) FROM n")
      .value();
  ASSERT_GT(std::filesystem::file_size(path + "-wal"), 8U << 20U);
  if (dirty_pages(path + "-wal").value_or(0) == 0) GTEST_SKIP() << "this kernel or this file system does not tell of dirty pages";
  reader.begin_writeback();
  EXPECT_NE(dirty_pages(path + "-wal"), 0U);
}

TEST_F(writing_a_log, where_there_is_none_nothing_happens) {
  const auto before = open_descriptors();
  const log_writeback none(path + "-wal");
  none.begin();
  EXPECT_EQ(open_descriptors(), before);
}

// A process that closes a descriptor of a file loses all locks that it has on it (fcntl(2)).
TEST_F(writing_a_log, it_takes_no_lock_of_sqlites_away) {
  if (std::system("command -v sqlite3 > /dev/null") != 0) GTEST_SKIP() << "there is no sqlite3 shell";
  make_journal();
  auto job = open_as_job(path);
  job.execute("BEGIN IMMEDIATE").value();
  insert_day(job, "p");
  {
    const log_writeback log(path + "-wal");
    log.begin();
  }
  const std::string another = "sqlite3 '" + path + "' 'BEGIN IMMEDIATE' 2> /dev/null";
  EXPECT_NE(std::system(another.c_str()), 0) << "two writers at once";
  job.execute("COMMIT").value();
  EXPECT_EQ(std::system(another.c_str()), 0);
}

TEST_F(writing_a_log, it_follows_the_journal_and_leaves_no_descriptor_behind) {
  sqlite_journal reader(path);
  make_journal();
  ASSERT_TRUE(reader.look({}));
  const auto before = open_descriptors();
  for (int i = 0; i < 3; ++i) {
    for (const char* file : {"", "-wal", "-shm"}) std::filesystem::remove(path + file);
    make_journal();
    ASSERT_TRUE(reader.look({}));
    reader.begin_writeback();
    EXPECT_EQ(open_descriptors(), before);
  }
}

}  // namespace
}  // namespace partmark
