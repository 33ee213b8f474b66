#include "state/state_lock.hpp"

#include "unit/sqlite/temporary_folder.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

namespace partmark {
namespace {

using partmark::testing::temporary_folder;

class state_lock_test : public ::testing::Test {
 protected:
  temporary_folder folder;
  const std::string path = folder.file("state.db");
};

TEST_F(state_lock_test, a_second_holder_is_told_who_has_it_and_what_to_do) {
  const auto first = state_lock::acquire(path);
  ASSERT_TRUE(first);
  const auto second = state_lock::acquire(path);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, errc::busy);
  EXPECT_NE(second.error().message.find("process " + std::to_string(::getpid())), std::string::npos) << second.error().message;
  EXPECT_NE(second.error().message.find(path), std::string::npos);
  EXPECT_NE(second.error().message.find("stop"), std::string::npos);
}

TEST_F(state_lock_test, is_free_again_when_its_holder_is_done) {
  {
    ASSERT_TRUE(state_lock::acquire(path));
  }
  EXPECT_TRUE(state_lock::acquire(path));
}

TEST_F(state_lock_test, can_be_handed_on) {
  auto first = state_lock::acquire(path);
  std::optional<state_lock> kept(std::move(*first));
  EXPECT_EQ(state_lock::acquire(path).error().code, errc::busy);
  kept.reset();
  EXPECT_TRUE(state_lock::acquire(path));
}

TEST_F(state_lock_test, a_holder_that_was_killed_leaves_no_lock_behind) {
  int pipe[2];
  ASSERT_EQ(::pipe(pipe), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const auto held = state_lock::acquire(path);
    if (!held || ::write(pipe[1], "", 1) != 1) ::_exit(1);
    for (;;) ::pause();
  }
  char byte = 0;
  ASSERT_EQ(::read(pipe[0], &byte, 1), 1);
  const auto refused = state_lock::acquire(path);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("process " + std::to_string(child)), std::string::npos) << refused.error().message;
  ASSERT_EQ(::kill(child, SIGKILL), 0);
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  EXPECT_TRUE(state_lock::acquire(path));
  ::close(pipe[0]);
  ::close(pipe[1]);
}

TEST_F(state_lock_test, is_not_inherited_by_programs_that_the_holder_starts) {
  auto acquired = state_lock::acquire(path);
  std::optional<state_lock> held(std::move(*acquired));
  int pipe[2];
  ASSERT_EQ(::pipe(pipe), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    ::dup2(pipe[0], STDIN_FILENO);
    ::close(pipe[0]);
    ::close(pipe[1]);
    ::execlp("cat", "cat", nullptr);
    ::_exit(1);
  }
  ::close(pipe[0]);
  // The program runs once its name has changed from this one's; the lock must be free then, with the program still there.
  std::string name;
  const std::string own = std::filesystem::read_symlink("/proc/self/exe");
  do {
    std::error_code gone;
    name = std::filesystem::read_symlink("/proc/" + std::to_string(child) + "/exe", gone);
    ASSERT_FALSE(gone);
  } while (name == own);
  held.reset();
  EXPECT_TRUE(state_lock::acquire(path));
  ::close(pipe[1]);
  ::waitpid(child, nullptr, 0);
}

TEST_F(state_lock_test, two_names_of_one_file_meet_at_one_lock) {
  std::ofstream(path).close();
  std::filesystem::create_symlink(path, folder.file("other.db"));
  const auto first = state_lock::acquire(path);
  EXPECT_EQ(state_lock::acquire(folder.file("other.db")).error().code, errc::busy);
}

TEST_F(state_lock_test, a_leftover_file_with_anything_in_it_is_no_obstacle) {
  std::ofstream(path + ".lock") << "not a number, and longer than a number would be";
  const auto first = state_lock::acquire(path);
  ASSERT_TRUE(first);
  EXPECT_NE(state_lock::acquire(path).error().message.find("process " + std::to_string(::getpid()) + ";"), std::string::npos);
  std::string content;
  std::ifstream written(path + ".lock");
  std::getline(written, content, '\0');
  EXPECT_EQ(content, std::to_string(::getpid()) + '\n');
}

TEST_F(state_lock_test, nobody_else_can_take_it) {
  const mode_t before = ::umask(0);
  const auto held = state_lock::acquire(path);
  ::umask(before);
  struct stat found{};
  ASSERT_EQ(::stat((path + ".lock").c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777, 0600U);
}

TEST_F(state_lock_test, made_by_root_it_belongs_to_the_owner_of_the_directory) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root";
  ASSERT_EQ(::chown(folder.path().c_str(), 12345, 23456), 0);
  ASSERT_TRUE(state_lock::acquire(path));
  struct stat found{};
  ASSERT_EQ(::stat((path + ".lock").c_str(), &found), 0);
  EXPECT_EQ(found.st_uid, 12345U);
  EXPECT_EQ(found.st_gid, 23456U);
}

TEST_F(state_lock_test, its_holder_is_known_without_taking_it) {
  EXPECT_EQ(state_lock::holder(path).value(), std::nullopt) << "no file yet";
  {
    const auto held = state_lock::acquire(path);
    EXPECT_EQ(state_lock::holder(path).value(), ::getpid());
  }
  EXPECT_EQ(state_lock::holder(path).value(), std::nullopt);
  EXPECT_EQ(state_lock::holder(folder.file("nowhere/state.db")).value(), std::nullopt);
}

TEST_F(state_lock_test, a_missing_directory_is_named) {
  const auto made = state_lock::acquire(folder.file("nowhere/state.db"));
  EXPECT_EQ(made.error().code, errc::not_found);
  EXPECT_NE(made.error().message.find("nowhere"), std::string::npos);
}

}  // namespace
}  // namespace partmark
