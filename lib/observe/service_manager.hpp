// What the service manager is told (sd_notify(3)): readiness, status, reload, stop, and signs of life. Does nothing outside systemd. One
// thread.
#pragma once

#include "core/clock.hpp"

#include <optional>
#include <string>

namespace partmark {

class service_manager {
 public:
  void ready(const std::string& status);
  void status(const std::string& status);
  void reloading(steady_time at);  // followed by ready()
  void stopping();
  void alive();

  // How often alive() must be called at the latest, if the manager watches (sd_watchdog_enabled(3)).
  [[nodiscard]] static std::optional<std::chrono::microseconds> watchdog_interval();
};

}  // namespace partmark
