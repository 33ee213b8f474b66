// When a line leaves: at once, or with the others of its turn.
#include "observe/log.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <iterator>
#include <string>

namespace partmark {
namespace {

class held_lines_test : public ::testing::Test {
 protected:
  held_lines_test() : log(make_event_log({}, fd)) {}
  ~held_lines_test() override {
    ::close(fd);
    ::unlink(path.data());
  }

  void emit(severity level, const std::string& message) { log->emit({level, "test.event", message, {}}); }

  // The messages that are in the file, in order, one letter each.
  std::string written() const {
    std::ifstream file(path.data());
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    std::string letters;
    for (std::size_t at = text.find("msg=\""); at != std::string::npos; at = text.find("msg=\"", at + 1)) letters += text[at + 5];
    return letters;
  }

  std::array<char, 32> path{"/tmp/partmark-held-lines-XXXXXX"};
  const int fd = ::mkstemp(path.data());
  std::unique_ptr<event_log> log;
};

TEST_F(held_lines_test, a_line_leaves_at_once) {
  emit(severity::info, "a");
  EXPECT_EQ(written(), "a");
}

TEST_F(held_lines_test, those_of_a_turn_leave_together_at_its_end) {
  {
    const held_lines turn(*log);
    emit(severity::info, "a");
    emit(severity::info, "b");
    EXPECT_EQ(written(), "");
  }
  EXPECT_EQ(written(), "ab");
  emit(severity::info, "c");
  EXPECT_EQ(written(), "abc");
}

TEST_F(held_lines_test, a_warning_does_not_wait_and_takes_those_before_it_along) {
  const held_lines turn(*log);
  emit(severity::info, "a");
  emit(severity::warning, "w");
  EXPECT_EQ(written(), "aw");
  emit(severity::info, "b");
  emit(severity::error, "e");
  EXPECT_EQ(written(), "awbe");
}

TEST_F(held_lines_test, a_turn_of_many_lines_does_not_gather_them_all) {
  const held_lines turn(*log);
  constexpr std::size_t lines = 4000;
  for (std::size_t i = 0; i < lines; ++i) emit(severity::info, "x");
  EXPECT_GT(written().size(), lines / 2);
}

TEST_F(held_lines_test, what_is_held_at_the_end_is_written) {
  log->hold_lines();
  emit(severity::info, "a");
  log.reset();
  EXPECT_EQ(written(), "a");
}

}  // namespace
}  // namespace partmark
