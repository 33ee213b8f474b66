#include "cli/watch_screen.hpp"

#include <gtest/gtest.h>

namespace partmark {
namespace {

TEST(clipping, counts_what_is_seen_and_keeps_every_escape) {
  EXPECT_EQ(clipped("hello", 3), "hel");
  EXPECT_EQ(clipped("\x1b[31mhello\x1b[0m", 3), "\x1b[31mhel\x1b[0m");
  EXPECT_EQ(clipped("größe", 3), "grö");
  EXPECT_EQ(clipped("", 3), "");
  EXPECT_EQ(clipped("abc", 0), "");
  EXPECT_EQ(clipped("ab\x1b[", 10), "ab\x1b[") << "an escape that does not end";
}

TEST(redrawing, overwrites_what_was_there_without_scrolling) {
  EXPECT_EQ(redrawn("one\ntwo\n", 80, 24), "\x1b[Hone\x1b[K\r\ntwo\x1b[K\x1b[J");
  EXPECT_EQ(redrawn("one\ntwo\nthree\n", 2, 2), "\x1b[Hon\x1b[K\r\ntw\x1b[K\x1b[J");
  EXPECT_EQ(redrawn("", 80, 24), "\x1b[H\x1b[J");
}

}  // namespace
}  // namespace partmark
