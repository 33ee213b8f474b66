// The words of DESIGN §1 as text: what is written can be read, and nothing else can.
#include "core/mark.hpp"
#include "core/verdict.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string_view>

namespace partmark {
namespace {

TEST(names, marks_are_written_and_read) {
  EXPECT_EQ(to_text(mark::success), "success");
  EXPECT_EQ(to_text(mark::failed), "failed");
  EXPECT_EQ(to_text(mark::cleared), "cleared");
  for (const mark m : {mark::success, mark::failed, mark::cleared}) EXPECT_EQ(parse_mark(to_text(m)), m);
  for (const std::string_view wrong : {"", "Success", "SUCCESS", "success ", "succes", "fail", "clear", "ok"})
    EXPECT_EQ(parse_mark(wrong), std::nullopt);
}

TEST(names, plan_kinds_are_written_and_read) {
  EXPECT_EQ(to_text(plan_kind::partitioned), "partitioned");
  EXPECT_EQ(to_text(plan_kind::full_refresh), "full_refresh");
  for (const plan_kind k : {plan_kind::partitioned, plan_kind::full_refresh}) EXPECT_EQ(parse_plan_kind(to_text(k)), k);
  for (const std::string_view wrong : {"", "full", "full-refresh", "PARTITIONED"}) EXPECT_EQ(parse_plan_kind(wrong), std::nullopt);
}

TEST(names, verdicts_are_written) {
  EXPECT_EQ(to_text(verdict_kind::accepted), "accepted");
  EXPECT_EQ(to_text(verdict_kind::retry), "retry");
  EXPECT_EQ(to_text(verdict_kind::rejected), "rejected");
  EXPECT_EQ(to_text(verdict_kind::unauthorized), "unauthorized");
  EXPECT_EQ(to_text(verdict_kind::ambiguous), "ambiguous");
}

}  // namespace
}  // namespace partmark
