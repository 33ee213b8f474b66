// The daemon's care for its control socket: made at start, moved by a reload, made again where it was lost.
#include "daemon/service.hpp"
#include "reconcile/event_names.hpp"

#include <string>
#include <utility>

namespace partmark {
namespace {

constexpr std::chrono::seconds control_tended_every{5};

}  // namespace

// Where there can be no control socket, and could be none before, the rest of a configuration that names the same one counts all the same.
result<void> service::move_control(const config::settings& to) {
  if (to.control.socket != settings_.control.socket) return control_.listen(to.control.socket);
  control_trouble_.clear();  // who reloads to put it right hears that it is not
  say_control(control_.listen(to.control.socket));
  return {};
}

// A socket that somebody removed, or that a daemon now gone had taken, is made again by itself.
void service::tend_control(steady_time at) {
  if (at - control_tended_ < control_tended_every) return;
  control_tended_ = at;
  say_control(control_.listen(settings_.control.socket));
}

// Once for each trouble, and not while it lasts.
void service::say_control(const result<void>& listening) {
  std::string trouble = listening ? std::string() : listening.error().message;
  if (trouble == control_trouble_) return;
  control_trouble_ = std::move(trouble);
  if (!listening) board_.emit({severity::warning, event_name::control_unavailable, control_trouble_, {}});
}

}  // namespace partmark
