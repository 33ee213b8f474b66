#include "reconcile/control.hpp"

#include <gtest/gtest.h>

namespace partmark {
namespace {

TEST(control, commands_come_back_from_their_lines) {
  for (const auto verb :
       {control_verb::retry, control_verb::resync, control_verb::refold, control_verb::pause, control_verb::resume, control_verb::drift}) {
    for (const bool repair : {false, true}) {
      const control_command said{verb, "orders \"daily\"\n", repair};
      const auto heard = parse_control_command(control_command_line(said));
      ASSERT_TRUE(heard) << heard.error().message;
      EXPECT_EQ(heard->verb, verb);
      EXPECT_EQ(heard->target, said.target);
      EXPECT_EQ(heard->repair, repair);
    }
  }
}

TEST(control, an_absent_target_means_all_but_for_refold) {
  EXPECT_EQ(parse_control_command(R"({"command":"retry"})")->target, std::nullopt);
  EXPECT_EQ(parse_control_command(R"({"command":"retry","target":null})")->target, std::nullopt);
  EXPECT_FALSE(parse_control_command(R"({"command":"refold"})"));
}

TEST(control, what_is_no_command_is_refused_with_the_field_named) {
  for (const char* line : {"", "{}", "[]", "retry", R"({"command":7})", R"({"command":"stop"})", R"({"command":"retry","repair":"yes"})",
                           R"({"command":"retry","more":1})", R"({"command":"retry"} x)", "{\"command\":\"retry\",\"target\":\"\xff\"}"}) {
    const auto heard = parse_control_command(line);
    EXPECT_FALSE(heard) << line;
  }
  EXPECT_FALSE(parse_control_command(R"({"command":"retry","target":")" + std::string(control_line_bytes_max, 'x') + "\"}"));
}

TEST(control, replies_come_back_with_their_drift) {
  const control_reply said{true, "2 plans", R"([{"plan":"p"}])"};
  const auto heard = parse_control_reply(control_reply_line(said));
  ASSERT_TRUE(heard);
  EXPECT_TRUE(heard->done);
  EXPECT_EQ(heard->message, said.message);
  EXPECT_EQ(heard->drift, said.drift);
  EXPECT_EQ(parse_control_reply(control_reply_line({false, "no", {}}))->drift, "");
  EXPECT_FALSE(parse_control_reply("{\"done\":1}"));
}

TEST(control, progress_comes_back_and_no_reply_passes_for_it) {
  const control_progress said{10, 3, 40, 120};
  EXPECT_EQ(parse_control_progress(control_progress_line(said)), said);
  EXPECT_EQ(parse_control_progress(control_reply_line({true, R"({"progress":1})", "[]"})), std::nullopt);
  for (const char* line : {"", R"({"progress":)", R"({"progress":1})", R"({"progress":{}} x)"})
    EXPECT_EQ(parse_control_progress(line), std::nullopt) << line;
  EXPECT_EQ(parse_control_progress(R"({"progress":{"plans":"x"}})"), control_progress{});
  EXPECT_TRUE(parse_control_command(control_command_line({control_verb::drift, std::nullopt, false, true}))->progress);
}

}  // namespace
}  // namespace partmark
