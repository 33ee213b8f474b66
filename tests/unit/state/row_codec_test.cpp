// Claims as text: what is written is read back, and nothing else is read at all.
#include "state/row_codec.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace partmark::row_codec {
namespace {

std::string text_of(const std::vector<claim>& claims) {
  std::string text;
  append_text(text, claims);
  return text;
}

TEST(claims_text, is_json_that_is_read_back) {
  const std::vector<claim> claims{{{-5, -4}, mark::failed}, {{0, 0}, mark::success}, {{10, 3'000'000'000}, mark::cleared}};
  EXPECT_EQ(text_of(claims), "[[-5,-4,1],[0,0,0],[10,3000000000,2]]");
  EXPECT_EQ(text_of({}), "[]");
  std::vector<claim> read;
  ASSERT_TRUE(decode(text_of(claims), read));
  EXPECT_EQ(read, claims);
  ASSERT_TRUE(decode("[]", read));
  EXPECT_TRUE(read.empty());
}

TEST(claims_text, that_is_anything_else_is_refused) {
  std::vector<claim> read;
  for (const std::string text : {"", "[", "[]]", "[[1,2,0]", "[[1,2,0],]", "[[1,2,0][3,4,0]]", "[,[1,2,0]]", "[[2,1,0]]", "[[1,2,3]]",
                                 "[[1,2,-1]]", "[[1,2]]", "[[1,2,0,0]]", "[[1.5,2,0]]", "[[99999999999999999999,2,0]]", "{}", "[[ 1,2,0]]",
                                 "null", "[[0,9223372036854775807,0]]", "[[-9223372036854775808,0,0]]"})
    EXPECT_FALSE(decode(text, read)) << text;
}

}  // namespace
}  // namespace partmark::row_codec
