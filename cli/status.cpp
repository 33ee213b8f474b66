#include "cli/commands.hpp"
#include "cli/daemon_presence.hpp"
#include "cli/endpoint_answers.hpp"
#include "cli/exit_code.hpp"
#include "cli/json_writer.hpp"
#include "cli/stores.hpp"
#include "cli/terminal.hpp"
#include "cli/time_text.hpp"
#include "cli/watch_screen.hpp"
#include "config/duration.hpp"
#include "daemon/system_clock.hpp"

#include <unistd.h>
#include <algorithm>

namespace partmark {
namespace {

constexpr milliseconds interval_min{100};
constexpr milliseconds interval_max{3'600'000};

struct health {
  bool has_state = false;
  state_summary state;
  journal_ends journal;
  std::vector<endpoint_answer> answers;  // of endpoints that do not accept what waits
  std::optional<milliseconds> oldest;    // how long something has been pending

  daemon_presence daemon;

  [[nodiscard]] bool waits() const { return state.pending_partitions + state.pending_triggers > 0 || unread() + tables_unread() > 0; }
  [[nodiscard]] std::int64_t unread() const { return journal.last_seq - state.position.plans.folded_seq; }
  [[nodiscard]] std::int64_t tables_unread() const { return journal.table_last_seq - state.position.tables.folded_seq; }
};

result<health> look(const config::settings& settings) {
  health h;
  auto state = open_state(settings);
  if (!state) return state.error();
  if (*state) {
    h.has_state = true;
    auto summary = (*state)->summary();
    if (!summary) return summary.error();
    h.state = std::move(*summary);
    auto answers = find_endpoint_answers(**state, plan_names(settings));
    if (!answers) return answers.error();
    h.answers = std::move(*answers);
  }
  h.daemon = find_daemon(settings);
  // After the state: so what is folded is never more than what there is.
  h.journal = find_journal_ends(settings.journal.path, h.state.position);
  if (h.state.oldest_pending_since) h.oldest = std::max(milliseconds(0), clock_now().system - *h.state.oldest_pending_since);
  return h;
}

bool holds(const health& h) { return h.state.held_plans > 0 || h.state.held_triggers > 0; }

int exit_code_of(const health& h) { return holds(h) || h.journal.trouble ? exit_trouble : exit_fine; }

std::string json_of(const health& h, const config::settings& settings) {
  json_writer json(false);
  json.object().key("journal").object();
  json.member("last_seq", h.journal.last_seq).member("folded_seq", h.state.position.plans.folded_seq);
  json.member("table_last_seq", h.journal.table_last_seq).member("table_folded_seq", h.state.position.tables.folded_seq);
  json.member("rejected", h.state.rejected).member("present", h.journal.present).member("path", settings.journal.path).key("trouble");
  if (h.journal.trouble)
    json.value(h.journal.trouble->message);
  else
    json.null();
  json.end();
  json.member("pending_partitions", h.state.pending_partitions).member("held_plans", h.state.held_plans);
  json.member("plans", h.state.plans).member("oldest_pending_seconds", h.oldest ? h.oldest->count() / 1000 : 0);
  json.member("oldest_pending_since", h.state.oldest_pending_since).member("open_calls", h.state.open_calls);
  json.member("pending_triggers", h.state.pending_triggers).member("held_triggers", h.state.held_triggers);
  json.key("running");
  h.daemon.running ? json.value(*h.daemon.running) : json.null();
  json.key("reachable");
  h.daemon.reachable ? json.value(*h.daemon.reachable) : json.null();
  json.key("unanswered").array();
  for (const endpoint_answer& a : h.answers) {
    const verdict& v = a.last.ended;
    json.object().member("endpoint", a.endpoint).member("plans", a.plans).member("verdict", to_text(v.kind));
    json.member("sent_at", a.last.sent_at).key("http_status");
    v.http_status == 0 ? json.null() : json.value(v.http_status);
    json.member("code", v.code).member("message", v.message).member("trace_id", v.trace_id).end();
  }
  json.end().key("paused").array();
  for (const std::string& endpoint : h.state.paused) json.value(endpoint);
  json.end().key("state").object().member("present", h.has_state).member("path", settings.state.path).end();
  json.end();
  return std::move(json).finish();
}

// What stands beside a label on the page.
struct fact {
  std::string text;
  tone colour = tone::plain;
};

const fact nothing{"nothing", tone::plain};

fact journal_fact(const health& h) {
  if (h.journal.trouble) return {h.journal.trouble->message, tone::bad};
  if (!h.journal.present) return {"there is none yet: `partmark init` makes it", tone::warning};
  const std::int64_t records = h.journal.last_seq + h.journal.table_last_seq;
  const std::int64_t unread = h.unread() + h.tables_unread();
  if (unread == 0) return {counted(records, "record, read", "records, all read"), tone::plain};
  return {grouped(unread) + " of " + counted(records, "record is", "records are") + " not read yet", tone::warning};
}

// "12 partitions, 1 trigger"; empty: neither.
std::string counts_text(std::int64_t count, const char* one, const char* many, std::int64_t triggers) {
  std::string text = count > 0 ? counted(count, one, many) : "";
  if (triggers > 0) text += (text.empty() ? "" : ", ") + counted(triggers, "trigger", "triggers");
  return text;
}

fact held_fact(const health& h) {
  const std::string text = counts_text(h.state.held_plans, "plan", "plans", h.state.held_triggers);
  return text.empty() ? nothing : fact{text, tone::bad};
}

fact pending_fact(const health& h) {
  std::string text = counts_text(h.state.pending_partitions, "partition", "partitions", h.state.pending_triggers);
  if (text.empty()) return nothing;
  if (h.oldest) text += ", for " + duration_text(*h.oldest);
  return {text, tone::warning};
}

fact headline_of(const health& h) {
  if (h.journal.trouble && h.journal.trouble->code == errc::permission) return {"This user may not read the journal.", tone::bad};
  if (h.journal.trouble) return {"The journal cannot be used.", tone::bad};
  if (holds(h)) return {"The remote refused something: `partmark held` says what and why.", tone::bad};
  if (!h.has_state) return {"partmarkd has not run yet.", tone::warning};
  if (h.waits() && h.daemon.running == false) return {"partmarkd is not running, and something waits.", tone::bad};
  if (std::any_of(h.answers.begin(), h.answers.end(), [](const endpoint_answer& a) { return a.is_trouble(); }))
    return {"What waits does not get through.", tone::bad};
  if (h.waits()) return {"On its way.", tone::warning};
  return {"All that was read is accepted.", tone::good};
}

std::string unreachable_text(int process, const config::settings& settings) {
  return "process " + std::to_string(process) + " runs, and does not listen at " + settings.control.socket +
         ": its log's control.unavailable says why, or it was started with another control.socket";
}

std::string page_of(const health& h, const config::settings& settings, const style& looks) {
  const fact headline = headline_of(h);
  std::string out = painted(headline.text, headline.colour, looks) + "\n";
  const auto add = [&](const char* what, const fact& e) {
    std::string label(what);
    label.resize(10, ' ');
    out += painted(label, tone::dim, looks) + painted(e.text, e.colour, looks) + "\n";
  };
  if (h.daemon.running == false && h.has_state) add("daemon", {"not running", h.waits() ? tone::bad : tone::warning});
  if (h.daemon.process) add("daemon", {unreachable_text(*h.daemon.process, settings), tone::warning});
  add("journal", journal_fact(h));
  add("plans", {grouped(h.state.plans), tone::plain});
  add("pending", pending_fact(h));
  for (const endpoint_answer& a : h.answers) add("endpoint", {text_of(a, clock_now().system), a.is_trouble() ? tone::bad : tone::warning});
  add("held", held_fact(h));
  add("rejected",
      h.state.rejected > 0 ? fact{counted(h.state.rejected, "record", "records") + ": `partmark rejected`", tone::warning} : nothing);
  for (const std::string& endpoint : h.state.paused) add("paused", {"endpoint " + endpoint + " until `partmark resume`", tone::warning});
  return out;
}

}  // namespace

int run(const status_options& o, session& s) {
  const config::settings& settings = s.settings();
  const auto interval = config::parse_duration(o.interval);
  if (!interval) return s.usage("--interval: " + interval.error().message);
  if (*interval < interval_min || *interval > interval_max) return s.usage("--interval: " + o.interval + ": 100ms to 1h was expected");
  if (!o.watch) {
    const result<health> h = look(settings);
    if (!h) return s.trouble(h.error());
    s.out().write(o.json ? json_of(*h, settings) : page_of(*h, settings, s.out().looks()));
    return exit_code_of(*h);
  }
  watch_screen screen(s.out(), STDIN_FILENO);
  do {
    const result<health> h = look(settings);
    // What cannot be read now may be a moment later: a state that is being exchanged, say.
    if (o.json)
      s.out().write(h ? json_of(*h, settings) : std::string());
    else
      screen.draw((h ? page_of(*h, settings, s.out().looks()) : painted(h.error().message, tone::bad, s.out().looks()) + "\n") +
                  painted(short_utc(clock_now().system) + (s.out().looks().is_terminal ? "   q: quit" : ""), tone::dim, s.out().looks()) +
                  "\n");
  } while (screen.wait(*interval));
  return exit_fine;
}

}  // namespace partmark
