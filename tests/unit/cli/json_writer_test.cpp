#include "cli/json_writer.hpp"

#include <gtest/gtest.h>

namespace partmark {
namespace {

TEST(json_writer, keys_keep_the_order_in_which_they_were_written) {
  json_writer json(false);
  json.object().member("z", 1).member("a", true).key("list").array().value("x").value(std::int64_t{-2}).null().end().end();
  EXPECT_EQ(std::move(json).finish(), "{\"z\":1,\"a\":true,\"list\":[\"x\",-2,null]}\n");
}

TEST(json_writer, empty_brackets_stay_empty_when_indented) {
  json_writer json(true);
  json.object().key("none").array().end().key("some").array().value(1).value(2).end().end();
  EXPECT_EQ(std::move(json).finish(), "{\n  \"none\": [],\n  \"some\": [\n    1,\n    2\n  ]\n}\n");
}

TEST(json_writer, text_is_escaped) {
  json_writer json(false);
  json.value("a\"b\\c\n\x01 ü");
  EXPECT_EQ(std::move(json).finish(), "\"a\\\"b\\\\c\\u000a\\u0001 ü\"\n");
}

TEST(json_writer, text_that_is_not_utf8_still_makes_a_valid_document) {
  json_writer json(false);
  json.value("a\xff z");
  EXPECT_EQ(std::move(json).finish(), "\"a? z\"\n");
}

TEST(json_writer, an_absent_value_is_null) {
  json_writer json(false);
  json.array().value(std::optional<std::int64_t>()).value(std::optional<std::int64_t>(7)).end();
  EXPECT_EQ(std::move(json).finish(), "[null,7]\n");
}

TEST(json_writer, times_are_iso_8601_in_utc) {
  json_writer json(false);
  json.value(system_time(milliseconds(1'760'943'900'123)));
  EXPECT_EQ(std::move(json).finish(), "\"2025-10-20T07:05:00.123Z\"\n");
}

TEST(json_writer, what_follows_a_nested_end_is_separated) {
  json_writer json(false);
  json.array().object().end().object().member("a", 1).end().end();
  EXPECT_EQ(std::move(json).finish(), "[{},{\"a\":1}]\n");
}

}  // namespace
}  // namespace partmark
