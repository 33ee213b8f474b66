#include "cli/control_client.hpp"

#include "unit/sqlite/temporary_folder.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <string>
#include <vector>

namespace partmark {
namespace {

constexpr milliseconds patience{50};

// Listens, and never takes a connection: what a caller sees of a process that is stopped.
struct a_silent_daemon : ::testing::Test {
  testing::temporary_folder folder;
  const std::string path = folder.file("control.sock");
  const int listener = ::socket(AF_UNIX, SOCK_STREAM, 0);

  void SetUp() override {
    ASSERT_EQ(::bind(listener, reinterpret_cast<const sockaddr*>(&at()), sizeof(sockaddr_un)), 0);
    ASSERT_EQ(::listen(listener, 0), 0);
  }
  void TearDown() override { ::close(listener); }

  const sockaddr_un& at() {
    address_.sun_family = AF_UNIX;
    std::memcpy(address_.sun_path, path.c_str(), path.size() + 1);
    return address_;
  }

  void expect_said(const result<std::optional<control_reply>>& answer, const std::string& process) {
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, errc::busy);
    for (const std::string& word : {path, process, std::string("not answered"), std::string("may still be carried out")})
      EXPECT_NE(answer.error().message.find(word), std::string::npos) << answer.error().message;
  }

 private:
  sockaddr_un address_{};
};

TEST_F(a_silent_daemon, is_not_waited_for_without_an_end_and_its_process_is_named) {
  expect_said(ask_daemon(path, {control_verb::retry, {}, false, false}, {}, patience), "process " + std::to_string(::getpid()));
}

TEST_F(a_silent_daemon, whose_queue_is_full_is_not_waited_for_either) {
  std::vector<int> waiting;
  for (bool taken = true; taken;) {
    waiting.push_back(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0));
    taken = ::connect(waiting.back(), reinterpret_cast<const sockaddr*>(&at()), sizeof(sockaddr_un)) == 0;
  }
  expect_said(ask_daemon(path, {control_verb::retry, {}, false, false}, {}, patience), path);
  expect_said(ask_daemon(path, {control_verb::drift, {}, false, false}, {}, patience), path);
  for (const int fd : waiting) ::close(fd);
}

}  // namespace
}  // namespace partmark
