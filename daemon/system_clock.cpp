#include "daemon/system_clock.hpp"

#include <fstream>

namespace partmark {

std::string boot_id() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  return std::getline(file, id) && !id.empty() ? id : "unknown";
}

}  // namespace partmark
