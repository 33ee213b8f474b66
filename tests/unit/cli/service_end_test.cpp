#include "cli/service_end.hpp"

#include <gtest/gtest.h>

namespace partmark {
namespace {

std::string outcome_text(const char* result_text, const char* code, const char* status) {
  const auto outcome = outcome_of({result_text, code, status, "", ""});
  if (!outcome) return "error";
  return *outcome ? std::string(**outcome) : "nothing";
}

TEST(service_end, only_a_clean_exit_is_a_success) {
  EXPECT_EQ(outcome_text("success", "exited", "0"), "success");
  EXPECT_EQ(outcome_text("success", "exited", "1"), "failed");  // SuccessExitStatus=1 is the unit's opinion, not the table's
  EXPECT_EQ(outcome_text("success", "killed", "TERM"), "failed");
  EXPECT_EQ(outcome_text("success", "", ""), "failed");
  EXPECT_EQ(outcome_text("exit-code", "exited", "0"), "failed");
  EXPECT_EQ(outcome_text("exit-code", "exited", "1"), "failed");
  EXPECT_EQ(outcome_text("signal", "killed", "SEGV"), "failed");
  EXPECT_EQ(outcome_text("core-dump", "dumped", "ABRT"), "failed");
  EXPECT_EQ(outcome_text("timeout", "killed", "TERM"), "failed");
  EXPECT_EQ(outcome_text("watchdog", "", ""), "failed");
  EXPECT_EQ(outcome_text("oom-kill", "killed", "KILL"), "failed");
  EXPECT_EQ(outcome_text("start-limit-hit", "", ""), "failed");
}

TEST(service_end, a_service_that_was_not_to_run_has_no_outcome) { EXPECT_EQ(outcome_text("exec-condition", "exited", "1"), "nothing"); }

TEST(service_end, without_a_service_manager_there_is_no_outcome_to_take) {
  EXPECT_EQ(outcome_of({}).error().code, errc::invalid);
  EXPECT_NE(outcome_of({}).error().message.find("ExecStopPost="), std::string::npos);
}

TEST(service_end, the_unit_is_read_from_the_control_group) {
  EXPECT_EQ(unit_of_cgroup("0::/system.slice/orders-daily.service\n"), "orders-daily.service");
  EXPECT_EQ(unit_of_cgroup("0::/system.slice/orders-daily.service/control\n"), "orders-daily.service");
  EXPECT_EQ(unit_of_cgroup("0::/system.slice/system-orders.slice/orders@2025-10-20.service"), "orders@2025-10-20.service");
  EXPECT_EQ(unit_of_cgroup("0::/user.slice/user-1000.slice/user@1000.service/app.slice/orders.service\n"), "orders.service");
  EXPECT_EQ(unit_of_cgroup("0::/user.slice/session-1.scope\n"), "");
  EXPECT_EQ(unit_of_cgroup("0::/\n"), "");
  EXPECT_EQ(unit_of_cgroup(""), "");
  EXPECT_EQ(unit_of_cgroup("0::/.service\n"), "");
}

}  // namespace
}  // namespace partmark
