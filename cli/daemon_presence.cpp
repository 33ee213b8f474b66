#include "cli/daemon_presence.hpp"

#include "cli/control_client.hpp"
#include "state/state_lock.hpp"

#include <fstream>
#include <string>

namespace partmark {
namespace {

// As the kernel knows it; empty: it is gone, or hidden.
std::string program_of(int process) {
  std::ifstream comm("/proc/" + std::to_string(process) + "/comm");
  std::string name;
  std::getline(comm, name);
  return name;
}

}  // namespace

daemon_presence find_daemon(const config::settings& settings) {
  daemon_presence found;
  found.reachable = found.running = daemon_listens(settings.control.socket);
  if (found.running == true) return found;
  const auto holder = state_lock::holder(settings.state.path);
  if (!holder) {
    found.running.reset();
  } else if (*holder) {
    // A command holds the lock for as long as it works on a state whose daemon is down.
    const std::string program = program_of(**holder);
    if (program == "partmarkd") {
      found.running = true;
      found.process = **holder;
    } else if (program != "partmark") {
      found.running.reset();
    }
  }
  return found;
}

}  // namespace partmark
