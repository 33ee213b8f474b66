// SIGHUP: the configuration file is read anew, and counts whole or not at all.
#include "daemon/loop_settings.hpp"
#include "daemon/service.hpp"
#include "daemon/settings_map.hpp"
#include "daemon/system_clock.hpp"
#include "reconcile/event_names.hpp"

#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

namespace partmark {

// Where there could be no control socket at the start, the rest of a configuration that names the same one counts all the same.
result<void> service::listen(const config::settings& before, const config::settings& after) {
  if (!options_.once)
    if (auto done = board_.listen(after.status.listen); !done) return done;
  if (after.control.socket == before.control.socket) return {};
  return control_.listen(after.control.socket);
}

// All of it, or nothing.
result<void> service::move(const config::settings& next) {
  if (next.journal.path != settings_.journal.path || next.state.path != settings_.state.path)
    return error{errc::invalid, options_.config_path + ": journal.path and state.path change with a restart only"};
  auto moved = listen(settings_, next);
  if (moved) moved = remote_.configure(next.endpoints);
  if (!moved) static_cast<void>(listen(next, settings_));  // what was free a moment ago
  return moved;
}

void service::reload() {
  const now t = clock_now();
  manager_.reloading(t.steady);
  const char* credentials = std::getenv("CREDENTIALS_DIRECTORY");
  auto loaded = config::load(options_.config_path, {true, credentials ? credentials : ""});
  std::vector<std::string> problems;
  if (!loaded) {
    problems = loaded.error().messages;
  } else if (auto moved = move(loaded->values); !moved) {
    problems.push_back(moved.error().message);
  }
  for (const auto& problem : problems)
    board_.emit({severity::error, event_name::config_refused, problem + "; the former configuration stays", {}});
  if (problems.empty()) {
    for (const auto& warning : loaded->warnings) board_.emit({severity::warning, event_name::config_warning, warning, {}});
    settings_ = std::move(loaded->values);
    board_.reloaded();
    log_.configure(log_options_of(settings_.log));
    loop_.reconfigure(loop_settings_of(settings_), t);
    board_.emit({severity::info, event_name::config_reloaded, "the configuration was reloaded", {{"config", options_.config_path}}});
    schedule_turn();
  }
  manager_.ready(status_text());
}

}  // namespace partmark
