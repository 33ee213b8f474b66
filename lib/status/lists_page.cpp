#include "status/pages.hpp"
#include "status/words.hpp"

namespace partmark {
namespace {

std::string_view level_words(severity level) {
  switch (level) {
    case severity::error:
      return "error";
    case severity::warning:
      return "warning";
    case severity::info:
    case severity::debug:
      break;
  }
  return "info";
}

}  // namespace

html held_table(const summary_view& now, const list_page<held_view>& held) {
  html out;
  out << "<div class=scroll tabindex=0 role=region aria-label=\"What is held\"><table><thead><tr><th scope=col>Plan or table<th "
         "scope=col>What<th "
         "scope=col>Why<th scope=col>Since<th scope=col>Next try<th scope=col>Trace id</tr></thead><tbody>";
  for (const auto& h : held.rows) {
    out << "<tr><th scope=row>";
    if (h.plan.empty())
      out << h.title;
    else
      out << "<a href=\"" << plan_link(h.plan) << "\">" << h.title << "</a>";
    out << "</th><td class=what>" << h.what << "</td><td class=reason>"
        << (h.message.empty() ? std::string_view("refused without a message") : h.message) << "<small>";
    if (h.http_status != 0) out << "HTTP " << std::to_string(h.http_status);
    if (!h.code.empty()) out << " · " << h.code;
    out << "</small></td><td>" << relative_time(h.since, now.at) << "</td><td>";
    if (h.next_try)
      out << relative_time(h.next_try, now.at);
    else
      out << "when a person says so";
    if (h.tries > 0) out << "<small>tried again " << counted_words(h.tries, "time", "times") << "</small>";
    out << "</td><td class=trace><code>" << h.trace_id << "</code></td></tr>";
  }
  out << "</tbody></table></div>";
  return out;
}

html held_page(const summary_view& now, const list_page<held_view>& held) {
  html out;
  out << "<h1>Held</h1><p class=lead>What the platform refuses is set aside, so that it delays nothing else. It is tried again slowly, at "
         "once on a new "
         "completion, or by <code>partmark retry</code>.</p><div id=held data-live>";
  if (held.rows.empty())
    out << "<p class=empty>Nothing is held.</p>";
  else
    out << held_table(now, held) << pager("/held", held.page, held.more);
  out << "</div>";
  return out;
}

html rejected_page(const summary_view& now, const list_page<rejected_row>& rejected) {
  html out;
  out << "<h1>Rejected records</h1><p class=lead>Records that passed the journal’s checks and cannot be right. They change nothing; the "
         "job that wrote "
         "them has to be corrected.</p><div id=rejected data-live>";
  if (rejected.rows.empty()) {
    out << "<p class=empty>No record was rejected.</p></div>";
    return out;
  }
  out << "<div class=scroll tabindex=0 role=region aria-label=\"Rejected records\"><table><thead><tr><th scope=col class=num>Record<th "
         "scope=col>Table<th scope=col>Plan or table<th scope=col>Reason<th scope=col>Read</tr></thead><tbody>";
  for (const auto& r : rejected.rows)
    out << "<tr><td class=num>" << r.seq << "</td><td>" << r.table << "</td><th scope=row>" << r.plan << "</th><td class=reason>"
        << r.reason << "</td><td>" << relative_time(r.at, now.at) << "</td></tr>";
  out << "</tbody></table></div>" << pager("/rejected", rejected.page, rejected.more) << "</div>";
  return out;
}

html events_table(const recent_events& events, std::string_view plan, std::size_t count) {
  html rows;
  std::size_t shown = 0;
  for (const auto& e : events.all()) {
    if (!plan.empty() && e.plan != plan) continue;
    if (shown++ == count) break;
    rows << "<tr class=" << level_words(e.level) << "><td class=when>" << clock_time(e.at) << "</td><td><span class=level>"
         << level_words(e.level) << "</span></td><td class=name>" << e.name << "</td><td class=reason>" << e.message;
    if (!e.trace_id.empty()) rows << " <small>trace id <code>" << e.trace_id << "</code></small>";
    rows << "</td></tr>";
  }
  html out;
  if (shown == 0) return out << "<p class=empty>None since the daemon was started.</p>", out;
  out << "<div class=scroll tabindex=0 role=region aria-label=Events><table class=events><thead><tr><th scope=col>Time<th "
         "scope=col>Level<th "
         "scope=col>Event<th scope=col>What happened</tr></thead><tbody>"
      << rows << "</tbody></table></div>";
  return out;
}

html events_page(const recent_events& events) {
  html out;
  out << "<h1>Events</h1><p class=lead>The latest of this run, times in UTC. All of them are in the log.</p><div id=events data-live>"
      << events_table(events, {}, recent_events::kept) << "</div>";
  return out;
}

}  // namespace partmark
