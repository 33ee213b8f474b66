#include "cli/service_end.hpp"

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace partmark {
namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

std::string text_of(const char* path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace

service_end service_end_of_this_process() {
  return {environment("SERVICE_RESULT"), environment("EXIT_CODE"), environment("EXIT_STATUS"), environment("INVOCATION_ID"),
          unit_of_cgroup(text_of("/proc/self/cgroup"))};
}

std::string unit_of_cgroup(std::string_view cgroup) {
  constexpr std::string_view suffix = ".service";
  std::string_view path = cgroup.substr(0, cgroup.find('\n'));
  // A service that delegates its control group runs ExecStopPost= in a group below its own.
  while (!path.empty()) {
    const std::size_t slash = path.rfind('/');
    if (slash == std::string_view::npos) return {};
    const std::string_view name = path.substr(slash + 1);
    if (name.size() > suffix.size() && name.ends_with(suffix)) return std::string(name);
    path = path.substr(0, slash);
  }
  return {};
}

result<std::optional<std::string_view>> outcome_of(const service_end& end) {
  if (end.result.empty())
    return error{errc::invalid,
                 "--from-systemd: SERVICE_RESULT is not set: it is for an ExecStopPost= line of a service; elsewhere give --outcome"};
  if (end.result == "exec-condition") return std::optional<std::string_view>();
  const bool fine = end.result == "success" && end.exit_code == "exited" && end.exit_status == "0";
  return std::optional<std::string_view>(fine ? "success" : "failed");
}

}  // namespace partmark
