#include "cli/output.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <string>

namespace partmark {
namespace {

TEST(output, what_was_written_arrives_whole) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  output out(ends[1], style{});
  out.write("one ");
  out.write("two");
  ASSERT_TRUE(out.flush());
  std::string got(64, '\0');
  got.resize(static_cast<std::size_t>(::read(ends[0], got.data(), got.size())));
  EXPECT_EQ(got, "one two");
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST(output, a_reader_that_went_away_is_no_error) {
  const auto before = std::signal(SIGPIPE, SIG_IGN);
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  ::close(ends[0]);
  output out(ends[1], style{});
  out.write("nobody reads this");
  EXPECT_TRUE(out.flush());
  EXPECT_TRUE(out.closed());
  ::close(ends[1]);
  std::signal(SIGPIPE, before);
}

TEST(output, a_full_disk_is_an_error_also_when_it_was_full_before) {
  const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  ASSERT_GE(full, 0);
  output out(full, style{});
  out.write(std::string(100'000, 'x'));
  const auto written = out.flush();
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, errc::no_space);
  ::close(full);
}

}  // namespace
}  // namespace partmark
