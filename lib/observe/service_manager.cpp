#include "observe/service_manager.hpp"

#include <systemd/sd-daemon.h>

#include <cstdint>

namespace partmark {

void service_manager::ready(const std::string& status) { ::sd_notify(0, ("READY=1\nSTATUS=" + status).c_str()); }

void service_manager::status(const std::string& status) { ::sd_notify(0, ("STATUS=" + status).c_str()); }

void service_manager::reloading(steady_time at) {
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(at.time_since_epoch()).count();
  ::sd_notify(0, ("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(us)).c_str());
}

void service_manager::stopping() { ::sd_notify(0, "STOPPING=1\nSTATUS=finishing calls under way"); }

void service_manager::alive() { ::sd_notify(0, "WATCHDOG=1"); }

std::optional<std::chrono::microseconds> service_manager::watchdog_interval() {
  std::uint64_t us = 0;
  if (::sd_watchdog_enabled(0, &us) <= 0) return std::nullopt;
  return std::chrono::microseconds(us);
}

}  // namespace partmark
