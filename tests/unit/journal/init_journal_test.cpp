#include "journal/init_journal.hpp"

#include "unit/journal/journal_fixture.hpp"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <fstream>

namespace partmark {
namespace {

using testing::insert_day;
using testing::open_as_job;

struct making_a_journal : testing::journal_fixture {
  static mode_t mode_of(const std::string& file) {
    struct stat found{};
    EXPECT_EQ(::stat(file.c_str(), &found), 0) << file;
    return found.st_mode & 07777;
  }
};

TEST_F(making_a_journal, its_file_and_its_log_are_for_owner_and_group_whatever_the_umask) {
  for (const mode_t umask : {mode_t{0}, mode_t{022}, mode_t{0777}}) {
    std::filesystem::remove(path);
    const mode_t before = ::umask(umask);
    const auto made = init_journal(path);
    {
      auto job = sqlite::connection::open(path, sqlite::open_mode::read_write, milliseconds(0)).value();
      insert_day(job, "p");
      EXPECT_EQ(mode_of(path + "-wal"), 0660);
      EXPECT_EQ(mode_of(path + "-shm"), 0660);
    }
    ::umask(before);
    EXPECT_EQ(made.value(), init_outcome::made);
    EXPECT_EQ(mode_of(path), 0660);
  }
}

TEST_F(making_a_journal, twice_changes_nothing) {
  EXPECT_EQ(init_journal(path).value(), init_outcome::made);
  std::string uuid;
  {
    auto job = open_as_job(path);
    insert_day(job, "p");
    uuid = job.query_text("SELECT uuid FROM journal_identity").value().value();
  }
  ::chmod(path.c_str(), 0600);
  EXPECT_EQ(init_journal(path).value(), init_outcome::already_there);
  auto job = open_as_job(path);
  EXPECT_EQ(job.query_text("SELECT uuid FROM journal_identity").value(), uuid);
  EXPECT_EQ(job.query_int64("SELECT count(*) FROM plan_completion").value(), 1);
  EXPECT_EQ(mode_of(path), 0600) << "whoever changed it later had a reason";
}

TEST_F(making_a_journal, one_that_was_stopped_early_is_completed) {
  std::ofstream(path).close();
  ::chmod(path.c_str(), 0600);
  EXPECT_EQ(init_journal(path).value(), init_outcome::made);
  EXPECT_EQ(mode_of(path), 0660);
}

TEST_F(making_a_journal, several_at_once_make_one) {
  std::array<pid_t, 6> children{};
  for (pid_t& child : children) {
    child = ::fork();
    if (child == 0) ::_exit(init_journal(path) ? 0 : 1);
  }
  for (const pid_t child : children) {
    int status = -1;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }
  EXPECT_EQ(open_as_job(path).query_int64("SELECT count(*) FROM journal_identity").value(), 1);
}

TEST_F(making_a_journal, another_database_is_left_alone) {
  {
    sqlite::connection::open(path, sqlite::open_mode::read_write_create, milliseconds(0))
        .value()
        .execute("CREATE TABLE accounts(a)")
        .value();
  }
  EXPECT_EQ(init_journal(path).error().code, errc::exists);
  auto other = open_as_job(path);
  EXPECT_EQ(other.query_int64("SELECT count(*) FROM sqlite_master").value(), 1);
  EXPECT_EQ(other.query_text("PRAGMA journal_mode").value(), "delete");
}

TEST_F(making_a_journal, what_is_no_database_is_left_alone) {
  const std::string text(5000, 'x');
  std::ofstream(path) << text;
  EXPECT_EQ(init_journal(path).error().code, errc::corrupt);
  std::ifstream file(path);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), text);
}

TEST_F(making_a_journal, a_newer_one_is_refused) {
  make_journal();
  {
    open_as_job(path).execute("PRAGMA user_version = 99").value();
  }
  EXPECT_EQ(init_journal(path).error().code, errc::newer_version);
}

TEST_F(making_a_journal, its_directory_must_be_there) {
  const auto missing = init_journal(folder.file("no/journal.db"));
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, errc::not_found);
  EXPECT_NE(missing.error().message.find("make the directory first"), std::string::npos);
}

}  // namespace
}  // namespace partmark
