#include "journal/journal_watch.hpp"

#include "unit/journal/journal_fixture.hpp"

#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

namespace partmark {
namespace {

namespace fs = std::filesystem;
using testing::insert_day;
using testing::open_as_job;
using testing::read_all;

constexpr int patience_ms = 10000;

bool readable(const journal_watch& watch, int timeout_ms = patience_ms) {
  pollfd waiting{watch.descriptor(), POLLIN, 0};
  return ::poll(&waiting, 1, timeout_ms) == 1;
}

// Events that are there already are there at once: inotify queues them within the call that causes them.
bool heard(journal_watch& watch) { return readable(watch, 0) && watch.drain().value(); }

void drop_events(journal_watch& watch) {
  while (readable(watch, 0)) watch.drain().value();
}

struct watching_a_journal : testing::journal_fixture {};

TEST_F(watching_a_journal, a_commit_wakes_the_reader_which_then_sees_it) {
  make_journal();
  sqlite_journal reader(path);
  reader.look({}).value();
  journal_position position = read_all(reader, {});
  auto watch = journal_watch::open(path).value();
  EXPECT_TRUE(watch.watching());

  // The writer is another process, as always; it opens, commits and goes, so that its log may come and go with it.
  constexpr int commits = 20;
  for (int i = 1; i <= commits; ++i) {
    const pid_t writer = ::fork();
    if (writer == 0) {
      ::execlp("sqlite3", "sqlite3", path.c_str(), "INSERT INTO plan_completion(plan, outcome) VALUES ('p', 'success')", nullptr);
      ::_exit(1);
    }
    ASSERT_TRUE(readable(watch)) << "no event";
    // The event may precede the commit: look again, and wait for the next one or a few milliseconds.
    for (int tries = 0; position.plans.folded_seq < i && tries < 5000; ++tries) {
      if (readable(watch, 2)) watch.drain().value();
      if (reader.look(position).value() == journal_look::changed) position = read_all(reader, position);
    }
    ASSERT_EQ(position.plans.folded_seq, i);
    int status = -1;
    ::waitpid(writer, &status, 0);
    ASSERT_EQ(status, 0);
    drop_events(watch);
  }
}

TEST_F(watching_a_journal, reading_makes_no_events_of_its_own) {
  make_journal();
  auto job = open_as_job(path);
  insert_day(job, "p");
  sqlite_journal reader(path);
  reader.look({}).value();
  auto watch = journal_watch::open(path).value();
  drop_events(watch);
  for (int i = 0; i < 3; ++i) {
    reader.look({}).value();
    read_all(reader, {});
    reader.sync().value();
  }
  EXPECT_FALSE(readable(watch, 0)) << "a loop that wakes itself";
}

// The moment in which a job's row is there for sure, however long its sync took.
TEST_F(watching_a_journal, a_job_that_ends_is_heard) {
  make_journal();
  sqlite_journal reader(path);
  reader.look({}).value();  // the log stays
  auto watch = journal_watch::open(path).value();
  {
    auto job = open_as_job(path);
    insert_day(job, "p");
    drop_events(watch);
  }
  EXPECT_TRUE(heard(watch));
}

TEST_F(watching_a_journal, a_recreated_log_is_still_heard) {
  make_journal();
  auto watch = journal_watch::open(path).value();
  for (int i = 0; i < 5; ++i) {
    auto job = open_as_job(path);  // makes the log, and removes it at its end
    drop_events(watch);
    insert_day(job, "p");
    EXPECT_TRUE(heard(watch)) << i;
  }
  EXPECT_FALSE(fs::exists(path + "-wal"));
}

TEST_F(watching_a_journal, other_files_do_not_concern_it) {
  make_journal();
  auto watch = journal_watch::open(path).value();
  drop_events(watch);
  for (const std::string name : {"other.db", "journal.db2", "journal.db-wal2", "journal", "x-journal.db"})
    std::ofstream(folder.file(name)) << 'x';
  ASSERT_TRUE(readable(watch, 0));
  EXPECT_FALSE(watch.drain().value());
  for (const std::string name : {"journal.db", "journal.db-wal", "journal.db-shm", "journal.db-journal"}) {
    std::ofstream(folder.file(name), std::ios::app) << "";
    fs::last_write_time(folder.file(name), fs::file_time_type::clock::now());
    EXPECT_TRUE(heard(watch)) << name;
  }
}

TEST_F(watching_a_journal, one_that_comes_later_is_heard) {
  auto watch = journal_watch::open(path).value();
  EXPECT_TRUE(watch.watching());
  make_journal();
  EXPECT_TRUE(heard(watch));
}

TEST_F(watching_a_journal, its_directories_may_come_later_one_by_one) {
  path = folder.file("a/b/journal.db");
  auto watch = journal_watch::open(path).value();
  EXPECT_FALSE(watch.watching());
  fs::create_directory(folder.file("unrelated"));
  EXPECT_FALSE(heard(watch));
  fs::create_directory(folder.file("a"));
  EXPECT_TRUE(heard(watch));
  EXPECT_FALSE(watch.watching());
  fs::create_directory(folder.file("a/b"));
  EXPECT_TRUE(heard(watch));
  EXPECT_TRUE(watch.watching());
  make_journal();
  EXPECT_TRUE(heard(watch));
}

TEST_F(watching_a_journal, its_directory_may_be_replaced) {
  path = folder.file("a/journal.db");
  fs::create_directory(folder.file("a"));
  make_journal();
  auto watch = journal_watch::open(path).value();
  fs::rename(folder.file("a"), folder.file("old"));
  EXPECT_TRUE(heard(watch));
  EXPECT_FALSE(watch.watching());
  fs::create_directory(folder.file("a"));
  EXPECT_TRUE(heard(watch));
  EXPECT_TRUE(watch.watching());
  drop_events(watch);
  std::ofstream(folder.file("old/journal.db"), std::ios::app) << 'x';
  EXPECT_FALSE(readable(watch, 0)) << "the old directory is no longer its own, and must not wake anyone";
  make_journal();
  EXPECT_TRUE(heard(watch));
}

TEST_F(watching_a_journal, a_removed_directory_is_heard_and_awaited) {
  path = folder.file("a/journal.db");
  fs::create_directory(folder.file("a"));
  auto watch = journal_watch::open(path).value();
  fs::remove(folder.file("a"));
  EXPECT_TRUE(heard(watch));
  fs::create_directory(folder.file("a"));
  EXPECT_TRUE(heard(watch));
  EXPECT_TRUE(watch.watching());
}

TEST_F(watching_a_journal, behind_a_link_the_file_and_the_link_are_heard) {
  fs::create_directory(folder.file("real"));
  fs::create_directory(folder.file("links"));
  const std::string link = folder.file("links/current.db");
  path = folder.file("real/j1.db");
  fs::create_symlink(path, link);
  auto watch = journal_watch::open(link).value();
  make_journal();
  EXPECT_TRUE(heard(watch)) << "the target came";
  drop_events(watch);
  {
    auto job = open_as_job(path);
    insert_day(job, "p");
  }
  EXPECT_TRUE(heard(watch)) << "the target was written";

  fs::create_directory(folder.file("real2"));
  path = folder.file("real2/j2.db");
  make_journal();
  drop_events(watch);
  fs::create_symlink(path, folder.file("links/next"));
  fs::rename(folder.file("links/next"), link);
  EXPECT_TRUE(heard(watch)) << "the link was turned";
  drop_events(watch);
  auto job = open_as_job(path);
  drop_events(watch);
  insert_day(job, "p");
  EXPECT_TRUE(heard(watch)) << "the new target was written";
}

TEST_F(watching_a_journal, what_no_event_tells_is_found_by_refresh) {
  fs::create_directory(folder.file("v1"));
  fs::create_directory(folder.file("v2"));
  fs::create_directory_symlink(folder.file("v1"), folder.file("current"));
  auto watch = journal_watch::open(folder.file("current/journal.db")).value();
  fs::remove(folder.file("current"));
  fs::create_directory_symlink(folder.file("v2"), folder.file("current"));
  drop_events(watch);
  watch.refresh().value();
  path = folder.file("v2/journal.db");
  make_journal();
  EXPECT_TRUE(heard(watch));
}

TEST_F(watching_a_journal, lost_events_count_as_heard) {
  make_journal();
  auto watch = journal_watch::open(path).value();
  std::ifstream limit("/proc/sys/fs/inotify/max_queued_events");
  long events_max = 0;
  limit >> events_max;
  ASSERT_GT(events_max, 0);
  if (events_max > 100000) GTEST_SKIP() << "the queue is too long to fill here";
  // Names alternate, or the kernel would merge the events.
  std::ofstream x(folder.file("x"));
  std::ofstream y(folder.file("y"));
  for (long i = 0; i < events_max / 2 + 10; ++i) {
    x << 'x' << std::flush;
    y << 'y' << std::flush;
  }
  bool concerned = false;
  while (readable(watch, 0)) concerned = watch.drain().value() || concerned;
  EXPECT_TRUE(concerned) << "none of the events concerned the journal, but some are missing";
}

TEST_F(watching_a_journal, without_an_inotify_instance_it_says_what_to_raise) {
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
  GTEST_SKIP() << "the sanitizers need descriptors of their own";
#endif
#endif
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  rlimit none = before;
  none.rlim_cur = 0;
  ::setrlimit(RLIMIT_NOFILE, &none);
  const auto watch = journal_watch::open(path);
  ::setrlimit(RLIMIT_NOFILE, &before);
  ASSERT_FALSE(watch);
  EXPECT_EQ(watch.error().code, errc::no_space);
  EXPECT_NE(watch.error().message.find("fs.inotify.max_user_instances"), std::string::npos) << watch.error().message;
}

}  // namespace
}  // namespace partmark
