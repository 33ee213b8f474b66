// What systemd tells an ExecStopPost= process about the service that just ended, and which outcome that is (DESIGN §4.2, --from-systemd).
// Pure, but for service_end_of_this_process(); any thread.
#pragma once

#include "core/result.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace partmark {

struct service_end {
  std::string result;       // $SERVICE_RESULT; empty: not told
  std::string exit_code;    // $EXIT_CODE: exited, killed or dumped
  std::string exit_status;  // $EXIT_STATUS: a number, or a signal's name
  std::string invocation;   // $INVOCATION_ID
  std::string unit;         // such as orders-daily.service; empty: not known
};

[[nodiscard]] service_end service_end_of_this_process();

// The unit whose control group the process is in, from the text of /proc/self/cgroup; empty when there is none.
[[nodiscard]] std::string unit_of_cgroup(std::string_view cgroup);

// "success" or "failed"; nullopt: the service was not to run (exec-condition), so there is nothing to record. errc::invalid: systemd told
// nothing: this is no ExecStopPost= process.
[[nodiscard]] result<std::optional<std::string_view>> outcome_of(const service_end& end);

}  // namespace partmark
