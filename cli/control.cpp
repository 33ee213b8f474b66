// retry, resync, refold, pause, resume and drift: through the running daemon, or with it down by the same handler on state.db.
#include "cli/commands.hpp"
#include "cli/control_client.hpp"
#include "cli/drift_text.hpp"
#include "cli/exit_code.hpp"
#include "cli/plan_names.hpp"
#include "cli/progress_line.hpp"
#include "daemon/loop_settings.hpp"
#include "daemon/system_clock.hpp"
#include "journal/sqlite_journal.hpp"
#include "reconcile/event_names.hpp"
#include "reconcile/loop.hpp"
#include "state/sqlite_state.hpp"
#include "state/state_lock.hpp"

#include <filesystem>
#include <string>
#include <utility>

namespace partmark {
namespace {

// A drained loop sends nothing.
class no_remote final : public remote {
 public:
  void send(std::uint64_t /*call_id*/, const std::string& /*endpoint*/, call_type /*type*/, http_request /*request*/) override {}
};

// Who has changed the configuration hears of it from whatever starts first, the daemon or a command.
class moves_only final : public events {
 public:
  std::string text;
  void emit(const event& e) override {
    if (e.name == event_name::plans_moved) text += "; " + e.message;
  }
};

// Runs the loop until the command and what it read of the journal are stored.
result<void> settle(loop& l) {
  for (;;) {
    const turn next = l.run(clock_now());
    if (next.fatal) return *next.fatal;
    if (next.again) continue;
    if (l.idle()) return {};
    return error{errc::io, "state.db could not be written; nothing was changed"};
  }
}

result<control_reply> without_daemon(const config::settings& settings, const control_command& command) {
  if (command.verb == control_verb::drift)
    return error{errc::not_found, "partmarkd is not running, and drift asks the platform through it: start it first"};
  // A pause may come before the first start: nothing is to leave until somebody has looked.
  if (command.verb != control_verb::pause && !std::filesystem::exists(settings.state.path))
    return error{errc::not_found, settings.state.path + ": there is no state yet, because partmarkd never ran; there is nothing to change"};
  auto lock = state_lock::acquire(settings.state.path);
  if (!lock) return lock.error();
  auto store = sqlite_state::open(settings.state.path);
  if (!store) return store.error();
  auto stored = (*store)->load();
  if (!stored) return stored.error();
  sqlite_journal source(settings.journal.path);
  no_remote nobody;
  moves_only log;
  loop l(source, **store, nobody, log, loop_settings_of(settings), 0);
  const now t = clock_now();
  l.restore(std::move(*stored), boot_id(), t);
  l.drain();
  control_reply reply;
  carry_out(l, command, t, [&](const control_reply& r) { reply = r; });
  if (auto done = settle(l); !done) return done.error();
  if (reply.done) reply.message += " (partmarkd is not running: it happens when it starts)";
  reply.message += log.text;
  return reply;
}

// The bar of a drift check: pages read of the platform's lists, and plans.
class drift_progress {
 public:
  explicit drift_progress(session& s) : s_(s), line_("page", "pages", s.err().looks(), clock_now().steady) {}

  void draw(const control_progress& p) {
    const std::string note = std::to_string(p.plans_done) + " of " + std::to_string(p.plans) + (p.plans == 1 ? " plan" : " plans");
    progress_point at{.part = std::nullopt, .count = p.pages, .note = note};
    if (p.pages_expected > 0) at.part = static_cast<double>(p.pages) / static_cast<double>(p.pages_expected);
    write(line_.draw(at, clock_now().steady));
  }
  void end() { write(line_.wipe()); }

 private:
  void write(const std::string& text) {
    if (text.empty()) return;
    s_.err().write(text);
    static_cast<void>(s_.err().flush());
  }

  session& s_;
  progress_line line_;
};

// A daemon from before progress was told refuses the question, and does nothing: it is asked again without.
bool knows_no_progress(const control_command& command, const result<std::optional<control_reply>>& answered) {
  return command.progress && answered && *answered && !(*answered)->done && (*answered)->message.starts_with("progress:");
}

}  // namespace

int run(const control_options& options, session& s) {
  const config::settings& settings = s.settings();
  control_command command = options.command;
  const bool of_an_endpoint = command.verb == control_verb::pause || command.verb == control_verb::resume;
  if (command.target && !of_an_endpoint) command.target = plan_names(settings).uuid_of(*command.target);
  command.progress = command.verb == control_verb::drift && !options.json && s.err().looks().is_terminal;
  drift_progress shown(s);
  const auto draw = [&](const control_progress& p) { shown.draw(p); };
  auto answered = ask_daemon(settings.control.socket, command, draw);
  if (knows_no_progress(command, answered)) {
    command.progress = false;
    answered = ask_daemon(settings.control.socket, command, draw);
  }
  shown.end();
  if (!answered) return s.trouble(answered.error());
  control_reply reply;
  if (*answered) {
    reply = std::move(**answered);
  } else {
    auto done = without_daemon(settings, command);
    if (!done) return s.trouble(done.error());
    reply = std::move(*done);
  }
  if (!options.json && command.verb == control_verb::drift) s.out().write(drift_text(reply.drift, plan_names(settings)));
  if (options.json)
    s.out().write(control_reply_line(reply) + "\n");
  else if (reply.done)
    s.out().write(reply.message + "\n");
  else
    s.err().write("partmark: " + reply.message + "\n");
  return reply.done ? exit_fine : exit_trouble;
}

}  // namespace partmark
