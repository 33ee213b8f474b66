#include "daemon/status_board.hpp"

#include "daemon/loop_settings.hpp"
#include "daemon/system_clock.hpp"
#include "daemon/waiting_since.hpp"
#include "reconcile/event_names.hpp"

#include <algorithm>

namespace partmark {
namespace {

system_time system_now() { return clock_now().system; }

}  // namespace

status_board::status_board(boost::asio::io_context& io, events& log, const loop& watched, const config::settings& settings)
    : log_(log),
      loop_(watched),
      settings_(settings),
      metrics_(system_now),
      recent_(system_now),
      site_(*this, recent_),
      server_(io, [this](const web_request& request) { return site_.answer(request); }) {}

// Empty where the event has nothing to do with one.
std::string_view status_board::endpoint_of(const event& e) const {
  for (const auto& [key, value] : e.fields) {
    const auto* text = std::get_if<std::string>(&value);
    if (!text) continue;
    if (key == "endpoint") return *text;
    if (key != "plan") continue;
    const plan_state* plan = find(*text);
    return plan ? std::string_view(loop_.calls().endpoints()[plan->endpoint].settings.name) : std::string_view();
  }
  return {};
}

void status_board::emit(const event& e) {
  metrics_.emit(e);
  if (e.level >= severity::warning && !repeats_.passes(e, endpoint_of(e), clock_now())) return;
  log_.emit(e);
  recent_.emit(e);
}

void status_board::say_repeats(bool all) {
  for (const event& e : all ? repeats_.rest() : repeats_.summaries(clock_now())) {
    log_.emit(e);
    recent_.emit(e);
  }
}

result<void> status_board::listen(const std::optional<config::listen_address>& at) {
  server_.set_names(settings_.status.hosts);
  if (at == listening_ && (at.has_value() == (server_.port() != 0))) return {};
  if (at) {
    if (auto done = server_.listen(at->address, at->port); !done) return done;
    emit({severity::info,
          event_name::status_listening,
          "metrics and the status page are at http://" +
              (at->address.find(':') == std::string::npos ? at->address : "[" + at->address + "]") + ":" + std::to_string(server_.port()) +
              "/",
          {{"address", at->address}, {"port", static_cast<std::int64_t>(server_.port())}}});
  } else {
    server_.stop_listening();
  }
  listening_ = at;
  return {};
}

summary_view status_board::summary() {
  const now t = clock_now();
  const loop_summary s = loop_.summary();
  summary_view out;
  out.at = t.system;
  out.version = PARTMARK_VERSION;
  if (!loop_.journal_trouble().empty()) out.journal_trouble = loop_.journal_trouble() == "absent" ? std::string() : loop_.journal_trouble();
  out.state_writable = loop_.state_writable();
  out.behind = s.behind;
  out.folded_seq = s.position.plans.folded_seq;
  out.plans = s.plans;
  out.pending_plans = s.owing_plans;
  out.held_plans = s.held_plans;
  out.pending_tables = s.owing_tables;
  out.held_triggers = s.held_triggers;
  for (const plan_state& plan : loop_.plans()) {
    if (plan.holding) out.held_partitions += plan.book.held().partitions();
    if (!plan.owes) continue;
    out.pending_partitions += plan.book.owed_partitions();
    if (const auto since = waiting_since(plan, t); since && (!out.oldest_pending || *since < *out.oldest_pending))
      out.oldest_pending = since;
  }
  for (const endpoint_state& e : loop_.calls().endpoints()) {
    if (e.removed) continue;
    endpoint_view view{e.settings.name, {},          e.health.is_open(),      e.health.is_unauthorized(),
                       e.paused,        e.in_flight, e.settings.max_in_flight};
    const auto known =
        std::find_if(settings_.endpoints.begin(), settings_.endpoints.end(), [&](const auto& c) { return c.name == e.settings.name; });
    if (known != settings_.endpoints.end()) view.url = url_text(known->url);
    out.endpoints.push_back(std::move(view));
  }
  return out;
}

std::string status_board::metrics() {
  const summary_view s = summary();
  const loop_summary l = loop_.summary();
  metric_gauges g;
  g.at = s.at;
  g.version = s.version;
  g.records_folded = l.folded;
  g.records_rejected = l.rejected;
  g.folded_seq = s.folded_seq;
  g.table_folded_seq = l.position.tables.folded_seq;
  g.behind = s.behind;
  g.journal_readable = !s.journal_trouble;
  g.state_writable = s.state_writable;
  g.plans = s.plans;
  g.pending_plans = s.pending_plans;
  g.held_plans = s.held_plans;
  g.pending_partitions = s.pending_partitions;
  g.held_partitions = s.held_partitions;
  g.oldest_pending = s.oldest_pending;
  g.pending_tables = s.pending_tables;
  g.held_triggers = s.held_triggers;
  g.journal_bytes = database_bytes(settings_.journal.path.c_str());
  g.state_bytes = database_bytes(settings_.state.path.c_str());
  g.endpoints = s.endpoints;
  g.process = read_process_stats();
  return metrics_.text(g);
}

}  // namespace partmark
