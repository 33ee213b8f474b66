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

result<void> service::serve_status(const config::settings& at) { return options_.once ? result<void>() : board_.listen(at.status.listen); }

// All of it, or nothing.
result<void> service::move(const config::settings& next) {
  if (next.journal.path != settings_.journal.path || next.state.path != settings_.state.path)
    return error{errc::invalid, options_.config_path + ": journal.path and state.path change with a restart only"};
  auto moved = serve_status(next);
  if (moved) moved = move_control(next);
  if (moved) moved = remote_.configure(next.endpoints);
  if (moved) return {};
  // Each for itself: what was free a moment ago may be taken.
  static_cast<void>(serve_status(settings_));
  static_cast<void>(move_control(settings_));
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
